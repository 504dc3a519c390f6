"""The shop's leaky bucket: 40 units that drain two a second (webstore-api §13)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.pace import Bucket

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def bucket(used: float) -> Bucket:
    return Bucket(used=used, at=NOW)


@pytest.mark.parametrize(
    ("used", "units", "after", "wait"),
    [(0, 1, 0, 0), (39, 1, 0, 0), (40, 1, 0, 0.5), (40, 5, 0, 2.5), (40, 1, 0.5, 0), (40, 40, 100, 0)],
)
def test_a_call_waits_until_it_fits(used, units, after, wait):
    assert bucket(used).take(units, later(after))[1] == pytest.approx(wait)


def test_those_that_wait_are_lined_up_one_after_the_other():
    taken, waits = bucket(40), []
    for _ in range(3):
        taken, wait = taken.take(1, NOW)
        waits.append(wait)
    assert waits == [0.5, 1.0, 1.5]


def test_a_bucket_never_holds_less_than_nothing():
    assert bucket(2).take(1, later(3600))[0].used == 1


def test_the_shop_knows_better_that_it_is_fuller():
    assert bucket(3).heard(remaining=10, under_way=0, now=NOW).used == 30


def test_calls_under_way_are_not_in_the_shops_figure_yet():
    assert bucket(3).heard(remaining=10, under_way=4, now=NOW).used == 34


def test_an_old_figure_does_not_free_what_is_spoken_for():
    assert bucket(38).heard(remaining=39, under_way=1, now=later(1)).used == 36


def test_a_shop_that_does_not_count_the_answered_call_itself_counts_nothing():
    assert bucket(38).heard(remaining=40, under_way=2, now=NOW).used == 2


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 5)), min_size=1, max_size=80))
def test_the_shops_own_bucket_never_runs_over(calls):
    ours, shop, now = bucket(0), 0.0, NOW
    sent_at = NOW
    for pause, units in calls:
        now += timedelta(seconds=pause / 10)
        ours, wait = ours.take(units, now)
        sends = now + timedelta(seconds=wait)
        shop = max(0.0, shop - (sends - sent_at).total_seconds() * 2) + units
        sent_at = sends
        assert shop <= 40.001
