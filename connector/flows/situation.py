"""The ERP moved an order on: the shop follows, forward only, with the tracking code."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.core import situations
from connector.core.errors import Refused
from connector.core.reasons import Reason
from connector.core.situations import Conflict, Move
from connector.flows.env import Env
from connector.flows.order import draw_again
from connector.flows.outcome import Done, Outcome, Park
from connector.store import sales, stores, work
from connector.store.engine import Connection
from connector.store.sales import Sale
from connector.store.work import Job, Priority
from connector.wire import webstore_orders
from connector.wire.erp_orders import ErpOrderState

# Drawn a little further back each time, since the ERP's clock is not ours.
_OVERLAP = timedelta(minutes=5)


async def follow(job: Job, env: Env) -> Outcome:
    """Read the order where it stands in the ERP, and move it in the shop if that calls for it."""
    store = await env.db.read(stores.by_id, job.store_id)
    sale = await env.db.read(sales.by_order, job.store_id, int(job.key))
    if store is None or store.uninstalled_at is not None or store.erp_token is None:
        return Done()
    if sale is None or sale.erp_id is None:
        return Done()
    state = await env.erp(store, Priority.SITUATIONS).order_state(sale.erp_id)
    if state is None:
        return Done()
    shop = env.shop(store)
    order = await shop.order(sale.order_id)
    shipment = webstore_orders.shipment_document(state.tracking_code, state.tracking_url, state.carrier)
    move = situations.decide(order.status, state.situation)
    detail = f"loja: {order.status}, ERP: {state.situation}" if isinstance(move, Conflict) else None
    # Known before the shop is told, so that the shop's own event about it goes nowhere.
    await env.db.write(note_situation, sale, state, detail)
    if detail is not None:
        return Park(Reason.ORDER_CONFLICT, detail)
    try:
        if isinstance(move, Move):
            cancelled = "other" if move.status == "cancelled" else None
            await shop.set_status(sale.order_id, move.status, None if cancelled else shipment, cancelled)
        elif shipment and state.tracking_code != order.tracking_code:
            await shop.set_shipment(sale.order_id, shipment)
    except Refused as error:
        if error.code not in ("invalid_transition", "order_closed", "order_not_paid"):
            raise
        # Somebody moved it in the shop meanwhile: what the shop allows is the shop's word.
    return Done()


def note_situation(c: Connection, sale: Sale, state: ErpOrderState, conflict: str | None) -> None:
    """How far the ERP has brought it, and whether the shop says what cannot be true beside it."""
    sales.change(
        c,
        sale.store_id,
        sale.order_id,
        situation=state.situation,
        tracking=state.tracking_code or None,
        reason=str(Reason.ORDER_CONFLICT) if conflict else None,
        detail=conflict,
    )
    if conflict is None:
        # Whichever side it was told to, the disagreement is over.
        work.forget_parked(c, sale.store_id, str(sale.order_id), str(Reason.ORDER_CONFLICT))


async def poll_situations(job: Job, env: Env) -> Outcome:
    """The net under the ERP's messages: orders changed since the last time."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None:
        return Done()
    await env.db.write(draw_again, env, store.id, "situations", Priority.SITUATIONS)
    began = env.clock.now()
    if store.erp_token is not None:
        since = (store.situations_until or store.connected_at or began) - _OVERLAP
        changed = await env.erp(store, Priority.SITUATIONS).orders_changed_since(since)
        await env.db.write(enqueue_changed, env, store.id, changed, began)
    return Done()


def enqueue_changed(c: Connection, env: Env, store_id: int, changed: list[str], began: datetime) -> None:
    """Look at those of ours; the next draw begins where this one began."""
    now = env.clock.now()
    for erp_id in changed:
        sale = sales.by_erp_id(c, store_id, erp_id)
        if sale is not None:
            work.enqueue(c, store_id, "situation", now, priority=Priority.SITUATIONS, key=str(sale.order_id))
    stores.change(c, store_id, situations_until=began)
