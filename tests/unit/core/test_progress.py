"""How many calls and how much time a pull still takes."""

from dataclasses import replace

import pytest

from connector.core.progress import Remaining, progress

NOTHING = Remaining(pages=0, simple_records=0, parents_unread=0, variations_listed=0, variation_records=0, stocks=0)


@pytest.mark.parametrize(
    ("change", "calls"),
    [
        ({}, 0),
        ({"pages": 3}, 3),
        ({"simple_records": 10, "stocks": 10}, 20),
        ({"variation_records": 4, "stocks": 4}, 8),
        ({"parents_unread": 2, "variations_listed": 7}, 2 + 14),
        ({"parents_unread": 2}, 2 + 2 * 4 * 2),
    ],
)
def test_the_calls_left_are_counted_for_what_is_known_and_guessed_for_the_rest(change, calls):
    assert progress(100, 0, replace(NOTHING, **change), None).calls_left == calls


def test_the_time_left_follows_the_accounts_limit():
    assert progress(100, 40, replace(NOTHING, stocks=90), 60).seconds_left == 90


@pytest.mark.parametrize("limit", [None, 0])
def test_without_a_limit_no_time_is_promised(limit):
    assert progress(100, 40, replace(NOTHING, stocks=90), limit).seconds_left is None


def test_a_finished_pull_has_nothing_left():
    done = progress(100, 100, NOTHING, 60)
    assert (done.total, done.done, done.calls_left, done.seconds_left) == (100, 100, 0, 0)
