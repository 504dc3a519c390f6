"""An order of the shop becomes a sales order of the ERP, exactly one (decisions §1–4).

ready → sending → sent. `sending` is committed when leave for the call was given, before it is made: an order found
in `ready` was certainly not sent and costs one call; one found in `sending` may have been, so the ERP is searched,
twice and apart, before it is sent again.

Every step is taken only from where the order was seen: a person may link it meanwhile, and work whose lease was lost
may be done twice at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.core import doubt, orders, situations, translation
from connector.core.doubt import SEARCHES_AFTER
from connector.core.errors import AccountBlocked, ContractBroken, Doubtful, Final, Refused, Transient
from connector.core.orders import Choices, ErpOrder, Found, Hold, ListedOrder, ShopOrder
from connector.core.purpose import Purpose
from connector.core.reasons import Reason
from connector.flows import cancellation, finding
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome, Park, Snooze
from connector.store import alarms, sales, stores, tally, work
from connector.store.engine import Connection
from connector.store.sales import Sale
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire import documents, erp_order_document
from connector.wire.erp_orders import Inserted

# Contract, webstore-api section 10.9: from `paid` on.
IMPORTED = ("paid", "preparing", "invoiced", "ready_to_ship", "shipped")

# How often the net under the shop's events is drawn.
POLL = timedelta(minutes=10)

# How far back it looks for cancellations at least, since events are lost; further where it has not been drawn for long.
_CANCELLED_WITHIN = timedelta(days=1)
_OVERLAP = timedelta(minutes=10)

# Seconds after which an order is looked at again that is not where it was seen.
_LOOK_AGAIN = 1.0

# What a pull may have mended: the codes that were missing, or what the ERP refused.
_RESUMED = [str(Reason.ORDER_UNKNOWN_CODE), str(Reason.ORDER_REFUSED)]


class Overtaken(Exception):
    """The order is not where it was seen."""


async def send_order(job: Job, env: Env) -> Outcome:
    """Bring one order to where it belongs."""
    try:
        return await _bring(job, env)
    except Overtaken:
        return Snooze(_LOOK_AGAIN, Reason.ORDER_IN_DOUBT)


async def _bring(job: Job, env: Env) -> Outcome:
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None or store.erp_token is None:
        return Done()
    order = await env.shop(store).order(int(job.key))
    sale = await env.db.write(know_order, env, store, order)
    if sale.state == sales.SENT:
        return await _after_sending(env, store, order, sale)
    if order.reference:
        # Somebody imported it before us, or we did before our database was restored.
        await env.db.write(adopt_reference, env, store, order)
        return Done()
    if sale.state == sales.SENDING:
        return await _resolve(env, store, order, sale)
    if order.status not in IMPORTED:
        await env.db.write(leave_order, sale, order)
        return Done()
    return await _send(env, store, order, sale)


def know_order(c: Connection, env: Env, store: Store, order: ShopOrder) -> Sale:
    """The order's row, made where it is met for the first time."""
    return sales.know(c, store.id, order.order_id, order.number, env.clock.now())


def adopt_reference(c: Connection, env: Env, store: Store, order: ShopOrder) -> None:
    """Follow the ERP order that the shop says it has become; how far it is there, nobody has told us."""
    now = env.clock.now()
    work.enqueue(c, store.id, "situation", now, priority=Priority.SITUATIONS, key=str(order.order_id))
    _change(
        c,
        store,
        order,
        state=sales.SENT,
        erp_id=order.reference,
        erp_number=order.reference_number,
        is_referenced=True,
        reason=None,
        detail=None,
    )


def leave_order(c: Connection, seen: Sale, order: ShopOrder) -> None:
    """Not paid yet: a later event brings it back. Cancelled or closed before it was sent: nothing is left to do."""
    is_over = order.status in ("cancelled", "delivered", "not_delivered")
    _step(c, seen, state=sales.DROPPED if is_over else sales.READY, reason=None, detail=None)


