"""When to try again, and when to give up."""

from __future__ import annotations

from datetime import datetime, timedelta

# Contract, webstore-api section 12: six tries within about a minute, waits of 1 s to 60 s; then the queue's own, which
# go on growing.
_FIRST = timedelta(seconds=1)
_LONGEST = timedelta(minutes=30)

# Longer than a weekend: trouble that starts on Friday evening is mended on Monday.
GIVE_UP_AFTER = timedelta(days=3)

# Some hours of waits: what had to stand still for days for another reason is not given up at its first failure.
_FEWEST = 20


def next_try(attempts: int, first_tried_at: datetime, now: datetime, chance: float) -> timedelta | None:
    """How long to wait after `attempts` failures, or None to give up. `chance` in [0, 1) spreads the waits."""
    if now - first_tried_at >= GIVE_UP_AFTER and attempts >= _FEWEST:
        return None
    doubled: timedelta = min(_LONGEST, _FIRST * 2 ** min(attempts - 1, 20))
    return doubled * (0.5 + chance / 2)
