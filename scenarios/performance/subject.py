"""What a subject of the page consists of: its benches, the rows of its table, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scenarios.performance.results import Measured, Round

# Of one round: a figure, or None where its benches have not told it.
Get = Callable[[Round], float | None]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A module to run; `quick` are its arguments in the short form. Many rounds, or `once` for all of them.

    One that is run once and has a list `rounds` in its figures has made its rounds itself, as many as `rounds_option`
    asks it to.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    once: bool = False
    rounds_option: str | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table; figures that are no ratio are told to be those of the machine."""

    label: str
    get: Get
    is_ratio: bool = True


@dataclass(frozen=True, kw_only=True)
class Subject:
    """`method` says what is measured, how, and what it does not say. `rounds` is how many are made unless asked."""

    name: str
    title: str
    method: str
    benches: tuple[Bench, ...]
    rows: tuple[Row, ...]
    say: Callable[[Measured], list[str]]
    rounds: int = 3


def at(*path: str) -> Get:
    """The figure under these keys, the first of which is the bench's name."""

    def get(one: Round) -> float | None:
        found: object = one
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return float(found) if isinstance(found, int | float) else None

    return get


def over(first: Get, second: Get) -> Get:
    """The one divided by the other; None where one is missing or there is nothing to divide by."""

    def get(one: Round) -> float | None:
        above, below = first(one), second(one)
        return above / below if above is not None and below else None

    return get


def values(measured: Measured, get: Get) -> Sequence[float]:
    """Of all rounds that have it."""
    return [value for one in measured.rounds if (value := get(one)) is not None]


def text(measured: Measured, *path: str) -> str | None:
    """A text under these keys, the same in all rounds that have it."""
    for one in measured.rounds:
        found: object = one
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, str):
            return found
    return None


def said(measured: Measured, get: Get, tell: Callable[[Sequence[float]], str]) -> list[str]:
    """A sentence about figures, if there are any."""
    found = values(measured, get)
    return [tell(found)] if found else []
