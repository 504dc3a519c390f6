"""Sentences that follow from figures: what a number is decides what is said, never the other way round."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def number(value: float) -> str:
    """With as many digits as say something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(values: Sequence[float]) -> str:
    """The lowest and the highest of several rounds."""
    if len(values) < 2:
        return "one round"
    return f"rounds {number(min(values))} to {number(max(values))}"


def median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def ratio(who: str, values: Sequence[float], of: str) -> str:
    """`who` "takes"/"answers"… so many times `of`, and whether the rounds agree on which is more."""
    told = f"{who} {number(median(values))} times {of} ({spread(values)})"
    if len(values) > 1 and min(values) < 1 < max(values):
        return f"{told}: the rounds do not agree on which is more."
    return f"{told}."


def growth(what: str, values: Sequence[float], factor: float, of: str) -> str:
    """How something per piece changes while something else is `factor` times as much; a tenth is no change."""
    told = f"{number(median(values))} times as much with {factor:g} times {of} ({spread(values)})"
    directions = {_direction(value) for value in values}
    doubt = ", and the rounds do not agree on that" if len(directions) > 1 else ""
    return f"{what} {_direction(median(values))}: {told}{doubt}."


def _direction(value: float) -> str:
    return "grows" if value > 1.1 else "falls" if value < 0.9 else "stays within a tenth"
