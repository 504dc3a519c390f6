"""What was called, refused and used of the quota in one world."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from fake_erp import codes

BLOCKED = (codes.TOO_MANY_A_MINUTE, codes.TOO_MANY_AT_ONCE)


class Statistics:
    """Counts kept beside the journal, so that asking for them costs nothing."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._codes: Counter[int] = Counter()
        self._minutes: Counter[int] = Counter()
        self._blocked = {"natural": Counter[int](), "ordered": Counter[int]()}
        self._orders = 0
        self._first: str | None = None
        self._last: str | None = None

    def called(self, service: str, at: str) -> None:
        """A call with this account's token came in."""
        self._calls[service] += 1
        self._first = self._first or at
        self._last = at

    def order_inserted(self) -> None:
        self._orders += 1

    def admitted(self, now: datetime) -> None:
        """A call was counted in the quota."""
        self._minutes[int(now.timestamp()) // 60] += 1

    def refused(self, code: int, *, ordered: bool) -> None:
        """A call was answered with an error code; `ordered` = as a fault."""
        self._codes[code] += 1
        if code in BLOCKED:
            self._blocked["ordered" if ordered else "natural"][code] += 1

    def as_dict(self, per_minute: int, peak: int) -> dict[str, Any]:
        minutes = [
            {"minute": _minute(minute), "calls": calls, "share": round(calls / per_minute, 4) if per_minute else None}
            for minute, calls in self._minutes.items()
        ]
        return {
            "calls": sum(self._calls.values()),
            "calls_by_service": dict(self._calls),
            "answers_by_code": {str(code): count for code, count in sorted(self._codes.items())},
            "orders_inserted": self._orders,
            "blocked": {why: {str(code): counts[code] for code in BLOCKED} for why, counts in self._blocked.items()},
            "calls_per_minute": per_minute,
            "peak_in_a_minute": peak,
            "minutes": minutes,
            "first_call": self._first,
            "last_call": self._last,
        }


def _minute(number: int) -> str:
    """When a minute began that is counted from 1970."""
    return datetime.fromtimestamp(number * 60, UTC).isoformat()
