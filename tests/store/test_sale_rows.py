"""Orders of the shop: what the merchant's page asks about them, and the work that is about them."""

from datetime import timedelta

import pytest

from connector.store import sales, work
from connector.store.work import DEAD, PARKED, Priority

LEASE = timedelta(seconds=45)


@pytest.fixture
def sell(c, now):
    def put(order_id, *, store=7, **values):
        sales.know(c, store, order_id, f"N{order_id}", now)
        if values:
            sales.change(c, store, order_id, **values)

    return put


@pytest.fixture
def enqueue(c, now):
    def put(key, *, kind="order", store=7, after=0):
        wait = timedelta(seconds=after)
        work.enqueue(c, store, kind, now, priority=Priority.ORDERS, key=str(key), after=wait)

    return put


@pytest.fixture
def claim(c, now):
    return lambda store=7: work.claim(c, store, {int(Priority.ORDERS): 9}, now, LEASE)


@pytest.fixture
def stop(c, enqueue, claim):
    def put(key, *, kind="order", state=PARKED, reason="order_refused"):
        enqueue(key, kind=kind)
        (job,) = [one for one in claim() if one.key == str(key)]
        work.stop(c, job, state, reason, "")

    return put


def orders(rows):
    return [row.order_id for row in rows]


def test_the_latest_sent_are_the_newest_that_disagree_in_nothing(c, sell):
    for order_id in (3, 1, 2, 4):
        sell(order_id, state=sales.SENT)
    sell(5, state=sales.HELD, reason="order_money")
    sell(6, state=sales.SENT, reason="order_conflict")
    sell(7, store=8, state=sales.SENT)
    assert orders(sales.latest_sent(c, 7)) == [4, 3, 2, 1]
    assert orders(sales.latest_sent(c, 7, limit=2)) == [4, 3]


def test_what_waits_or_disagrees_is_told_newest_first(c, sell):
    sell(1, state=sales.HELD, reason="order_money")
    sell(2, state=sales.SENT, reason="order_conflict")
    sell(3, state=sales.SENT)
    sell(4)
    assert orders(sales.waiting(c, 7)) == [2, 1]


def test_an_order_that_is_ready_is_queued_if_there_is_work_for_it(c, sell, enqueue, stop):
    for order_id in (1, 2, 3, 4):
        sell(order_id)
    sell(5, state=sales.SENT)
    enqueue(1)
    enqueue(5)
    enqueue(3, kind="situation")
    enqueue(3, store=8)
    assert sales.count_queued(c, 7) == 1
    stop(2, reason="token_rejected")
    assert sales.count_queued(c, 7) == 2


def test_stopped_work_is_told_beside_the_orders_that_are_told_themselves(c, sell, stop):
    sell(1, state=sales.HELD, reason="order_money")
    sell(2)
    stop(1)
    stop(1, kind="situation", reason="order_conflict")
    stop(1, kind="pull.product", reason="shop_refused")
    stop(2, reason="token_rejected")
    stop(3, state=DEAD, reason="internal")
    assert [(row.kind, row.key) for row in sales.stopped_beside(c, 7)] == [
        ("order", "3"),
        ("order", "2"),
        ("pull.product", "1"),
    ]
    assert sales.stopped_beside(c, 8) == []


def test_another_stores_order_hides_no_stopped_work(c, sell, stop):
    sell(1, store=8, state=sales.HELD, reason="order_money")
    stop(1)
    assert [row.key for row in sales.stopped_beside(c, 7)] == ["1"]


def test_orders_are_known_by_their_numbers(c, sell):
    sell(1)
    sell(2)
    sell(3, store=8)
    assert sales.numbers(c, 7, [1, 3, 99]) == {1: "N1"}
    assert sales.numbers(c, 7, []) == {}


def test_pending_is_what_is_due_under_way_or_put_back(c, now, enqueue, claim):
    enqueue(1)
    enqueue(2)
    (first, second) = claim()
    work.later(c, first, now + timedelta(hours=1), "erp_unreachable", "", count=True)
    enqueue(3)
    enqueue("", kind="orders", after=600)
    enqueue(9, kind="situation")
    assert second.key == "2"
    assert work.pending(c, 7, now) == {"order": 3, "situation": 1}
    assert work.pending(c, 7, now + timedelta(seconds=600)) == {"order": 3, "situation": 1, "orders": 1}
    assert work.pending(c, 8, now) == {}


def test_stopped_work_is_not_pending(c, now, stop):
    stop(1)
    stop(2, state=DEAD)
    assert work.pending(c, 7, now) == {}


def test_a_situation_is_noted_only_on_what_was_seen(c, sell):
    sell(1, state=sales.SENT)
    seen = sales.by_order(c, 7, 1)
    assert sales.change_unless_moved(c, seen, situation="shipped")
    # What was seen is over: neither the situation nor a cancellation that began meanwhile is overwritten.
    assert not sales.change_unless_moved(c, seen, situation="open")
    assert sales.by_order(c, 7, 1).situation == "shipped"
    seen = sales.by_order(c, 7, 1)
    sales.change(c, 7, 1, cancellation=sales.CANCEL_ASKED)
    assert not sales.change_unless_moved(c, seen, situation="delivered")
    assert sales.change_unless_moved(c, sales.by_order(c, 7, 1), situation="delivered", tracking="AA1")
    assert sales.by_order(c, 7, 1).tracking == "AA1"


def test_another_stores_order_is_not_noted(c, sell):
    sell(1, store=8)
    sell(1)
    assert sales.change_unless_moved(c, sales.by_order(c, 7, 1), situation="shipped")
    assert sales.by_order(c, 8, 1).situation is None


def test_an_order_that_is_being_sent_is_known_to_be(c, sell):
    sell(1)
    sell(2, state=sales.SENT)
    sell(3, store=8, state=sales.SENDING)
    assert not sales.is_any_sending(c, 7)
    sell(4, state=sales.SENDING)
    assert sales.is_any_sending(c, 7)


def test_only_work_under_way_is_running(c, enqueue, claim):
    enqueue(1)
    assert not work.is_running(c, 7, "order", "1")
    claim()
    enqueue(1)
    assert work.is_running(c, 7, "order", "1")
    assert not work.is_running(c, 7, "order", "2")
    assert not work.is_running(c, 7, "situation", "1")
    assert not work.is_running(c, 8, "order", "1")
