"""What came of hostile requests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Report:
    """`codes` counts the API's answers, None for a call that was carried out; `wrong` says what should not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[int | None] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.statuses.total()

    def take(self, status: int, body: bytes, request: str) -> None:
        """Count an answer, and judge it: nothing of 500 or above, and no traceback."""
        self.statuses[status] += 1
        if status >= 500 or b"Traceback" in body:
            self.wrong.append(f"HTTP {status} {body[:300]!r} to {request}")

    def add(self, other: Report) -> None:
        self.statuses += other.statuses
        self.codes += other.codes
        self.wrong += other.wrong