async def _send(env: Env, store: Store, order: ShopOrder, sale: Sale) -> Outcome:
    wanted = await env.db.read(_translate, store, order)
    if isinstance(wanted, Hold):
        return await _hold(env, sale, wanted.reason, wanted.detail)
    # Before this account was connected somebody else may have sent it (decisions §1).
    is_older = store.connected_at is not None and order.created_at < store.connected_at
    if is_older or sale.must_search:
        found = await finding.orders_found(env, store, order, Priority.ORDERS)
        if found:
            return await _found(env, store, order, found)
    erp = env.erp(store, Priority.ORDERS)

    async def asking() -> None:
        nonlocal sale
        sale = await env.db.write(begin_sending, env, sale, wanted)

    try:
        inserted = await erp.insert_order(wanted, store.integrator_id, asking=asking)
    except Doubtful as error:
        await env.db.write(note_doubt, env, sale, error.reason, error.detail)
        return Snooze(SEARCHES_AFTER[0].total_seconds(), error.reason)
    except Final as error:
        # The ERP read it and said no.
        return await _hold(env, sale, Reason.ORDER_REFUSED, error.detail)
    except (AccountBlocked, ContractBroken, Transient):
        # Certainly not written: blocked, throttled, no connection made, or no such service.
        await env.db.write(make_ready, sale)
        raise
    return await _sent(env, store, order, inserted)


def _translate(c: Connection, store: Store, order: ShopOrder) -> ErpOrder | Hold:
    ids = sales.product_ids(c, store.id, [line.code for line in order.lines])
    choices = Choices(
        depot=store.depot,
        nature=store.nature,
        contributor_nature=store.contributor_nature,
        overwrites_customer=store.overwrite_customer,
    )
    is_good = documents.is_good(order.buyer.kind, order.buyer.document)
    return translation.translate(order, store.id, ids, choices, has_good_document=is_good)


async def _hold(env: Env, sale: Sale, reason: Reason, detail: str) -> Outcome:
    await env.db.write(hold_order, sale, reason, detail)
    return Park(reason, detail)


def hold_order(c: Connection, seen: Sale, reason: Reason, detail: str) -> None:
    """Nothing was sent; it waits, whole, for a person or an event."""
    _step(c, seen, state=sales.HELD, sending_at=None, reason=str(reason), detail=detail)


def begin_sending(c: Connection, env: Env, seen: Sale, wanted: ErpOrder) -> Sale:
    """From now on it may be in the ERP, as it is now."""
    now, order = env.clock.now(), wanted.order
    begun = _step(
        c,
        seen,
        state=sales.SENDING,
        sending_at=now,
        searches=0,
        total=order.total,
        content=orders.content_print(order),
        reason=None,
        detail=None,
    )
    if left_out := erp_order_document.notes(wanted).left_out:
        _alarm(c, env, seen.store_id, order, Reason.ORDER_TEXT_CUT, left_out)
    return begun


def note_doubt(c: Connection, env: Env, seen: Sale, reason: Reason, detail: str) -> None:
    """The searches count from this moment: nobody knows when the call arrived, if it did."""
    _step(c, seen, sending_at=env.clock.now(), searches=0, reason=str(reason), detail=detail)


def make_ready(c: Connection, seen: Sale) -> None:
    """It is certainly not in the ERP."""
    _step(c, seen, state=sales.READY, sending_at=None, reason=None, detail=None)


def note_sent(c: Connection, env: Env, store: Store, order: ShopOrder, inserted: Inserted) -> Sale:
    """It is in the ERP, under this id. One that was found there may have been moved on meanwhile, unheard."""
    tally.dealt_with(c, store.id, Purpose.ORDER, env.clock.now())
    before = sales.by_order(c, store.id, order.order_id)
    if before is not None and before.state == sales.SENT and before.erp_id != inserted.erp_id:
        # A person has linked it meanwhile, or another process has sent it: what it is followed as stays.
        _alarm(c, env, store.id, order, Reason.ORDER_DOUBLED, f"{inserted.number or '?'} (id {inserted.erp_id})")
        return before
    if before is None or before.state != sales.SENDING or before.reason is not None:
        now = env.clock.now()
        work.enqueue(c, store.id, "situation", now, priority=Priority.SITUATIONS, key=str(order.order_id))
    is_known = before is not None and before.content is not None
    _change(
        c,
        store,
        order,
        state=sales.SENT,
        sent_at=env.clock.now(),
        erp_id=inserted.erp_id,
        erp_number=inserted.number,
        must_search=False,
        reason=None,
        detail=None,
        **({} if is_known else {"total": order.total, "content": orders.content_print(order)}),
    )
    sale = sales.by_order(c, store.id, order.order_id)
    assert sale is not None
    return sale


