"""The arithmetic of the ERP's limits (erp-transport §4)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.pace import CAUTIOUS_LIMIT, MINUTE, Go, Share, Wait, Window, after_block, allowed, next_call

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
IDLE = Window(taken=0, under_way=0, first_free_at=None)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def ask(window=IDLE, limit=60, next_at=NOW, paused_until=None, urgent=False) -> Go | Wait:
    return next_call(window, limit, NOW, next_at, paused_until, urgent)


@pytest.mark.parametrize(("limit", "interval"), [(20, 3), (60, 1), (120, 0.5)])
def test_background_calls_are_spread_over_the_minute(limit, interval):
    assert ask(limit=limit) == Go(next_at=NOW + seconds(interval))
    assert ask(limit=limit, next_at=NOW + seconds(interval)) == Wait(until=NOW + seconds(interval))


def test_an_urgent_call_does_not_wait_for_its_turn_but_takes_one():
    assert ask(next_at=NOW + seconds(5), urgent=True) == Go(next_at=NOW + seconds(6))


@pytest.mark.parametrize("late", [2, 5, 3600])
def test_those_that_come_late_catch_up_by_two_calls(late):
    assert ask(next_at=NOW - seconds(late)) == Go(next_at=NOW - seconds(1))


def test_a_call_a_little_late_catches_up_by_that_little():
    assert ask(next_at=NOW - seconds(0.5)) == Go(next_at=NOW + seconds(0.5))


@pytest.mark.parametrize("urgent", [False, True])
def test_with_all_slots_taken_one_waits_for_the_first_to_be_free(urgent):
    free_at = NOW + seconds(7)
    full = Window(taken=60, under_way=0, first_free_at=free_at)
    assert ask(full, urgent=urgent) == Wait(until=free_at)
    assert isinstance(ask(Window(taken=59, under_way=0, first_free_at=free_at), urgent=urgent), Go)


@pytest.mark.parametrize(("limit", "at_once"), [(60, 15), (20, 5), (30, 7), (3, 1), (1, 1)])
def test_a_quarter_of_the_limit_may_be_under_way(limit, at_once):
    def busy(calls: int) -> Window:
        return Window(taken=0, under_way=calls, first_free_at=NOW + MINUTE)

    assert ask(busy(at_once), limit, urgent=True) == Wait(until=NOW + MINUTE / limit)
    assert isinstance(ask(busy(at_once - 1), limit, urgent=True), Go)


@pytest.mark.parametrize("urgent", [False, True])
def test_a_pause_holds_for_everybody(urgent):
    assert ask(paused_until=NOW + seconds(30), urgent=urgent) == Wait(until=NOW + seconds(30))


def test_a_pause_that_is_over_holds_nobody():
    assert isinstance(ask(paused_until=NOW), Go)


def test_before_the_first_answer_the_lowest_plan_is_assumed():
    assert CAUTIOUS_LIMIT == 20


def test_a_limit_that_turns_out_lower_holds_at_once():
    used = Window(taken=50, under_way=0, first_free_at=NOW + seconds(3))
    assert isinstance(ask(used, limit=60), Go)
    assert ask(used, limit=20) == Wait(until=NOW + seconds(3))


class Pacer:
    """The slots of one company, kept as the database keeps them, and what the ERP sees of the calls."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.now = NOW
        self.next_at = NOW
        self.calls: list[tuple[datetime, datetime, datetime]] = []

    def window(self) -> Window:
        ends = [end for _, _, end in self.calls]
        under_way = sum(end > self.now for end in ends)
        resting = [end + MINUTE for end in ends if end <= self.now < end + MINUTE]
        # Until its answer is in, a call holds its slot for longer than any answer takes.
        first_free_at = min(resting, default=self.now + 10 * MINUTE)
        return Window(taken=under_way + len(resting), under_way=under_way, first_free_at=first_free_at)

    def call(self, urgent: bool, to_arrival: float, to_answer: float) -> None:
        """Wait as told, or until an answer comes in, and then make the call."""
        while isinstance(decision := next_call(self.window(), self.limit, self.now, self.next_at, None, urgent), Wait):
            assert decision.until > self.now
            answers = [end for _, _, end in self.calls if end > self.now]
            self.now = min([decision.until, *answers])
        self.next_at = decision.next_at
        arrival = self.now + seconds(to_arrival)
        self.calls.append((self.now, arrival, arrival + seconds(to_answer)))

    def most_in_a_minute(self) -> int:
        """By the ERP's own clock: calls that arrived in any window of sixty seconds."""
        arrivals = [arrival for _, arrival, _ in self.calls]
        return max(sum(first <= other < first + MINUTE for other in arrivals) for first in arrivals)

    def most_at_once(self) -> int:
        return max(sum(a <= arrival < end for _, a, end in self.calls) for _, arrival, _ in self.calls)


delays = st.sampled_from([0.0, 0.05, 0.4, 3.0, 20.0, 55.0])
asked = st.tuples(st.sampled_from([0.0, 0.0, 0.0, 0.3, 2.0, 59.0, 70.0]), st.booleans(), delays, delays)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([1, 4, 10, 20]), st.lists(asked, min_size=1, max_size=45))
def test_the_erp_never_counts_more_than_the_limit_in_any_minute(limit, calls):
    pacer = Pacer(limit)
    for pause, urgent, to_arrival, to_answer in calls:
        pacer.now += seconds(pause)
        pacer.call(urgent, to_arrival, to_answer)
    assert pacer.most_in_a_minute() <= limit
    assert pacer.most_at_once() <= max(1, limit // 4)


def test_quick_answers_let_nearly_the_whole_limit_be_used():
    pacer = Pacer(60)
    for _ in range(200):
        pacer.call(urgent=False, to_arrival=0.1, to_answer=0.1)
    assert pacer.now - NOW <= seconds(205)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(("limit", "calls"), [(None, 20), (0, 1), (60, 60)])
def test_without_others_the_whole_limit_may_be_used_and_a_plan_without_api_is_asked_once_a_minute(limit, calls):
    assert allowed(limit, None, NOW) == calls


def test_after_a_blocked_answer_a_little_less_than_what_the_others_left_is_used():
    # The ERP counted 60, of which 40 were ours, so somebody else makes 20.
    share = after_block(60, 41, None, NOW)
    assert share == Share(left=37, since=NOW, hold=minutes(2))
    assert allowed(60, share, NOW + minutes(1.9)) == 37


def test_more_is_tried_step_by_step_until_the_whole_limit_is_used_again():
    share = Share(left=37, since=NOW, hold=minutes(2))
    assert [allowed(60, share, NOW + minutes(m)) for m in (2, 3, 4, 9, 60)] == [40, 43, 46, 60, 60]


def test_what_proves_too_much_again_is_tried_later_each_time():
    share, holds = None, []
    for hour in range(6):
        now = NOW + minutes(hour)
        share = after_block(60, 41, share, now)
        holds.append(share.hold)
    assert holds == [minutes(m) for m in (2, 4, 8, 16, 32, 32)]


def test_a_block_long_after_all_was_well_again_counts_as_the_first():
    share = after_block(60, 41, Share(left=37, since=NOW, hold=minutes(32)), NOW + minutes(60))
    assert share.hold == minutes(2)


def test_somebody_who_takes_everything_leaves_us_a_few_calls():
    assert after_block(60, 1, None, NOW).left == 3


def test_a_block_by_our_own_calls_after_the_plan_was_lowered_is_nobody_elses_doing():
    assert after_block(30, 61, None, NOW) is None
