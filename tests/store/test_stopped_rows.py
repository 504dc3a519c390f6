"""Dead letters and parked work: listed, counted, revived one by one, by filter or all."""

from datetime import timedelta

import pytest

from connector.store import stopped, work
from connector.store.stopped import Which
from connector.store.work import DEAD, PARKED, Priority

LANE = {int(Priority.ORDERS): 50}


@pytest.fixture
def halted(c, now):
    """Stop a piece of work of a store."""

    def stop(store_id, kind, key, state, reason):
        work.enqueue(c, store_id, kind, now, priority=Priority.ORDERS, key=key)
        (job,) = work.claim(c, store_id, LANE, now, timedelta(seconds=45))
        work.stop(c, job, state, reason, "why")

    stop(7, "order", "1", DEAD, "erp_trouble")
    stop(7, "order", "2", PARKED, "order_money")
    stop(7, "pull.product", "3", DEAD, "erp_trouble")
    stop(8, "order", "1", DEAD, "internal")
    return stop


def keys(c, **which):
    return [(one.store_id, one.kind, one.key) for one in stopped.listed(c, Which(**which))]


def test_everything_that_stands_still_is_listed_with_its_reason(c, halted):
    assert len(stopped.listed(c, Which())) == 4
    (one,) = stopped.listed(c, Which(store_id=7, key="1"))
    assert (one.state, one.reason, one.detail) == (DEAD, "erp_trouble", "why")


@pytest.mark.parametrize(
    ("which", "found"),
    [
        ({"state": PARKED}, [(7, "order", "2")]),
        ({"kind": "order", "state": DEAD}, [(8, "order", "1"), (7, "order", "1")]),
        ({"reason": "erp_trouble"}, [(7, "pull.product", "3"), (7, "order", "1")]),
        ({"store_id": 8}, [(8, "order", "1")]),
        ({"store_id": 9}, []),
    ],
)
def test_a_filter_lets_through_what_has_all_of_it(c, halted, which, found):
    assert keys(c, **which) == found


def test_they_are_counted_by_kind_state_and_reason(c, halted):
    assert [tuple(row) for row in stopped.counts(c, Which(store_id=7))] == [
        ("order", "dead", "erp_trouble", 1),
        ("order", "parked", "order_money", 1),
        ("pull.product", "dead", "erp_trouble", 1),
    ]


def test_what_is_revived_is_due_at_once_and_as_if_never_tried(c, halted, now):
    later = now + timedelta(days=2)
    assert stopped.revive(c, Which(reason="erp_trouble"), later) == 2
    assert keys(c) == [(8, "order", "1"), (7, "order", "2")]
    job, other = work.claim(c, 7, LANE, later, timedelta(seconds=45))
    assert (job.attempts, job.first_tried_at) == (0, later)
    assert {job.kind, other.kind} == {"order", "pull.product"}


def test_one_is_revived_by_its_number_and_only_in_its_store(c, halted, now):
    (one,) = stopped.listed(c, Which(store_id=7, key="2"))
    assert stopped.revive(c, Which(store_id=8, id=one.id), now) == 0
    assert stopped.revive(c, Which(store_id=7, id=one.id), now) == 1
    assert stopped.revive(c, Which(store_id=7, id=one.id), now) == 0


def test_a_revived_one_gives_way_to_the_same_work_that_waits_already(c, halted, now):
    work.enqueue(c, 7, "order", now, priority=Priority.ORDERS, key="1")
    assert stopped.revive(c, Which(store_id=7, key="1"), now) == 1
    assert [job.key for job in work.claim(c, 7, LANE, now, timedelta(seconds=45))] == ["1"]


def test_of_many_the_most_urgent_are_revived_first(c, halted, now):
    assert stopped.revive(c, Which(store_id=7), now, 1) == 1
    assert keys(c, store_id=7) == [(7, "pull.product", "3"), (7, "order", "2")]


def test_what_is_not_wanted_any_more_is_forgotten(c, halted, now):
    work.enqueue(c, 7, "order", now, priority=Priority.ORDERS, key="2")
    stopped.forget(c, Which(store_id=7, kind="order", state=PARKED))
    assert keys(c, kind="order") == [(8, "order", "1"), (7, "order", "1")]
    assert work.is_waiting(c, 7, "order", "2")
