"""Messages of the ERP about orders: most tell what is known already or what we did ourselves, few are worth a look."""

from __future__ import annotations

from connector.core import situations
from connector.core.reasons import Reason
from connector.core.tracking import Tracking
from connector.flows import situation
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome, Snooze
from connector.store import inbox, sales, work
from connector.store.engine import Connection
from connector.store.sales import Sale
from connector.store.work import Job, Priority
from connector.wire.erp_messages import InvoiceMessage, OrderMessage, parse_message


def hear(c: Connection, env: Env, store_id: int, message: OrderMessage | InvoiceMessage, message_id: int) -> None:
    """Do what a message calls for, or have it wait for the answer of our own insert, which it may overtake."""
    if not _deal_with(c, env, store_id, message):
        now = env.clock.now()
        after = situation.SETTLE
        work.enqueue(c, store_id, "early", now, priority=Priority.SITUATIONS, key=str(message_id), after=after)


async def hear_again(job: Job, env: Env) -> Outcome:
    """A message that came too early: its order may be known by now."""
    if await env.db.write(deal_with_early, env, job):
        return Done()
    age = env.clock.now() - job.first_tried_at
    return Snooze(situations.next_hearing(age).total_seconds(), Reason.ORDER_IN_DOUBT)


def deal_with_early(c: Connection, env: Env, job: Job) -> bool:
    """Whether the message could be dealt with now, or is gone."""
    kept = inbox.by_id(c, job.store_id, int(job.key))
    message = parse_message(kept.body) if kept is not None else None
    if not isinstance(message, OrderMessage | InvoiceMessage):
        return True
    return _deal_with(c, env, job.store_id, message)


def _deal_with(c: Connection, env: Env, store_id: int, message: OrderMessage | InvoiceMessage) -> bool:
    """False while it may be about an order of ours whose id in the ERP we do not know yet."""
    sale = _find(c, store_id, message)
    if isinstance(message, OrderMessage) and sale is not None and not _is_news(c, message, sale):
        _hear_of_invoice(c, env, message, sale)
        return True
    if _is_early(c, store_id, message, sale):
        return False
    if isinstance(message, InvoiceMessage):
        _invoice(c, env, store_id, message, sale)
    elif sale is not None and sale.erp_id is not None:
        situation.look(c, env, store_id, sale.order_id)
    # Else nothing of ours: an order that is adopted or linked later is looked at then.
    return True


def _find(c: Connection, store_id: int, message: OrderMessage | InvoiceMessage) -> Sale | None:
    if found := sales.by_erp_id(c, store_id, message.erp_id):
        return found
    found = sales.by_number(c, store_id, message.shop_number)
    # Another shop of the same company may have the same number (decisions §3).
    return None if found is not None and found.erp_id and message.erp_id else found


def _is_early(c: Connection, store_id: int, message: OrderMessage | InvoiceMessage, sale: Sale | None) -> bool:
    if sale is not None:
        return sale.state == sales.SENDING
    return not message.shop_number and sales.is_any_sending(c, store_id)


def _is_news(c: Connection, message: OrderMessage, sale: Sale) -> bool:
    is_cancelling = sale.cancellation == sales.CANCEL_ASKED
    if message.tells_situation and situations.is_news(message.situation, sale.situation, is_cancelling=is_cancelling):
        return True
    known = Tracking(code=sale.tracking or "", url=sale.tracking_url or "")
    if message.tracking.code not in ("", known.code) or message.tracking.url not in ("", known.url):
        return True
    # A look that is under way may have read what was before.
    return work.is_running(c, sale.store_id, "situation", str(sale.order_id))


def _hear_of_invoice(c: Connection, env: Env, message: OrderMessage, sale: Sale) -> None:
    """For some accounts the only news of an invoice (erp-order-webhooks §6)."""
    if message.invoice_id and message.invoice_id != sale.invoice_id and sale.erp_id is not None:
        situation.read_invoice(c, env, sale.store_id, message.invoice_id)


def _invoice(c: Connection, env: Env, store_id: int, message: InvoiceMessage, sale: Sale | None) -> None:
    if sale is not None and (sale.erp_id is None or (message.key and message.key == sale.invoice_key)):
        return
    # Where no order is named, the invoice leads back to it; of the account's own family that may be anybody's.
    is_nameless = bool(message.integrator_id) and not (message.shop_number or message.erp_id)
    if message.invoice_id and (sale is not None or is_nameless):
        situation.read_invoice(c, env, store_id, message.invoice_id, message.url)
    elif sale is not None:
        situation.look(c, env, store_id, sale.order_id)
