"""What the series of a soak say. Pure: series of (hour, value) go in, findings come out."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Series = Sequence[tuple[float, float]]
# Hours from and to.
Span = tuple[float, float]

# How much more memory the last hour may show than the second, and the file in the last quarter than before it.
MOST_GROWTH = 0.05
# Handles and threads differ by a few from hour to hour: what is compared are the lowest counts of an hour.
_HANDLES = 3
# Seconds of the clock that a timer of ours may be late, or due work of the connector's may wait, before it is said
# that the pace was not kept; and the share of the looks in which that may happen.
MOST_LATE = 300.0
MOST_WAITING = 900.0
_SELDOM = 0.05
# A worker looks at what is old a little later than planned.
_PRUNING_TAKES_HOURS = 1.0


class Verdict(StrEnum):
    """`NOT_JUDGED` is for what a run was too short to show."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_JUDGED = "not judged"


# 2 is wrong use, as of every command.
STATUS = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.UNKNOWN: 3}


@dataclass(frozen=True)
class Finding:
    """One thing that was judged, and the figures that say so."""

    name: str
    verdict: Verdict
    told: str


@dataclass(frozen=True)
class Spans:
    """What is compared: an early part of a run, when everything had been done once, with its end."""

    early: Span
    late: Span


def spans_of(hours: float, *, is_real_time: bool) -> Spans | None:
    """The second hour and the last one; of a shorter run in real time the second and the last quarter."""
    if hours >= 3:
        return Spans(early=(1.0, 2.0), late=(hours - 1.0, hours))
    if is_real_time:
        return Spans(early=(hours / 4, hours / 2), late=(hours * 3 / 4, hours))
    return None


def overall(findings: Iterable[Finding]) -> Verdict:
    """What failed outweighs what is unknown. Where nothing could be judged nothing is known."""
    verdicts = {finding.verdict for finding in findings}
    for verdict in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS):
        if verdict in verdicts:
            return verdict
    return Verdict.UNKNOWN


def memory(name: str, series: Series, spans: Spans | None) -> Finding:
    """The median of the last part within 5 % of that of the early one; less is no fault."""
    if spans is None:
        return _too_short(name)
    early, late = _within(series, spans.early), _within(series, spans.late)
    if not early or not late:
        return Finding(name, Verdict.UNKNOWN, "no figures at the beginning or the end")
    before, after = statistics.median(early), statistics.median(late)
    verdict = Verdict.FAIL if after > before * (1 + MOST_GROWTH) else Verdict.PASS
    return Finding(name, verdict, f"{before:.1f} MB, then {after:.1f} MB ({after / before - 1:+.1%})")


def floor(name: str, series: Series, spans: Spans | None) -> Finding:
    """What is open at the quietest moment of the last part against the early one: what is lost never closes."""
    if spans is None:
        return _too_short(name)
    early, late = _within(series, spans.early), _within(series, spans.late)
    if not early or not late:
        return Finding(name, Verdict.UNKNOWN, "no figures at the beginning or the end")
    before, after = min(early), min(late)
    verdict = Verdict.FAIL if after > before * (1 + MOST_GROWTH) + _HANDLES else Verdict.PASS
    return Finding(name, verdict, f"at least {before:.0f}, then at least {after:.0f}")


def retention(name: str, ages: Series, keep_hours: float, every_hours: float, hours: float) -> Finding:
    """No settled row is older than it shall be: its age and the time until the next deletion."""
    most = keep_hours + every_hours + _PRUNING_TAKES_HOURS
    if hours <= most:
        return _too_short(name)
    if not ages:
        return Finding(name, Verdict.UNKNOWN, "no figures")
    hour, oldest = max(ages, key=lambda one: one[1])
    verdict = Verdict.FAIL if oldest > most else Verdict.PASS
    return Finding(name, verdict, f"the oldest was {oldest:.1f} h old (in hour {hour:.0f}), {most:.1f} h is allowed")


def plateau(name: str, sizes: Series, keep_hours: float, hours: float) -> Finding:
    """The file has the same size through the last quarter, after whole ages of rows have come and gone."""
    start = 0.75 * hours
    if start <= keep_hours:
        return _too_short(name)
    before, after = _within(sizes, (0, start)), _within(sizes, (start, hours))
    if not before or not after:
        return Finding(name, Verdict.UNKNOWN, "no figures")
    verdict = Verdict.FAIL if max(after) > max(before) * (1 + MOST_GROWTH) else Verdict.PASS
    return Finding(name, verdict, f"at most {max(before):.1f} MB, in the last quarter {max(after):.1f} MB")


def pace(lateness: Series, waiting: Series, *, is_real_time: bool) -> Finding:
    """Whether the clock's pace was kept: by our own timers, and by the connector, whose due work must not wait long.

    On a fast clock nobody can say whether the connector or the machine was too slow; in real time it was the connector.
    """
    name = "pace"
    if not lateness or not waiting:
        return Finding(name, Verdict.UNKNOWN, "no figures")
    late = [value for _, value in lateness]
    told = f"timers {max(late):.0f} s late at most, due work waited {max(value for _, value in waiting):.0f} s at most"
    if _is_often([value > MOST_LATE for value in late]):
        return Finding(name, Verdict.UNKNOWN, f"{told}: the machine did not keep up, take a lower --rate")
    if _is_often([value > MOST_WAITING for _, value in waiting]):
        if is_real_time:
            return Finding(name, Verdict.FAIL, told)
        return Finding(name, Verdict.UNKNOWN, f"{told}: the connector did not keep up with this clock")
    return Finding(name, Verdict.PASS, told)


def nothing_wrong(name: str, wrong: dict[str, int], told: str) -> Finding:
    """Counts of what must not be."""
    found = {what: count for what, count in wrong.items() if count}
    if not found:
        return Finding(name, Verdict.PASS, told)
    return Finding(name, Verdict.FAIL, ", ".join(f"{count} {what}" for what, count in found.items()))


def apart(order: dict[str, Any]) -> Finding:
    """One order of which both sides say something else; its texts are those of the fakes."""
    name = f"order {order['order']} of store {order['store']}"
    told = f"{order['shop']} in the shop, {order['erp']} in the ERP (id {order['erp_id']})"
    return Finding(name, Verdict.FAIL, told)


def _is_often(flags: Sequence[bool]) -> bool:
    return sum(flags) > max(1.0, _SELDOM * len(flags))


def _too_short(name: str) -> Finding:
    return Finding(name, Verdict.NOT_JUDGED, "the run is too short")


def _within(series: Series, span: Span) -> list[float]:
    first, last = span
    return [value for hour, value in series if first < hour <= last + 1e-6]
