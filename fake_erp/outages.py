"""Trouble that lasts: "the API off for ten minutes", "the plan cut to five calls for an hour".

Faults go by exact count of calls (`faults`); an outage goes by the world's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from scenarios.harness.worlds import WorldError

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld

QUOTA_CUT = "quota_cut"


@dataclass(kw_only=True, slots=True)
class Outage:
    """`what` is a fault's name, or `quota_cut` with the `calls_per_minute` that are left."""

    what: str
    until: datetime
    calls_per_minute: int = 0
    # Tells it from the others of its account.
    number: int = 0


class Outages:
    """The outages ordered of one account; those whose time is over are forgotten."""

    def __init__(self) -> None:
        self.ordered: list[Outage] = []
        self.last_number = 0

    def order(self, outage: Outage) -> None:
        self.last_number += 1
        outage.number = self.last_number
        self.ordered.append(outage)

    def take_back(self, number: int) -> bool:
        """End one by its number; whether it was there."""
        kept = [each for each in self.ordered if each.number != number]
        is_there = len(kept) < len(self.ordered)
        self.ordered = kept
        return is_there

    def active(self, now: datetime) -> list[Outage]:
        if self.ordered:
            self.ordered = [each for each in self.ordered if each.until > now]
        return self.ordered

    def fault(self, now: datetime) -> str | None:
        """What meets every call now, if anything does: what was ordered first."""
        return next((each.what for each in self.active(now) if each.what != QUOTA_CUT), None)

    def cut(self, now: datetime) -> int | None:
        """The calls a minute that are left of the plan, if it is cut now."""
        return min((each.calls_per_minute for each in self.active(now) if each.what == QUOTA_CUT), default=None)


# How long a call takes, as a multiple of the world's `latency`.
LATENCY_PROFILES = ("fixed", "long_tail", "bimodal")


def latency_of(world: ErpWorld, call: int) -> float:
    """Seconds that this call of a world takes; drawn from the world's seed and the call's number."""
    base, profile = world.settings.latency, world.settings.latency_profile
    if not base or profile == "fixed":
        return base
    random = Random(f"{world.origin}:latency:{call}")
    if profile == "bimodal":
        return base * (20 if random.random() < 0.05 else 0.5)
    # A mean of about one and, now and then, twenty times as long.
    return base * min(random.paretovariate(1.5) / 3, 60)


def require_sense(what: object, seconds: object, calls: object, known: tuple[str, ...]) -> None:
    """Raise WorldError unless these make an outage."""
    if what not in (*known, QUOTA_CUT):
        raise WorldError(f"unknown outage {what!r}; known: {', '.join((*known, QUOTA_CUT))}")
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not 0 < seconds <= 10**7:
        raise WorldError(f"seconds must be a number above 0, not {seconds!r}")
    usable = isinstance(calls, int) and not isinstance(calls, bool) and 0 <= calls <= 10**6
    if not usable:
        raise WorldError(f"calls_per_minute must be a whole number from 0, not {calls!r}")
