"""When to try again, and when to give up."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.core.retry import GIVE_UP_AFTER, next_try

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (6, 32), (11, 1024), (12, 1800), (50, 1800), (10_000, 1800)]
)
def test_the_wait_doubles_up_to_half_an_hour(attempts, seconds):
    longest = next_try(attempts, NOW, NOW, chance=1.0)
    assert longest == timedelta(seconds=seconds)


def test_chance_spreads_the_waits_over_their_upper_half():
    assert [next_try(3, NOW, NOW, chance) for chance in (0.0, 0.5)] == [timedelta(seconds=2), timedelta(seconds=3)]


def test_after_three_days_it_is_given_up():
    almost = NOW + GIVE_UP_AFTER - timedelta(seconds=1)
    assert next_try(200, NOW, almost, 0.5) is not None
    assert next_try(200, NOW, NOW + GIVE_UP_AFTER, 0.5) is None


def test_what_stood_still_for_days_is_not_given_up_at_its_first_failures():
    long_ago = NOW - timedelta(days=4)
    assert next_try(1, long_ago, NOW, 0.5) is not None
    assert next_try(19, long_ago, NOW, 0.5) is not None
    assert next_try(20, long_ago, NOW, 0.5) is None
