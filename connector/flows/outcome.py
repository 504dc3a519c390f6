"""What became of a piece of work."""

from __future__ import annotations

from dataclasses import dataclass

from connector.core.reasons import Reason


@dataclass(frozen=True)
class Done:
    """Finished."""


@dataclass(frozen=True)
class Snooze:
    """Not yet: again after `seconds`, and this was no attempt."""

    seconds: float
    reason: Reason


@dataclass(frozen=True)
class Park:
    """Waits for an event, such as a token that works."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True)
class Dead:
    """Given up, kept with its reason; a person can revive it."""

    reason: Reason
    detail: str = ""


Outcome = Done | Snooze | Park | Dead
