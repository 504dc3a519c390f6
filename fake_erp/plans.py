"""The plans, and how the ERP holds a company to its own: calls a minute and calls at once.

Contract: transport §4. The window slides over the world's clock.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from fake_erp import codes

# Calls per minute. "antigo" stands for the discontinued plans.
PLANS: dict[str, int] = {"comecar": 0, "crescer": 30, "evoluir": 60, "potencializar": 120, "antigo": 20}

# Batch calls a minute, of every plan that has any calls.
BATCH_CALLS = 5

_ACCENTED = {"começar": "comecar"}
_MINUTE = timedelta(minutes=1)


def plan_named(name: object) -> str:
    """The plan's name without accent or capitals. Raises ValueError with the known ones."""
    folded = str(name).strip().lower()
    folded = _ACCENTED.get(folded, folded)
    if folded not in PLANS:
        raise ValueError(f"unknown plan {name!r}; known: {', '.join(PLANS)}")
    return folded


def calls_at_once(per_minute: int) -> int:
    """A quarter of the minute's limit; rounded down, which is a guess (30 → 7)."""
    return max(1, per_minute // 4)


class Quota:
    """One company's use of its plan, shared by everyone who calls with its token."""

    def __init__(self, *, count_refused: bool = False) -> None:
        self.count_refused = count_refused
        self.at_once = 0
        self.peak = 0
        self._counted: deque[datetime] = deque()
        self._batches: deque[datetime] = deque()

    def admit(self, now: datetime, per_minute: int, *, batch: bool = False) -> None:
        """Count one call, or raise the Refusal that meets it. Pair with `leave`.

        A batch call counts in the minute and in the minute's batch calls.
        """
        window = self._counted
        _forget(window, now)
        _forget(self._batches, now)
        refusal = self._refusal(per_minute, batch)
        if refusal is None or self.count_refused:
            window.append(now)
            if batch:
                self._batches.append(now)
        if refusal is not None:
            raise refusal
        self.at_once += 1
        self.peak = max(self.peak, len(window))

    def _refusal(self, per_minute: int, batch: bool) -> codes.Refusal | None:
        if self.at_once >= calls_at_once(per_minute):
            return codes.Refusal(codes.TOO_MANY_AT_ONCE)
        if len(self._counted) >= per_minute or (batch and len(self._batches) >= BATCH_CALLS):
            return codes.Refusal(codes.TOO_MANY_A_MINUTE)
        return None

    def leave(self) -> None:
        """A call that was admitted is over."""
        self.at_once -= 1


def _forget(window: deque[datetime], now: datetime) -> None:
    while window and now - window[0] >= _MINUTE:
        window.popleft()
