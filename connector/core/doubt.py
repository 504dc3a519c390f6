"""When to look for an order that may or may not have been written, and when to send it once more (decisions §2)."""

from __future__ import annotations

from datetime import timedelta

# A write that was lost may land late: only two empty searches, this long after the doubt, allow another one.
SEARCHES_AFTER = (timedelta(seconds=30), timedelta(minutes=3))

# So many times sent and never answered: a person should know.
ALARM_AFTER_ROUNDS = 3

_FIRST_WAIT = timedelta(minutes=3)
_LONGEST_WAIT = timedelta(hours=4)


def send_again_after(rounds: int) -> timedelta:
    """How long to wait before it is sent again, when `rounds` sendings were proved not to have been written."""
    if rounds <= 1:
        return timedelta(0)
    doubled: timedelta = _FIRST_WAIT * 2 ** min(rounds - 2, 20)
    return min(_LONGEST_WAIT, doubled)