async def _sent(env: Env, store: Store, order: ShopOrder, inserted: Inserted) -> Outcome:
    sale = await env.db.write(note_sent, env, store, order, inserted)
    return await _after_sending(env, store, order, sale)


async def _found(env: Env, store: Store, order: ShopOrder, found: list[Found]) -> Outcome:
    """The oldest is it. Another one beside it was sent by somebody else, or landed after both searches."""
    sale = await env.db.write(note_found, env, store, order, found)
    return await _after_sending(env, store, order, sale)


def note_found(c: Connection, env: Env, store: Store, order: ShopOrder, found: list[Found]) -> Sale:
    """Adopt the oldest of those that are ours, and have a person look at the rest."""
    if len(found) > 1:
        named = ", ".join(f"{one.number or '?'} (id {one.erp_id})" for one in found)
        _alarm(c, env, store.id, order, Reason.ORDER_DOUBLED, named)
    return note_sent(c, env, store, order, Inserted(erp_id=found[0].erp_id, number=found[0].number))


async def _resolve(env: Env, store: Store, order: ShopOrder, sale: Sale) -> Outcome:
    """It may have been sent: look, wait, look again, and only then send it once more."""
    if sale.reason is None:
        # Interrupted while sending: nobody knows when the call was made, so the searches count from now.
        await env.db.write(note_doubt, env, sale, Reason.ORDER_IN_DOUBT, "interrupted")
        return Snooze(SEARCHES_AFTER[0].total_seconds(), Reason.ORDER_IN_DOUBT)
    assert sale.sending_at is not None
    wait = sale.sending_at + SEARCHES_AFTER[sale.searches] - env.clock.now()
    if wait > timedelta(0):
        return Snooze(wait.total_seconds(), Reason(sale.reason))
    if found := await finding.orders_found(env, store, order, Priority.ORDERS):
        return await _found(env, store, order, found)
    if sale.searches + 1 < len(SEARCHES_AFTER):
        await env.db.write(note_search, sale)
        return Snooze(0.0, Reason(sale.reason))
    if sale.reason == Reason.ORDER_NUMBER_TAKEN:
        # Sent once more it would be refused once more.
        return await _hold(env, sale, Reason.ORDER_NUMBER_TAKEN, sale.detail or "")
    rounds = await env.db.write(note_not_written, env, store, order, sale)
    return Snooze(doubt.send_again_after(rounds).total_seconds(), Reason.ORDER_IN_DOUBT)


def note_not_written(c: Connection, env: Env, store: Store, order: ShopOrder, sale: Sale) -> int:
    """Both searches were empty: it is ready once more. How often that has been so."""
    rounds = sale.rounds + 1
    _step(c, sale, state=sales.READY, sending_at=None, reason=None, detail=None, rounds=rounds)
    if rounds >= doubt.ALARM_AFTER_ROUNDS:
        _alarm(c, env, store.id, order, Reason.ORDER_NO_ANSWER, str(rounds))
    return rounds


def note_search(c: Connection, seen: Sale) -> None:
    """One more search has found nothing."""
    _step(c, seen, searches=seen.searches + 1)


async def _after_sending(env: Env, store: Store, order: ShopOrder, sale: Sale) -> Outcome:
    """What may be left to do: tell the shop which order it has become, or cancel in the ERP what the shop cancelled."""
    if not sale.is_referenced:
        try:
            await _refer(env, store, order, sale)
        except Refused as error:
            if error.code != "already_referenced":
                raise
            # Somebody was faster, perhaps since the order was read: a person decides about what stands there now.
            now = order if order.reference_number else await env.shop(store).order(order.order_id)
            detail = f"ERP {sale.erp_number}, loja {now.reference_number or '?'}"
            if detail != sale.accepted:
                await env.db.write(note_conflict, store, order, detail)
                return Park(Reason.ORDER_CONFLICT, detail)
    if sale.content is not None and sale.content != orders.content_print(order):
        await env.db.write(note_edit, env, store, order, sale)
    # Only what the shop decided: a cancellation that came from the ERP is known as its situation.
    if order.status == "cancelled" and sale.situation != "cancelled":
        return await cancellation.cancel(env, store, order, sale)
    return Done()


def note_edit(c: Connection, env: Env, store: Store, order: ShopOrder, sale: Sale) -> None:
    """It was changed in the shop after it had been sent; the ERP lets nobody change an order (erp-orders §6)."""
    _alarm(c, env, store.id, order, Reason.ORDER_EDITED, f"{sale.total} → {order.total}")
    _change(c, store, order, total=order.total, content=orders.content_print(order))


