"""The small version of `make torture`: real processes, real kills, on both databases."""

from __future__ import annotations

import pytest

from scenarios.runner.torture import Wish, run


@pytest.mark.slow
@pytest.mark.timeout(500)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_hundred_orders_and_messages_survive_faults_and_five_kills(database: str) -> None:
    wish = Wish(
        database=database,
        orders=200,
        messages=200,
        kills=5,
        accounts=4,
        products=8,
        plan="potencializar",
        rate=15.0,
        seed=7,
    )
    count = run(wish)
    assert count.is_good, count
    assert (count.orders, count.kills) == (200, 5)
    assert count.messages >= 200
    assert count.faults > 50
