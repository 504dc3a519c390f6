"""An order of the shop becomes a sales order of the ERP, exactly one (decisions §1–4).

ready → sending → sent. `sending` is committed before the call: an order found in `ready` was certainly
not sent and costs one call; one found in `sending` may have been, so the ERP is searched, twice and apart,
before it is sent again.
"""

from __future__ import annotations

from datetime import timedelta

from connector.core import orders
from connector.core.errors import AccountBlocked, ContractBroken, Doubtful, Refused, Transient
from connector.core.orders import ErpOrder, Hold, ShopOrder
from connector.core.reasons import Reason
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome, Park, Snooze
from connector.store import sales, stores, work
from connector.store.engine import Connection
from connector.store.sales import Sale
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire.erp_orders import Inserted

# Contract, webstore-api section 10.9: from `paid` on.
_IMPORTED = ("paid", "preparing", "invoiced", "ready_to_ship", "shipped")

# A write that was lost may land late: only two empty searches, this long after it, allow another one (decisions §2).
_SEARCHES_AFTER = (timedelta(seconds=30), timedelta(minutes=3))


async def send_order(job: Job, env: Env) -> Outcome:
    """Bring one order to where it belongs."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None or store.erp_token is None:
        return Done()
    order = await env.shop(store).order(int(job.key))
    sale = await env.db.write(sales.know, store.id, order.order_id, order.number, env.clock.now())
    if sale.state == sales.SENT:
        return await _after_sending(env, store, order, sale)
    if sale.state == sales.SENDING:
        return await _resolve(env, store, order, sale)
    if order.is_imported or order.status not in _IMPORTED:
        return await _not_to_send(env, store, order)
    return await _send(env, store, order)


async def _not_to_send(env: Env, store: Store, order: ShopOrder) -> Outcome:
    """Imported by somebody before us, not paid yet, or cancelled before it was sent."""
    if order.is_imported or order.status in ("cancelled", "delivered", "not_delivered"):
        await env.db.write(sales.change, store.id, order.order_id, state=sales.DROPPED, reason=None)
    return Done()


async def _send(env: Env, store: Store, order: ShopOrder) -> Outcome:
    wanted = await env.db.read(_translate, store, order)
    if isinstance(wanted, Hold):
        return await _hold(env, store, order, wanted.reason, wanted.detail)
    # Before this account was connected somebody else may have sent it (decisions §1).
    is_older = store.connected_at is not None and order.created_at < store.connected_at
    if is_older and await _adopt(env, store, order):
        return Done()
    await env.db.write(_sending, env, store, order)
    try:
        inserted = await env.erp(store, Priority.ORDERS).insert_order(wanted, store.integrator_id)
    except Refused as error:
        await env.db.write(sales.change, store.id, order.order_id, state=sales.READY, sending_at=None)
        return await _hold(env, store, order, error.reason, error.detail)
    except Doubtful as error:
        await env.db.write(_doubt, store, order, error)
        return Snooze(_SEARCHES_AFTER[0].total_seconds(), Reason.ORDER_IN_DOUBT)
    except (AccountBlocked, ContractBroken, Transient):
        # Certainly not written: blocked, throttled, no connection made, or no such service.
        await env.db.write(sales.change, store.id, order.order_id, state=sales.READY, sending_at=None)
        raise
    await env.db.write(_sent, env, store, order, inserted)
    return await _refer(env, store, order, inserted)


def _translate(c: Connection, store: Store, order: ShopOrder) -> ErpOrder | Hold:
    ids = sales.product_ids(c, store.id, [line.code for line in order.lines])
    return orders.translate(order, store.id, ids)


async def _hold(env: Env, store: Store, order: ShopOrder, reason: Reason, detail: str) -> Outcome:
    values = {"state": sales.HELD, "reason": str(reason), "detail": detail}
    await env.db.write(sales.change, store.id, order.order_id, **values)
    return Park(reason, detail)


def _sending(c: Connection, env: Env, store: Store, order: ShopOrder) -> None:
    now = env.clock.now()
    sales.change(c, store.id, order.order_id, state=sales.SENDING, sending_at=now, searches=0, reason=None, detail=None)


def _doubt(c: Connection, store: Store, order: ShopOrder, error: Doubtful) -> None:
    sales.change(c, store.id, order.order_id, reason=str(Reason.ORDER_IN_DOUBT), detail=error.detail)


def _sent(c: Connection, env: Env, store: Store, order: ShopOrder, inserted: Inserted) -> None:
    sales.change(
        c,
        store.id,
        order.order_id,
        state=sales.SENT,
        erp_id=inserted.erp_id,
        erp_number=inserted.number,
        reason=None,
        detail=None,
    )


async def _refer(env: Env, store: Store, order: ShopOrder, inserted: Inserted) -> Outcome:
    """Tell the shop which order of the ERP it has become; this locks it against a second import."""
    await env.shop(store).refer(order.order_id, inserted.erp_id, inserted.number, env.clock.now())
    await env.db.write(sales.change, store.id, order.order_id, is_referenced=True)
    return Done()


async def _resolve(env: Env, store: Store, order: ShopOrder, sale: Sale) -> Outcome:
    """It may have been sent: look, wait, look again, and only then send it once more."""
    assert sale.sending_at is not None
    due = sale.sending_at + _SEARCHES_AFTER[min(sale.searches, len(_SEARCHES_AFTER) - 1)]
    now = env.clock.now()
    if now < due:
        return Snooze((due - now).total_seconds(), Reason.ORDER_IN_DOUBT)
    if await _adopt(env, store, order):
        return Done()
    searches = sale.searches + 1
    if searches < len(_SEARCHES_AFTER):
        await env.db.write(sales.change, store.id, order.order_id, searches=searches)
        wait = sale.sending_at + _SEARCHES_AFTER[searches] - now
        return Snooze(max(0.0, wait.total_seconds()), Reason.ORDER_IN_DOUBT)
    await env.db.write(sales.change, store.id, order.order_id, state=sales.READY, sending_at=None)
    return Snooze(0.0, Reason.ORDER_IN_DOUBT)


async def _adopt(env: Env, store: Store, order: ShopOrder) -> bool:
    """Search for the order and, if the ERP has it, take the oldest that is ours."""
    erp = env.erp(store, Priority.ORDERS)
    ours = []
    for erp_id in await erp.orders_with_number(order.number):
        found = await erp.found_order(erp_id)
        if found is not None and orders.is_ours(found, order, store.id, store.integrator_id):
            ours.append(found)
    if not ours:
        return False
    oldest = min(ours, key=lambda found: int(found.erp_id))
    inserted = Inserted(erp_id=oldest.erp_id, number=oldest.number)
    await env.db.write(_sent, env, store, order, inserted)
    await _refer(env, store, order, inserted)
    return True


async def _after_sending(env: Env, store: Store, order: ShopOrder, sale: Sale) -> Outcome:
    """What may be left to do: the reference, or a cancellation in the shop."""
    assert sale.erp_id is not None
    if not sale.is_referenced:
        await _refer(env, store, order, Inserted(erp_id=sale.erp_id, number=sale.erp_number or ""))
    if order.status == "cancelled" and sale.situation != "cancelled":
        # Only what the shop decided: a cancellation that came from the ERP is known as its situation.
        await env.erp(store, Priority.ORDERS).change_situation(sale.erp_id, "cancelled")
        await env.db.write(sales.change, store.id, order.order_id, situation="cancelled")
    return Done()


async def poll_orders(job: Job, env: Env) -> Outcome:
    """The net under the shop's events: orders that are paid and not imported."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None:
        return Done()
    # First of all the next draw, so that no failure of this one ends the net.
    await env.db.write(draw_again, env, store.id, "orders", Priority.ORDERS)
    if store.erp_token is not None:
        found = await env.shop(store).orders_to_import(_IMPORTED[:2])
        await env.db.write(_enqueue_found, env, store.id, found)
    return Done()


def draw_again(c: Connection, env: Env, store_id: int, kind: str, priority: Priority) -> None:
    """Draw a net again in a while."""
    work.enqueue(c, store_id, kind, env.clock.now(), priority=priority, after=POLL)


def _enqueue_found(c: Connection, env: Env, store_id: int, found: list[ShopOrder]) -> None:
    now = env.clock.now()
    for order in found:
        sale = sales.by_order(c, store_id, order.order_id)
        if sale is None or sale.state == sales.READY:
            work.enqueue(c, store_id, "order", now, priority=Priority.ORDERS, key=str(order.order_id))


# How often the net is drawn.
POLL = timedelta(minutes=10)


def resume_held(c: Connection, env: Env, store_id: int) -> None:
    """Products were linked: orders that waited for them go on by themselves."""
    work.revive(c, store_id, env.clock.now(), work.PARKED, [str(Reason.ORDER_UNKNOWN_CODE)])
