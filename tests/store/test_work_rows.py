"""The outbox: repeats coalesce, claims are leases, outcomes put work where it belongs."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from connector.store import sales, work
from connector.store.tables import work as rows
from connector.store.work import DEAD, PARKED, Priority, Room

LEASE = timedelta(seconds=45)
ROOM = {int(priority): 9 for priority in Priority}


@pytest.fixture
def enqueue(c, now):
    def put(key="", *, kind="product", store=7, priority=Priority.CATALOGUE, after=0, **payload):
        wait = timedelta(seconds=after)
        work.enqueue(c, store, kind, now, priority=priority, key=key, payload=payload, after=wait)

    return put


@pytest.fixture
def claim(c, now):
    def take(*, room=None, after=0, store=7):
        return work.claim(c, store, ROOM if room is None else room, now + timedelta(seconds=after), LEASE)

    return take


def states(c, store=7):
    return work.counts(c, store)


def keys(jobs):
    return [job.key for job in jobs]


def test_work_that_waits_already_is_not_queued_twice(enqueue, claim):
    enqueue("1", page=1)
    enqueue("1", page=2)
    (job,) = claim()
    assert (job.key, job.payload) == ("1", {"page": 2})


@pytest.mark.parametrize(("first", "second"), [(60, 0), (0, 60)])
def test_work_queued_twice_is_due_at_the_earlier_time(enqueue, claim, first, second):
    enqueue("1", after=first)
    enqueue("1", after=second)
    assert keys(claim()) == ["1"]


def test_kinds_keys_and_stores_do_not_coalesce_with_each_other(c, enqueue):
    enqueue("1")
    enqueue("2")
    enqueue("1", kind="levels")
    enqueue("1", store=8)
    assert (states(c), states(c, 8)) == ({"waiting": 3}, {"waiting": 1})


def test_many_keys_are_queued_in_their_order(c, claim, now):
    keyed = [(str(i), {}) for i in (3, 1, 2, 1)]
    work.enqueue_many(c, 7, "product", now, keyed, priority=Priority.CATALOGUE)
    assert keys(claim()) == ["3", "1", "2"]


def test_nothing_to_queue_queues_nothing(c, now):
    work.enqueue_many(c, 7, "product", now, [], priority=Priority.CATALOGUE)
    assert states(c) == {}


def test_one_runs_and_one_waits_for_what_is_asked_again_meanwhile(c, enqueue, claim):
    enqueue("1")
    claim()
    enqueue("1")
    enqueue("1")
    assert states(c) == {"running": 1, "waiting": 1}


def test_what_waits_is_not_claimed_while_its_twin_runs(c, enqueue, claim):
    enqueue("1")
    (first,) = claim()
    enqueue("1")
    assert claim() == []
    work.done(c, first)
    assert keys(claim()) == ["1"]


def test_a_running_twin_in_another_store_holds_nothing_up(enqueue, claim):
    enqueue("1")
    claim()
    enqueue("1", store=8)
    assert keys(claim(store=8)) == ["1"]


def test_what_is_not_due_is_not_claimed(enqueue, claim):
    enqueue("1", after=60)
    assert claim(after=59) == []
    assert keys(claim(after=60)) == ["1"]


def test_the_urgent_comes_first_and_then_what_was_due_first(enqueue, claim):
    enqueue("catalogue, late", after=5)
    enqueue("catalogue, early", after=1)
    enqueue("stock", priority=Priority.STOCK, after=8)
    enqueue("orders", priority=Priority.ORDERS, after=9)
    assert keys(claim(after=10)) == ["orders", "stock", "catalogue, early", "catalogue, late"]


def test_each_priority_has_room_of_its_own(enqueue, claim):
    for i in range(4):
        enqueue(f"catalogue {i}")
        enqueue(f"stock {i}", priority=Priority.STOCK)
    room = {int(Priority.CATALOGUE): 1, int(Priority.STOCK): 2}
    assert keys(claim(room=room)) == ["stock 0", "stock 1", "catalogue 0"]


@pytest.fixture
def claim_due(c, now):
    def take(*, lanes=2, most=100, busy=None, after=None):
        of_all = dict.fromkeys(Priority, most)
        room = Room(lanes=dict.fromkeys(Priority, lanes), most=of_all, busy=busy or {}, after=after or {})
        return [(job.store_id, job.key) for job in work.claim_due(c, room, now, LEASE)]

    return take


def test_several_stores_are_claimed_for_at_once_the_most_urgent_work_first(enqueue, claim_due):
    enqueue("1")
    enqueue("2", store=8)
    enqueue("order", store=8, priority=Priority.ORDERS)
    assert claim_due() == [(8, "order"), (7, "1"), (8, "2")]


def test_what_is_under_way_takes_room_of_its_store_and_priority_alone(enqueue, claim_due):
    for i in range(3):
        enqueue(str(i))
        enqueue(str(i), store=8)
    busy = {(7, int(Priority.CATALOGUE)): 2, (8, int(Priority.CATALOGUE)): 1, (8, int(Priority.STOCK)): 2}
    assert claim_due(busy=busy) == [(8, "0")]


def test_where_there_is_not_room_for_all_the_stores_take_turns(enqueue, claim_due):
    for i in range(2):
        enqueue(str(i))
        enqueue(str(i), store=8)
    assert claim_due(lanes=1, most=1, after={int(Priority.CATALOGUE): 7}) == [(8, "0")]
    assert claim_due(lanes=1, most=1, after={int(Priority.CATALOGUE): 8}) == [(7, "0")]


def test_a_full_catalogue_leaves_an_order_its_room(enqueue, claim_due):
    enqueue("1")
    enqueue("order", priority=Priority.ORDERS)
    assert claim_due(most=1, busy={(8, int(Priority.CATALOGUE)): 1}) == [(7, "order")]


def test_a_priority_that_a_newer_process_has_queued_is_left_to_it(c, enqueue, claim_due, now):
    newest = max(Priority) + 1
    enqueue("new", priority=newest)
    enqueue("new", store=8, priority=newest, after=60)
    enqueue("order", priority=Priority.ORDERS)
    enqueue("old")
    assert claim_due() == [(7, "order"), (7, "old")]
    assert claim_due() == []
    # Nor is it looked for again and again: only what is not due yet is waited for.
    assert work.next_due(c, now + timedelta(seconds=60)) is None


def test_only_stores_with_due_work_are_looked_at(c, enqueue, now):
    enqueue("1", after=60)
    enqueue("1", store=8)
    assert work.stores_with_due_work(c, now) == [8]


def test_the_next_time_at_which_something_is_due_is_known(c, enqueue, now):
    assert work.next_due(c, now) is None
    enqueue("1")
    enqueue("2", after=60)
    enqueue("3", after=90)
    assert work.next_due(c, now) == now + timedelta(seconds=60)


def test_a_lease_that_ended_is_given_back_and_a_renewed_one_is_not(c, enqueue, claim, now):
    enqueue("1")
    enqueue("2")
    first, second = claim()
    work.renew(c, [second.id], now + 2 * LEASE)
    assert work.release_expired(c, now + LEASE) == 1
    assert [job.id for job in claim()] == [first.id]


def test_a_lease_that_has_not_ended_is_left(c, enqueue, claim, now):
    enqueue("1")
    claim()
    assert work.release_expired(c, now + LEASE - timedelta(seconds=1)) == 0


def test_at_the_start_of_the_only_process_all_leases_are_void(c, enqueue, claim):
    enqueue("1")
    (job,) = claim()
    assert work.release_expired(c, None) == 1
    assert [again.id for again in claim()] == [job.id]


def test_what_is_given_back_waits_again_and_what_was_settled_does_not(c, enqueue, claim):
    enqueue("1")
    enqueue("2")
    one, two = claim()
    work.done(c, one)
    work.give_back(c, [one.id, two.id])
    assert keys(claim()) == ["2"]


@pytest.mark.parametrize(("count", "attempts"), [(True, 1), (False, 0)])
def test_later_waits_until_it_is_due_and_counts_as_told(c, enqueue, claim, now, count, attempts):
    enqueue("1", page=3)
    (job,) = claim()
    work.later(c, job, now + timedelta(seconds=60), "erp_busy", "wait", count=count)
    assert claim(after=59) == []
    (again,) = claim(after=60)
    assert (again.attempts, again.payload, again.first_tried_at) == (attempts, {"page": 3}, now)


def test_work_put_back_while_a_twin_waits_leaves_one(c, enqueue, claim, now):
    enqueue("1")
    (job,) = claim()
    enqueue("1")
    work.later(c, job, now + timedelta(seconds=60), "erp_busy", "", count=True)
    assert states(c) == {"waiting": 1}
    assert keys(claim()) == ["1"]


def test_work_given_back_while_a_twin_waits_for_tomorrow_is_done_today(c, enqueue, claim):
    enqueue("", kind="pull")
    (job,) = claim()
    enqueue("", kind="pull", after=86400)
    work.give_back(c, [job.id])
    assert states(c) == {"waiting": 1}
    assert len(claim()) == 1


def test_work_of_a_dead_process_whose_twin_waits_for_tomorrow_is_done_today(c, enqueue, claim):
    enqueue("", kind="pull")
    claim()
    enqueue("", kind="pull", after=86400)
    work.release_expired(c, None)
    assert len(claim()) == 1


def test_parked_work_is_not_claimed_and_shows_its_reason(c, enqueue, claim):
    enqueue("1")
    (job,) = claim()
    work.stop(c, job, PARKED, "token_rejected", "code 2")
    assert claim(after=10**6) == []
    (shown,) = sales.stopped_beside(c, 7)
    assert tuple(shown)[1:] == ("product", "1", "parked", "token_rejected", "code 2")


@pytest.mark.parametrize("end", ["done", "stopped"])
def test_what_is_dealt_with_anew_replaces_what_was_stopped_before(c, enqueue, claim, end):
    for key in ("1", "2"):
        enqueue(key)
        (job,) = claim()
        work.stop(c, job, PARKED, "token_rejected", "")
    enqueue("1")
    (again,) = claim()
    if end == "done":
        work.done(c, again)
    else:
        work.stop(c, again, PARKED, "erp_contract", "")
    left = [(row.key, row.reason) for row in sales.stopped_beside(c, 7)]
    assert left == ([("2", "token_rejected")] if end == "done" else [("1", "erp_contract"), ("2", "token_rejected")])


def test_parked_work_is_revived_by_its_reason_only(c, enqueue, claim, now):
    for key, reason in (("1", "token_rejected"), ("2", "erp_contract")):
        enqueue(key)
        (job,) = claim()
        work.stop(c, job, PARKED, reason, "")
    assert work.revive(c, 7, now, PARKED, ["token_rejected", "plan_without_api"]) == 1
    assert keys(claim()) == ["1"]
    assert states(c) == {"running": 1, "parked": 1}


def test_revived_work_starts_anew(c, enqueue, claim, now):
    enqueue("1")
    (job,) = claim()
    work.later(c, job, now, "erp_trouble", "", count=True)
    (job,) = claim()
    work.stop(c, job, DEAD, "erp_trouble", "three days")
    assert work.revive(c, 7, now + timedelta(days=4), PARKED) == 0
    assert work.revive(c, 7, now + timedelta(days=4), DEAD) == 1
    (again,) = claim(after=4 * 86400)
    assert (again.attempts, again.first_tried_at) == (0, now + timedelta(days=4))


def test_twins_that_were_parked_are_revived_as_one(c, enqueue, claim, now):
    for _ in range(3):
        enqueue("1")
        (job,) = claim()
        work.stop(c, job, PARKED, "token_rejected", "")
    work.revive(c, 7, now, PARKED)
    assert states(c) == {"waiting": 1}


def test_parked_work_revived_while_its_twin_waits_for_later_is_due_now(c, enqueue, claim, now):
    enqueue("1")
    (job,) = claim()
    work.stop(c, job, PARKED, "token_rejected", "")
    enqueue("1", after=3600)
    work.revive(c, 7, now, PARKED)
    assert keys(claim()) == ["1"]
    assert states(c) == {"running": 1}


def test_a_store_that_leaves_has_no_work_but_what_is_running(c, enqueue, claim):
    enqueue("1")
    claim()
    enqueue("2")
    enqueue("3", store=8)
    work.forget(c, 7)
    assert (states(c), states(c, 8)) == ({"running": 1}, {"waiting": 1})


def test_the_database_itself_refuses_a_second_waiting_twin(c, enqueue):
    enqueue("1")
    row = c.execute(sa.select(rows)).mappings().one()
    with pytest.raises(sa.exc.IntegrityError), c.begin_nested():
        c.execute(sa.insert(rows).values({**row, "id": row["id"] + 1, "payload": {}}))
