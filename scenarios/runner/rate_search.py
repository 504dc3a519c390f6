"""The highest rate that is kept, by trying: grow until it is not, halve what lies between, confirm by a longer run.

Knows nothing of servers: what is tried is handed in. A probe that is not kept is repeated once, since a busy machine
spoils one now and then; what passes by luck does not pass the longer run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

_GROW = 1.3
_CLOSE = 1.04
_STEP_DOWN = 0.93
_LEAST = 10.0
_CONFIRMATIONS = 8
# What a sender may be late by itself, as a share of the limit, and how much of its core it may use.
_OWN_SHARE, _BUSY = 0.1, 0.9


class Verdict(StrEnum):
    """Whether a rate was kept; unknown: the sender was late itself, so that the server cannot be judged."""

    KEPT = "kept"
    LATE = "late"
    UNKNOWN = "unknown"


class NothingKept(Exception):
    """Not even the lowest rate was kept."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One run at a rate (a second). `p99_ms` is of all waits, `own_ms` of the sender's delays, `busy` of its core."""

    rate: float
    p99_ms: float
    own_ms: float
    busy: float

    def verdict(self, limit_ms: float) -> Verdict:
        """Below the limit it is kept whatever the sender did: its delays are in what was measured."""
        if self.p99_ms < limit_ms:
            return Verdict.KEPT
        is_own_fault = self.own_ms > limit_ms * _OWN_SHARE or self.busy > _BUSY
        return Verdict.UNKNOWN if is_own_fault else Verdict.LATE


@dataclass(frozen=True, kw_only=True)
class Found:
    """The highest rate kept. `is_floor`: what did not keep a higher one may have been the sender."""

    rate: float
    is_floor: bool
    unknown: int


@dataclass
class Search:
    """`probe` runs at a rate, long or short."""

    probe: Callable[[float, bool], Probe]
    limit_ms: float
    unknown: int = 0
    _ceiling: tuple[float, Verdict] = field(default=(float("inf"), Verdict.LATE))

    def highest(self, start: float) -> Found:
        """From this rate on. Raises NothingKept."""
        low = self._bracket(start)
        while self._ceiling[0] / low > _CLOSE:
            middle = (self._ceiling[0] + low) / 2
            if self._keeps(middle):
                low = middle
        for _ in range(_CONFIRMATIONS):
            if self._keeps(low, is_long=True):
                return Found(rate=low, is_floor=self._ceiling[1] is Verdict.UNKNOWN, unknown=self.unknown)
            low *= _STEP_DOWN
        raise NothingKept(f"no rate above {low:.0f} a second was kept in a longer run")

    def _bracket(self, rate: float) -> float:
        """A rate that is kept; the next step up is not."""
        low = 0.0
        while not low or self._ceiling[0] == float("inf"):
            if self._keeps(rate):
                low, rate = rate, rate * _GROW
            else:
                rate /= _GROW
            if rate < _LEAST:
                raise NothingKept(f"not even {_LEAST:.0f} messages a second were kept")
        return low

    def _keeps(self, rate: float, is_long: bool = False) -> bool:
        """Whether one of two runs keeps it; otherwise it is the ceiling."""
        verdicts = []
        for _ in range(2):
            verdicts.append(self.probe(rate, is_long).verdict(self.limit_ms))
            self.unknown += verdicts[-1] is Verdict.UNKNOWN
            if verdicts[-1] is Verdict.KEPT:
                return True
        # One look at the server that nobody else spoiled is enough to know.
        verdict = Verdict.LATE if Verdict.LATE in verdicts else Verdict.UNKNOWN
        self._ceiling = (rate, verdict)
        return False
