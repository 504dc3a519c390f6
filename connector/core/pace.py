"""The arithmetic of both sides' limits.

ERP (erp-transport §4): so many calls in any minute, per company, and a quarter of that at once. A
slot is given back a minute after the *answer*: whenever the call reached the ERP, it was before
that, so the ERP never counts more than the limit in any window, however slow the line. A blocked
answer therefore means that somebody else calls with the same token: `after_block` and `allowed` say
what is left for us then.

Shop (webstore-api §13): a bucket of 40 units that drains 2 a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MINUTE = timedelta(seconds=60)

# Before the first answer has told the limit: the lowest of all plans with an API.
CAUTIOUS_LIMIT = 20

# How long what was left for us after a blocked answer is taken for granted, before more is tried again.
_FIRST_HOLD = timedelta(minutes=2)
_LONGEST_HOLD = timedelta(minutes=32)

# How long the whole limit must have been ours before a blocked answer counts as the first again: who makes a call or
# two a minute is met only when all of it is tried.
_PROBATION = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Window:
    """The slots taken now: how many, how many of them by calls under way, and when the first is free again."""

    taken: int
    under_way: int
    first_free_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Share:
    """Somebody else uses the quota too: `left` calls a minute were ours at `since`, and are for `hold` from then on."""

    left: int
    since: datetime
    hold: timedelta


def allowed(limit: int | None, share: Share | None, now: datetime) -> int:
    """How many calls a minute we may make now.

    A plan without API has the limit 0; one call a minute then finds out whether that still holds.
    """
    whole = CAUTIOUS_LIMIT if limit is None else max(1, limit)
    if share is None:
        return whole
    over = now - share.since - share.hold
    steps = 0 if over < timedelta(0) else 1 + over // MINUTE
    return max(1, min(whole, share.left + steps * _step(whole)))


def after_block(limit: int | None, taken: int, share: Share | None, now: datetime) -> Share | None:
    """What is left for us after a blocked answer, when our calls of the last minute, the blocked one too, are `taken`.

    The ERP counted `limit` calls, so what others made is the rest. More is tried in small steps, later each time
    that proves too much.
    """
    whole = CAUTIOUS_LIMIT if limit is None else max(1, limit)
    ours = taken - 1
    if ours >= whole:
        # All of them are ours: the limit itself was lowered, and that is known now.
        return share
    is_known = share is not None and allowed(limit, share, now - _PROBATION) < whole
    hold = min(_LONGEST_HOLD, 2 * share.hold) if share is not None and is_known else _FIRST_HOLD
    return Share(left=max(_step(whole), ours - _step(whole)), since=now, hold=hold)


def _step(limit: int) -> int:
    return max(1, limit // 20)


@dataclass(frozen=True, kw_only=True)
class Go:
    """Call now; the next background call is due at `next_at`."""

    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Ask again at `until`, or sooner if an answer comes in."""

    until: datetime


def next_call(
    window: Window, limit: int, now: datetime, next_at: datetime, paused_until: datetime | None, urgent: bool
) -> Go | Wait:
    """Whether one more call may be made now.

    Background calls are spread evenly over the minute, so that an urgent one never waits for more than
    one interval; those that come late may catch up by at most two intervals.
    """
    if paused_until is not None and paused_until > now:
        return Wait(until=paused_until)
    if window.taken >= limit and window.first_free_at is not None:
        return Wait(until=window.first_free_at)
    interval = MINUTE / limit
    if window.under_way >= max(1, limit // 4):
        return Wait(until=now + interval)
    if not urgent and next_at > now:
        return Wait(until=next_at)
    return Go(next_at=max(next_at, now - 2 * interval) + interval)


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """The shop's leaky bucket as we believe it to be: `used` units at the moment `at`."""

    used: float
    at: datetime
    size: int = 40
    drain: float = 2.0

    def take(self, units: int, now: datetime) -> tuple[Bucket, float]:
        """The bucket after taking `units`, and how many seconds to wait before the call is made."""
        used = max(0.0, self.used - (now - self.at).total_seconds() * self.drain) + units
        return replace(self, used=used, at=max(now, self.at)), max(0.0, (used - self.size) / self.drain)

    def heard(self, remaining: int, under_way: int, now: datetime) -> Bucket:
        """The bucket corrected by what an answer said; calls under way are not in its figure yet."""
        if remaining >= self.size:
            # Not even the call that was answered is in it: nothing has been counted, or nothing ever is.
            return replace(self, used=float(under_way), at=now)
        drained = max(0.0, self.used - (now - self.at).total_seconds() * self.drain)
        return replace(self, used=max(drained, self.size - remaining + under_way), at=now)
