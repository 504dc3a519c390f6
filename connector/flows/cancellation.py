"""The shop cancelled an order that is in the ERP: the ERP follows, unless the goods are on their way."""

from __future__ import annotations

from connector.core import situations
from connector.core.orders import ShopOrder
from connector.core.reasons import Reason
from connector.core.situations import Cancel, Conflict
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome, Park
from connector.store import sales, work
from connector.store.engine import Connection
from connector.store.sales import Sale
from connector.store.stores import Store
from connector.store.work import Priority


async def cancel(env: Env, store: Store, order: ShopOrder, sale: Sale) -> Outcome:
    """Bring the shop's cancellation to the ERP; what cannot be undone there is left to a person."""
    assert sale.erp_id is not None
    if sale.situation is not None and situations.pair(order.status, sale.situation) == sale.accepted:
        return Done()
    erp = env.erp(store, Priority.ORDERS)
    state = await erp.order_state(sale.erp_id)
    situation = state.situation if state is not None else "cancelled"
    was_cancelled = sale.cancellation == sales.CANCEL_DONE
    decision = situations.decide(order.status, situation, was_cancelled=was_cancelled)
    detail = situations.pair(order.status, situation)
    if isinstance(decision, Conflict):
        await env.db.write(hold_conflict, env, sale, situation, detail)
        return Done() if detail == sale.accepted else Park(Reason.ORDER_CONFLICT, detail)
    if isinstance(decision, Cancel):
        # Before the call: its message may be here before its answer, and is recognised by this.
        await env.db.write(begin_cancelling, sale)
        await erp.change_situation(sale.erp_id, "cancelled")
    await env.db.write(note_cancelled, env, sale)
    return Done()


def hold_conflict(c: Connection, env: Env, sale: Sale, situation: str, detail: str) -> None:
    """Both sides say what cannot both be; a pair that a person has accepted is held no more."""
    is_held = detail != sale.accepted
    sales.change(
        c,
        sale.store_id,
        sale.order_id,
        situation=situation,
        looked_at=env.clock.now(),
        reason=str(Reason.ORDER_CONFLICT) if is_held else None,
        detail=detail if is_held else None,
        accepted=None if is_held else sale.accepted,
    )


def begin_cancelling(c: Connection, sale: Sale) -> None:
    """From now on the ERP may have been told."""
    sales.change(c, sale.store_id, sale.order_id, cancellation=sales.CANCEL_ASKED)


def note_cancelled(c: Connection, env: Env, sale: Sale) -> None:
    """The ERP has followed the shop's cancellation."""
    sales.change(
        c,
        sale.store_id,
        sale.order_id,
        situation="cancelled",
        looked_at=env.clock.now(),
        cancellation=sales.CANCEL_DONE,
        reason=None,
        detail=None,
        accepted=None,
    )
    work.forget_parked(c, sale.store_id, str(sale.order_id), str(Reason.ORDER_CONFLICT))
