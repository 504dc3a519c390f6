"""The ERP moved an order on: the shop follows, forward only, with the tracking code and the invoice."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.core import situations, tracking
from connector.core.errors import Refused
from connector.core.orders import ShopOrder
from connector.core.purpose import Purpose
from connector.core.reasons import Reason
from connector.core.situations import Cancel, Conflict, Decision, Move
from connector.core.tracking import Tracking
from connector.flows.env import Env
from connector.flows.order import draw_again
from connector.flows.outcome import Done, Outcome, Park
from connector.store import sales, stores, tally, work
from connector.store.engine import Connection
from connector.store.sales import Sale
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire.erp_orders import ChangedOrder, ErpOrderState

# Drawn a little further back each time, since the ERP's clock is not ours.
_OVERLAP = timedelta(minutes=5)

# One change is told by up to four messages, of both families; one look answers them all.
SETTLE = timedelta(seconds=2)


def look(c: Connection, env: Env, store_id: int, order_id: int) -> None:
    """Have an order looked at in the ERP, once for all that is heard of it meanwhile."""
    now = env.clock.now()
    work.enqueue(c, store_id, "situation", now, priority=Priority.SITUATIONS, key=str(order_id), after=SETTLE)


async def follow(job: Job, env: Env) -> Outcome:
    """Read the order where it stands in the ERP, and move it in the shop if that calls for it."""
    store = await env.db.read(stores.by_id, job.store_id)
    sale = await env.db.read(sales.by_order, job.store_id, int(job.key))
    if store is None or store.uninstalled_at is not None or store.erp_token is None:
        return Done()
    if sale is None or sale.erp_id is None:
        return Done()
    # The shop first: while it does not answer, no call of the ERP's quota is spent.
    order = await env.shop(store).order(sale.order_id)
    looked_at = env.clock.now()
    state = await env.erp(store, Priority.SITUATIONS).order_state(sale.erp_id)
    if state is None:
        return Done()
    was_cancelled = sale.cancellation == sales.CANCEL_DONE
    decision = situations.decide(order.status, state.situation, was_cancelled=was_cancelled)
    # Known before the shop is told, so that the shop's own event about it goes nowhere.
    is_ours = await env.db.write(note_situation, env, sale, order, state, decision, looked_at)
    if not is_ours:
        return Done()
    if isinstance(decision, Conflict):
        detail = situations.pair(order.status, state.situation)
        return Done() if detail == sale.accepted else Park(Reason.ORDER_CONFLICT, detail)
    await _tell(env, store, order, state, decision)
    return Done()


def note_situation(
    c: Connection,
    env: Env,
    seen: Sale,
    order: ShopOrder,
    state: ErpOrderState,
    decision: Decision,
    looked_at: datetime,
) -> bool:
    """How far the ERP has brought it, and what follows from it; False if it has to be looked at anew."""
    detail = situations.pair(order.status, state.situation)
    is_held = isinstance(decision, Conflict) and detail != seen.accepted
    is_fresh = sales.change_unless_moved(
        c,
        seen,
        situation=state.situation,
        cancellation=_cancellation(seen, order, state),
        looked_at=looked_at,
        tracking=state.tracking.code or None,
        tracking_url=state.tracking.url or None,
        reason=str(Reason.ORDER_CONFLICT) if is_held else None,
        detail=detail if is_held else None,
        # It stays accepted until one of the two changes.
        accepted=seen.accepted if detail == seen.accepted else None,
    )
    if not is_fresh:
        # The shop's cancellation was brought to the ERP while it was being read.
        look(c, env, seen.store_id, seen.order_id)
        return False
    tally.dealt_with(c, seen.store_id, Purpose.SITUATION, env.clock.now())
    if not is_held:
        # Whichever side it was told to, the disagreement is over.
        work.forget_parked(c, seen.store_id, str(seen.order_id), str(Reason.ORDER_CONFLICT))
    if state.invoice_id and state.invoice_id != seen.invoice_id:
        read_invoice(c, env, seen.store_id, state.invoice_id)
    if isinstance(decision, Cancel):
        # Usually on its way already; its event may have been lost.
        work.enqueue(
            c, seen.store_id, "order", env.clock.now(), priority=Priority.ORDERS, key=str(seen.order_id), after=SETTLE
        )
    return True


def _cancellation(seen: Sale, order: ShopOrder, state: ErpOrderState) -> str | None:
    if state.situation == "cancelled":
        return sales.CANCEL_DONE
    return seen.cancellation if order.status == "cancelled" else None


def read_invoice(c: Connection, env: Env, store_id: int, invoice_id: str, url: str = "") -> None:
    """Have an invoice read; `url` is its printable page where a message has told it."""
    payload = {"url": url} if url else {}
    work.enqueue(c, store_id, "invoice", env.clock.now(), priority=Priority.SITUATIONS, key=invoice_id, payload=payload)


async def _tell(env: Env, store: Store, order: ShopOrder, state: ErpOrderState, decision: Decision) -> None:
    shop = env.shop(store)
    shown = Tracking(code=order.tracking_code, url=order.tracking_url)
    shipment = tracking.to_tell(shown, state.tracking, order.status)
    try:
        if isinstance(decision, Move):
            *passed, last = decision.path
            for status in passed:
                await shop.set_status(order.order_id, status, notify=False)
            reason = "other" if last == "cancelled" else None
            shipment = None if reason else shipment
            await shop.set_status(order.order_id, last, notify=not store.erp_notifies, shipment=shipment, reason=reason)
        elif shipment is not None:
            await shop.set_shipment(order.order_id, shipment)
    except Refused as error:
        if error.code not in ("invalid_transition", "order_closed", "order_not_paid"):
            raise
        # Somebody moved it in the shop meanwhile: what the shop allows is the shop's word.


async def poll_situations(job: Job, env: Env) -> Outcome:
    """The net under the ERP's messages: orders changed since the last time, page by page."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None:
        return Done()
    await env.db.write(draw_again, env, store.id, "situations", Priority.SITUATIONS)
    if store.connection != stores.CONNECTED:
        return Done()
    began = env.clock.now()
    since = (store.situations_until or store.connected_at or began) - _OVERLAP
    page, pages = 1, 1
    while page <= pages:
        changed = await env.erp(store, Priority.SITUATIONS).orders_changed(since, page)
        await env.db.write(enqueue_changed, env, store.id, changed.rows, since)
        page, pages = page + 1, changed.pages
    await env.db.write(note_drawn, store.id, began)
    return Done()


