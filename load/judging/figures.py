"""The figures of a run: latency from the intended time, lateness, freshness, backlog, quota."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hdrh.histogram import HdrHistogram

from load.judging.course import Course
from load.judging.reading import Books

Document = dict[str, Any]

# Microseconds from one to an hour, three digits.
_LOWEST, _HIGHEST, _DIGITS = 1, 3_600_000_000, 3
# A message that leaves so many seconds after its intended time is late.
LATE = 0.010
_POINTS = 120


def histogram(seconds: Iterable[float]) -> HdrHistogram:
    """Of times in microseconds."""
    found = HdrHistogram(_LOWEST, _HIGHEST, _DIGITS)
    for each in seconds:
        found.record_value(min(_HIGHEST, max(_LOWEST, round(each * 1e6))))
    return found


def quantile(values: Sequence[float], share: float) -> float | None:
    """The nearest rank of sorted values."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else None


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """How many messages left late, by whose fault, and how many never left. `lag_p99_ms` is the generator's own."""

    planned: int
    sent: int
    late: int
    late_for_connection: int
    late_by_generator: int
    dropped: int
    lag_p99_ms: float


def lateness(messages: Sequence[Document], *, is_open: bool) -> Lateness:
    """In a closed model nothing is late: what is not sent in time is not sent."""
    sent = [m for m in messages if m["started"] is not None]
    late = [m for m in sent if m["started"] - m["intended"] > LATE] if is_open else []
    by_generator = sum(m["lag"] > LATE for m in late)
    lags = sorted(max(0.0, m["lag"]) for m in sent)
    return Lateness(
        planned=len(messages),
        sent=len(sent),
        late=len(late),
        late_for_connection=len(late) - by_generator,
        late_by_generator=by_generator,
        dropped=len(messages) - len(sent),
        lag_p99_ms=(quantile(lags, 0.99) or 0.0) * 1000,
    )


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Milliseconds; `intended` from the time at which a message was due, `service` from when it left."""

    intended: dict[str, float | None]
    service: dict[str, float | None]
    worst: float | None
    encoded: str


SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}


def latency(messages: Sequence[Document], *, is_open: bool) -> Latency:
    """Of all that were answered, by whatever."""
    answered = [m for m in messages if m["ended"] is not None]
    begun = "intended" if is_open else "started"
    intended = sorted(m["ended"] - m[begun] for m in answered)
    service = sorted(m["ended"] - m["started"] for m in answered)
    return Latency(
        intended=_percentiles(intended),
        service=_percentiles(service),
        worst=intended[-1] * 1000 if intended else None,
        encoded=histogram(intended).encode().decode(),
    )


def _percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """In milliseconds, by the nearest rank: a histogram's own rounding leaves out one of few."""
    found = {name: quantile(seconds, share) for name, share in SHARES.items()}
    return {name: None if value is None else value * 1000 for name, value in found.items()}


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """Seconds of the target's clock from a change in the ERP until the shop showed it or a newer one, in order.

    Those that are `missing` come last: the shop never showed them.
    """

    seconds: tuple[float, ...]
    missing: int

    def at(self, share: float) -> float | None:
        """Infinite where it never came."""
        return quantile((*self.seconds, *([math.inf] * self.missing)), share)


def freshness(courses: Iterable[tuple[Course, Books, str]]) -> Freshness:
    """Of every change of the products of both sides, told by a message or found otherwise."""
    found, missing = list[float](), 0
    for course, books, code in courses:
        for movement in books.movements[code]:
            arrival = course.arrived.get(movement.id)
            if arrival is None:
                missing += 1
            else:
                found.append(arrival.at - movement.at)
    return Freshness(seconds=tuple(sorted(found)), missing=missing)


@dataclass(kw_only=True)
class Series:
    """Values over time: seconds since the start, and what was there."""

    points: list[tuple[float, float]] = field(default_factory=list)


def over_time(values: Iterable[tuple[float, float]], share: float, points: int = _POINTS) -> Series:
    """A percentile by stretches of time. The first balances are moved a little before the start: they count there."""
    listed = sorted((max(0.0, at), value) for at, value in values)
    if not listed:
        return Series()
    width = max(1e-9, listed[-1][0] / points)
    stretches: dict[int, list[float]] = defaultdict(list)
    for at, value in listed:
        stretches[int(at / width)].append(value)
    return Series(
        points=[(place * width, quantile(sorted(each), share) or 0.0) for place, each in sorted(stretches.items())]
    )


def backlog(courses: Sequence[tuple[Course, Books, str]], points: int = _POINTS) -> Series:
    """How many changes the ERP had and the shop did not show, at moments of the target's clock."""
    steps: list[tuple[float, int]] = []
    for course, books, code in courses:
        for movement in books.movements[code]:
            steps.append((movement.at, 1))
            if (arrival := course.arrived.get(movement.id)) is not None:
                steps.append((arrival.at, -1))
    if not steps:
        return Series()
    steps.sort()
    width = max(1e-9, steps[-1][0] / points)
    series, open_now, place = Series(), 0, 0
    for at, step in steps:
        while at >= (place + 1) * width:
            series.points.append((place * width, open_now))
            place += 1
        open_now += step
    series.points.append((place * width, open_now))
    return series


def quota(books: Books) -> Mapping[str, Any]:
    """Calls of one account; its busiest minute of the clock."""
    limit, peak = books.calls_per_minute, max((calls for _, calls in books.minutes), default=0)
    return {
        "calls": books.calls,
        "limit": limit,
        "peak": peak,
        "share": peak / limit if limit else None,
        "blocked": books.blocked,
        "minutes": books.minutes,
    }
