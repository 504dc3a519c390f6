"""The leaky bucket of one app in one store (§13): 40 units, draining 2 a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor

SIZE = 40
DRAIN_PER_SECOND = 2.0


@dataclass
class Bucket:
    """How full it was at a moment; everything else follows from the time."""

    level: float = 0.0
    at: datetime | None = None

    def drain(self, now: datetime) -> None:
        if self.at is not None:
            self.level = max(0.0, self.level - (now - self.at).total_seconds() * DRAIN_PER_SECOND)
        self.at = now

    def take(self, units: int, now: datetime) -> int | None:
        """Take the units, or take nothing and say how many whole seconds to wait."""
        self.drain(now)
        # A hair of tolerance: after exactly the announced wait the sum must not fail by rounding.
        if (excess := self.level + units - SIZE) > 1e-6:
            return ceil(excess / DRAIN_PER_SECOND)
        self.level += units
        return None

    def give_back(self, units: int) -> None:
        """Undo a `take`: refused requests cost nothing."""
        self.level = max(0.0, self.level - units)

    def headers(self, now: datetime) -> dict[str, str]:
        self.drain(now)
        return {
            "X-RateLimit-Limit": str(SIZE),
            "X-RateLimit-Remaining": str(max(0, floor(SIZE - self.level + 1e-6))),
            "X-RateLimit-Reset": str(ceil(self.level / DRAIN_PER_SECOND)),
        }


FULL_HEADERS = {"X-RateLimit-Limit": str(SIZE), "X-RateLimit-Remaining": str(SIZE), "X-RateLimit-Reset": "0"}
