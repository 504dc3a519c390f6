"""What a noisy account does to the others: the two loads, and their comparison."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from load.mix import Mix, plan, together
from load.noise import NOISY, QUIET, NotCompared, compare, loads
from load.shapes import parse_shape


def _outcome(*freshness: float | None) -> dict[str, Any]:
    return {"accounts": [{"name": f"empresa-{n}", "freshness_p99_s": p99} for n, p99 in enumerate(freshness, 1)]}


def test_the_noise_comes_on_top_of_the_same_load() -> None:
    found = loads(4.0, 5, 15.0)
    assert found[QUIET] == ["--shape", "poisson:20", "--noise", "0"]
    assert found[NOISY] == ["--shape", "poisson:20", "--noise", "56"]


def test_two_plans_together_are_each_as_it_was() -> None:
    arrivals = parse_shape("constant:50")(2, Random(1))
    mix = Mix(repeated=0.3)
    quiet, noise = plan(arrivals, (5, 5), mix, Random(1)), plan(arrivals, (5,), mix, Random(2))
    both = together(quiet, noise)
    assert [message.at for message in both] == sorted(message.at for message in both)
    for message in both:
        if message.again is not None:
            first = both[message.again]
            assert (first.account, first.product, first.balance) == (message.account, message.product, message.balance)
    others = [(m.at, m.product, m.balance) for m in both if m.account == 1]
    assert others == [(m.at, m.product, m.balance) for m in quiet if m.account == 1] != []


def test_the_noisy_account_itself_is_not_compared() -> None:
    moved = compare(_outcome(10, 20, 40), _outcome(900, 22, 30))
    assert [(one.name, round(one.by, 3)) for one in moved] == [("empresa-2", 0.1), ("empresa-3", -0.25)]


def test_freshness_that_was_perfect_and_is_none_any_more_is_moved_without_bound() -> None:
    (moved,) = compare(_outcome(10, 0.0), _outcome(10, 1))
    assert moved.by == float("inf")


@pytest.mark.parametrize("ages", [(30, None), (None, 30), (None, None)])
def test_freshness_that_nobody_measured_is_compared_with_nothing(ages: tuple[float | None, float | None]) -> None:
    with pytest.raises(NotCompared, match="empresa-2 has no freshness"):
        compare(_outcome(10, ages[0]), _outcome(10, ages[1]))