def enqueue_changed(c: Connection, env: Env, store_id: int, rows: tuple[ChangedOrder, ...], since: datetime) -> None:
    """Look at those of ours whose change we have not seen."""
    for row in rows:
        sale = sales.by_erp_id(c, store_id, row.erp_id)
        if sale is not None and not _is_seen(sale, row, since, env.clock.now()):
            look(c, env, store_id, sale.order_id)


def _is_seen(sale: Sale, row: ChangedOrder, since: datetime, now: datetime) -> bool:
    """Whether a look within the same stretch of time has seen what the row tells."""
    looked_at = max((moment for moment in (sale.looked_at, sale.sent_at) if moment is not None), default=None)
    if looked_at is None or looked_at < since:
        return False
    if situations.is_news(row.situation, sale.situation, is_cancelling=False):
        return False
    if row.tracking_code not in ("", sale.tracking):
        return False
    has_invoice, has_tracking = sale.invoice_id is not None, bool(sale.tracking or sale.tracking_url)
    is_complete = not situations.expects_more(sale.situation or "", has_invoice=has_invoice, has_tracking=has_tracking)
    # What was looked at within the overlap is listed again by the next draw, so that its papers cost one look more.
    return is_complete or now - looked_at < _OVERLAP


def note_drawn(c: Connection, store_id: int, began: datetime) -> None:
    """The next draw begins where this one began."""
    stores.change(c, store_id, situations_until=began)
