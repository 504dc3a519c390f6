"""What a noisy account does to the others: the two loads, and their comparison."""

from __future__ import annotations

from typing import Any

import pytest

from load.noise import NOISY, QUIET, compare, shares


def _outcome(*freshness: float | None) -> dict[str, Any]:
    return {"accounts": [{"name": f"empresa-{n}", "freshness_p99_s": p99} for n, p99 in enumerate(freshness, 1)]}


@pytest.mark.parametrize("name", [QUIET, NOISY])
def test_the_others_send_as_much_in_both_loads(name: str) -> None:
    _, shape, _, noisy = shares(4.0, 5, 15.0)[name]
    rate = float(shape.removeprefix("poisson:"))
    assert rate * (1 - float(noisy)) / 4 == pytest.approx(4.0, rel=1e-3)
    assert rate * float(noisy) == pytest.approx({QUIET: 4.0, NOISY: 60.0}[name], rel=1e-3)


def test_the_noisy_account_itself_is_not_compared() -> None:
    moved = compare(_outcome(10, 20, 40), _outcome(900, 22, 30))
    assert [(one.name, round(one.by, 3)) for one in moved] == [("empresa-2", 0.1), ("empresa-3", -0.25)]


def test_freshness_that_was_perfect_and_is_none_any_more_is_moved_without_bound() -> None:
    (moved,) = compare(_outcome(10, None), _outcome(10, 1))
    assert moved.by == float("inf")
