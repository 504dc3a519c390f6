"""One quota with others on it: how seldom the pacer is blocked, and how soon it has the whole limit again.

Pure arithmetic, a second at a time; the ERP here counts as the contract says (erp-transport §4).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.pace import MINUTE, Share, Wait, Window, after_block, allowed, next_call

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


class Shared:
    """An account whose whole limit the pacer wants, while others call too. Answers come at once."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.now = self.next_at = START
        self.share: Share | None = None
        self.blocked: list[datetime] = []
        self.made: list[datetime] = []
        self._paused_until: datetime | None = None
        self._ours: deque[datetime] = deque()
        self._counted: deque[datetime] = deque()

    def live(self, length: timedelta, theirs: Iterable[int]) -> None:
        """So long, with so many calls of others in each second of a minute, and the same in the next one."""
        pattern = list(theirs)
        end = self.now + length
        while self.now < end:
            for _ in range(pattern[self.now.second]):
                self._counts()
            while self._may_call():
                self._call()
            self.now += timedelta(seconds=1)

    def _counts(self) -> bool:
        """Whether the ERP takes one more call."""
        while self._counted and self._counted[0] + MINUTE <= self.now:
            self._counted.popleft()
        if len(self._counted) >= self.limit:
            return False
        self._counted.append(self.now)
        return True

    def _may_call(self) -> bool:
        while self._ours and self._ours[0] + MINUTE <= self.now:
            self._ours.popleft()
        first_free_at = self._ours[0] + MINUTE if self._ours else None
        window = Window(taken=len(self._ours), under_way=0, first_free_at=first_free_at)
        may = allowed(self.limit, self.share, self.now)
        decision = next_call(window, may, self.now, self.next_at, self._paused_until, urgent=False)
        if isinstance(decision, Wait):
            return False
        self.next_at = decision.next_at
        return True

    def _call(self) -> None:
        self._ours.append(self.now)
        self.made.append(self.now)
        if not self._counts():
            self.blocked.append(self.now)
            self.share = after_block(self.limit, len(self._ours), self.share, self.now)
            self._paused_until = self.now + MINUTE


def evenly(calls: int) -> list[int]:
    return [calls * (second + 1) // 60 - calls * second // 60 for second in range(60)]


def in_one_burst(calls: int) -> list[int]:
    return [calls] + [0] * 59


@pytest.mark.parametrize("theirs", [evenly(1), in_one_burst(3), evenly(20), in_one_burst(40)], ids=sum)
def test_beside_somebody_who_goes_on_and_on_it_is_blocked_twice_an_hour_and_uses_most_of_the_rest(theirs):
    pacer = Shared(60)
    pacer.live(HOUR, theirs)
    learning = len(pacer.blocked)
    pacer.live(3 * HOUR, theirs)
    assert 1 <= learning <= 6
    assert len(pacer.blocked) - learning <= 2 * 3
    taken = len(pacer.made) - len(pacer.blocked)
    assert taken >= 0.8 * (60 - sum(theirs)) * 4 * 60


def test_alone_it_is_never_blocked_and_uses_the_whole_limit():
    pacer = Shared(60)
    pacer.live(HOUR, evenly(0))
    assert (pacer.blocked, len(pacer.made) >= 0.97 * 60 * 60) == ([], True)


def test_after_a_blocked_answer_it_is_silent_for_a_minute_and_then_tries_more_each_minute():
    pacer = Shared(60)
    pacer.live(minutes(3), evenly(0))
    pacer.live(minutes(1), in_one_burst(20))
    (blocked,) = pacer.blocked
    pacer.live(minutes(4), evenly(0))
    after = [(moment - blocked) // MINUTE for moment in pacer.made if moment > blocked]
    assert [after.count(minute) for minute in range(4)] == [0, 56, 59, 60]


# Where others leave next to nothing, one call a minute finds out whether that still holds: that is not what is bounded.
phases = st.tuples(st.integers(1, 30), st.sampled_from([evenly, in_one_burst]), st.floats(0, 0.8))


@settings(max_examples=12, deadline=None)
@given(st.sampled_from([20, 30, 60]), st.lists(phases, min_size=1, max_size=5))
def test_whatever_others_do_it_is_blocked_seldom_and_has_the_whole_limit_an_hour_after_they_have_gone(limit, phases):
    pacer = Shared(limit)
    for length, spread, part in phases:
        pacer.live(minutes(length), spread(int(part * limit)))
    # Each change may be met twice, before and after the minute's rest; trying for more costs ever less.
    assert len(pacer.blocked) <= 2 * len(phases) + 5
    gone = pacer.now
    pacer.live(minutes(65), evenly(0))
    assert [moment for moment in pacer.blocked if moment > gone + MINUTE] == []
    assert sum(moment >= pacer.now - 2 * MINUTE for moment in pacer.made) >= 0.97 * 2 * limit


@given(st.sampled_from([20, 30, 60, 120]), st.lists(st.tuples(st.integers(1, 90), st.integers(1, 120)), min_size=1))
def test_what_is_left_is_some_call_and_never_more_than_the_limit_and_grows_with_time(limit, blocks):
    share, now = None, START
    for pause, taken in blocks:
        now += minutes(pause)
        share = after_block(limit, taken, share, now)
        trend = [allowed(limit, share, now + minutes(later)) for later in range(65)]
        assert trend == sorted(trend)
        assert 1 <= trend[0] <= trend[-1] == limit
