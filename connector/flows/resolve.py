"""What a person decides about an order: to accept a disagreement, to link an order that was typed into the ERP."""

from __future__ import annotations

from dataclasses import dataclass

from connector.core import linking
from connector.core.orders import Found, ShopOrder
from connector.core.reasons import Reason
from connector.flows import situation
from connector.flows.env import Env
from connector.store import sales, stores, work
from connector.store.engine import Connection
from connector.store.sales import Sale
from connector.store.work import Priority


@dataclass(frozen=True, kw_only=True)
class Linked:
    """From now on it is followed. `number` is the ERP's; `overruled` what spoke against it."""

    number: str
    overruled: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NotLinked:
    """Nothing was changed. `why` is unknown, not_connected, in_doubt, sent, taken, not_found or different.

    `objections` are what differs; these alone can be overruled.
    """

    why: str
    objections: tuple[str, ...] = ()


def accept(c: Connection, store_id: int, order_id: int) -> str | None:
    """Leave both sides as they are; the pair that was accepted, None where there is no disagreement."""
    sale = sales.by_order(c, store_id, order_id)
    if sale is None or sale.reason != Reason.ORDER_CONFLICT:
        return None
    sales.change(c, store_id, order_id, accepted=sale.detail, reason=None, detail=None)
    work.forget_parked(c, store_id, str(order_id), str(Reason.ORDER_CONFLICT))
    return sale.detail


async def link(env: Env, store_id: int, order_id: int, erp_id: str, *, force: bool = False) -> Linked | NotLinked:
    """Take an order of the ERP as the one that the shop's order has become; `force` overrules what differs."""
    store = await env.db.read(stores.by_id, store_id)
    sale = await env.db.read(sales.by_order, store_id, order_id)
    if store is None or sale is None:
        return NotLinked(why="unknown")
    if store.uninstalled_at is not None or store.erp_token is None:
        return NotLinked(why="not_connected")
    if why := await env.db.read(_obstacle, sale, erp_id):
        return NotLinked(why=why)
    order = await env.shop(store).order(order_id)
    found = await env.erp(store, Priority.ORDERS).found_order(erp_id)
    if found is None:
        return NotLinked(why="not_found")
    differs = linking.objections(found, order, store_id)
    if differs and not force:
        return NotLinked(why="different", objections=differs)
    if why := await env.db.write(link_order, env, sale, order, found):
        return NotLinked(why=why)
    return Linked(number=found.number, overruled=differs)


def _obstacle(c: Connection, sale: Sale, erp_id: str) -> str | None:
    if sale.state == sales.SENT:
        return "sent"
    if sale.state == sales.SENDING:
        return "in_doubt"
    return "taken" if sales.by_erp_id(c, sale.store_id, erp_id) is not None else None


def link_order(c: Connection, env: Env, sale: Sale, order: ShopOrder, found: Found) -> str | None:
    """It counts as sent: the shop is told its reference, and it is followed; or what has come in between."""
    now, seen = env.clock.now(), sales.by_order(c, sale.store_id, sale.order_id)
    assert seen is not None
    if why := _obstacle(c, seen, found.erp_id):
        return why
    linked = sales.step(
        c,
        seen,
        state=sales.SENT,
        sent_at=now,
        erp_id=found.erp_id,
        erp_number=found.number,
        total=order.total,
        must_search=False,
        reason=None,
        detail=None,
    )
    if linked is None:
        # It began to be sent this moment.
        return "in_doubt"
    work.enqueue(c, sale.store_id, "order", now, priority=Priority.ORDERS, key=str(sale.order_id))
    situation.look(c, env, sale.store_id, sale.order_id)
    return None