def _alarm(c: Connection, env: Env, store_id: int, order: ShopOrder, reason: Reason, detail: str) -> None:
    alarms.sound(c, store_id, reason, str(order.order_id), f"{order.number}: {detail}", env.clock.now())


async def _refer(env: Env, store: Store, order: ShopOrder, sale: Sale) -> None:
    """Lock the shop's order against a second import."""
    assert sale.erp_id is not None and sale.sent_at is not None
    # The same moment in every attempt: the shop takes another one for another import.
    await env.shop(store).refer(order.order_id, sale.erp_id, sale.erp_number or "", sale.sent_at)
    await env.db.write(note_reference, store, order)


def note_reference(c: Connection, store: Store, order: ShopOrder) -> None:
    """The shop knows."""
    _change(c, store, order, is_referenced=True)


def note_conflict(c: Connection, store: Store, order: ShopOrder, detail: str) -> None:
    """Both sides say what cannot both be."""
    _change(c, store, order, reason=str(Reason.ORDER_CONFLICT), detail=detail)


def _step(c: Connection, seen: Sale, **values: object) -> Sale:
    """The order's next step, on its way to the ERP. Raises Overtaken where somebody else has taken one."""
    taken = sales.step(c, seen, **values)
    if taken is None:
        raise Overtaken
    return taken


def _change(c: Connection, store: Store, order: ShopOrder, **values: object) -> None:
    sales.change(c, store.id, order.order_id, **values)


async def poll_orders(job: Job, env: Env) -> Outcome:
    """The net under the shop's events: orders that are paid and not imported, or imported and cancelled since."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None:
        return Done()
    # First of all the next draw, so that no failure of this one ends the net.
    await env.db.write(draw_again, env, store.id, "orders", Priority.ORDERS)
    # An account that is closed is not asked once for each order; the connection has them looked for when it is back.
    if store.connection == stores.CONNECTED:
        shop, began = env.shop(store), env.clock.now()
        # Each answer by itself, so that trouble with the second question keeps back nothing of the first.
        await env.db.write(enqueue_found, env, store.id, await shop.orders_to_import(IMPORTED[:2]))
        until = store.cancellations_until or began
        since = min(began - _CANCELLED_WITHIN, until - _OVERLAP)
        await env.db.write(enqueue_found, env, store.id, await shop.orders_cancelled(since))
        await env.db.write(note_drawn, store.id, began)
    return Done()


def note_drawn(c: Connection, store_id: int, began: datetime) -> None:
    """Cancellations of before this are known."""
    stores.change(c, store_id, cancellations_until=began)


def draw_again(c: Connection, env: Env, store_id: int, kind: str, priority: Priority) -> None:
    """Draw a net again in a while."""
    work.enqueue(c, store_id, kind, env.clock.now(), priority=priority, after=POLL)


def enqueue_found(c: Connection, env: Env, store_id: int, found: list[ListedOrder]) -> None:
    """Those that wait for nobody and nothing: one that is held comes back by its event, one in doubt at its time."""
    now = env.clock.now()
    for order in found:
        sale, key = sales.by_order(c, store_id, order.order_id), str(order.order_id)
        if _is_open(order, sale) and not work.is_waiting(c, store_id, "order", key):
            work.enqueue(c, store_id, "order", now, priority=Priority.ORDERS, key=key)


def _is_open(order: ListedOrder, sale: Sale | None) -> bool:
    """Whether it is still to be sent or referred to, or its cancellation to be brought to the ERP.

    What a person has to decide, or has accepted, is not.
    """
    if order.status != "cancelled":
        return sale is None or sale.state in (sales.READY, sales.SENDING) or _is_to_be_referred(sale)
    if sale is None or sale.state != sales.SENT or sale.situation == "cancelled":
        return False
    return sale.reason is None and sale.accepted != situations.pair(order.status, sale.situation or "")


def _is_to_be_referred(sale: Sale) -> bool:
    return sale.state == sales.SENT and not sale.is_referenced and sale.reason is None


def resume_held(c: Connection, env: Env, store_id: int) -> None:
    """The catalogue was read: orders that waited for a product go on by themselves."""
    work.revive(c, store_id, env.clock.now(), work.PARKED, _RESUMED)
