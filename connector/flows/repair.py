"""A difference is ended by the side that shall win, through the usual flows; nothing of a catalogue goes to the ERP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connector.core import reconcile as core
from connector.core.catalogue import Kind
from connector.core.fifteen import STOCK, SWITCHABLE, Lock
from connector.core.reconcile import Cause, Topic
from connector.flows import pull, situation
from connector.flows.env import Env
from connector.store import drifts, items, locks, sales, shelf, work
from connector.store.drifts import Drift, Which
from connector.store.engine import Connection
from connector.store.items import Item
from connector.store.work import Priority

Winner = Literal["erp", "shop"]


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What becomes of a difference: a deed (tell, read, lock, send, refer, follow, cancel) or, with none, why not.

    `refusal` is restore_in_shop, by_hand_in_erp, cancel_copies, not_the_shops or gone.
    """

    drift: Drift
    deed: str = ""
    refusal: str = ""


def plan(found: Drift, winner: Winner) -> Repair:
    """What a repair does, without doing it."""
    match Topic(found.kind):
        case Topic.STOCK:
            return Repair(drift=found, deed="tell" if winner == "erp" else "lock")
        case Topic.FIELDS:
            return _field(found, winner)
        case Topic.ORDERS:
            return _order(found)
        case Topic.SITUATIONS:
            if winner == "erp":
                return Repair(drift=found, deed="follow")
            is_cancelled = found.shop == "cancelled"
            return Repair(drift=found, deed="cancel") if is_cancelled else Repair(drift=found, refusal="not_the_shops")


def _field(found: Drift, winner: Winner) -> Repair:
    if winner == "shop":
        return Repair(drift=found, deed="lock")
    # The shop refuses to bring back what was deleted there (webstore-api §7.2).
    is_deleted = found.cause == Cause.REMOVED_IN_SHOP
    return Repair(drift=found, refusal="restore_in_shop") if is_deleted else Repair(drift=found, deed="read")


def _order(found: Drift) -> Repair:
    """Here no side wins: what is missing is done, what is wrong in the ERP only a person there can mend."""
    if found.cause in (Cause.NEVER_SENT, Cause.NOT_LINKED):
        return Repair(drift=found, deed="send")
    if found.cause == Cause.NOT_REFERENCED:
        return Repair(drift=found, deed="refer")
    is_doubled = found.cause == Cause.DOUBLED_IN_ERP
    return Repair(drift=found, refusal="cancel_copies" if is_doubled else "by_hand_in_erp")


def repair(c: Connection, env: Env, store_id: int, which: Which, winner: Winner) -> list[Repair]:
    """Repair the open differences that the filter lets through; what became of each."""
    return [_do(c, env, plan(found, winner), winner) for found in drifts.open_ones(c, store_id, which)]


def _do(c: Connection, env: Env, wanted: Repair, winner: Winner) -> Repair:
    found, now = wanted.drift, env.clock.now()
    if wanted.refusal:
        return wanted
    about_order = found.kind in (Topic.ORDERS, Topic.SITUATIONS)
    if not (_mend_order(c, env, wanted) if about_order else _mend_product(c, env, wanted)):
        return Repair(drift=found, refusal="gone")
    drifts.settle(c, found.store_id, found.kind, found.key, found.field, winner, now)
    return wanted


def _mend_order(c: Connection, env: Env, wanted: Repair) -> bool:
    store_id, key, now = wanted.drift.store_id, wanted.drift.key, env.clock.now()
    match wanted.deed:
        case "follow":
            situation.look(c, env, store_id, int(key))
            return True
        case "send":
            sales.know(c, store_id, int(key), wanted.drift.shop or key, now)
            sales.change(c, store_id, int(key), must_search=True)
        case "refer":
            sales.change(c, store_id, int(key), is_referenced=False)
    work.enqueue(c, store_id, "order", now, priority=Priority.ORDERS, key=key)
    return True


def _mend_product(c: Connection, env: Env, wanted: Repair) -> bool:
    found, now = wanted.drift, env.clock.now()
    if wanted.deed == "lock":
        _lock(c, found)
        return True
    own = shelf.written_as(c, found.store_id, found.key)
    if own is None:
        return False
    if wanted.deed == "tell":
        # As if it had never been told.
        items.change(c, found.store_id, own.erp_id, sent_level=None)
        work.enqueue(c, found.store_id, "levels", now, priority=Priority.STOCK)
    else:
        pull.reread(c, env, found.store_id, _product_of(own))
    return True


def _lock(c: Connection, found: Drift) -> None:
    """A level by its own code, a field by that of the product whose variation it may be."""
    if found.kind == Topic.STOCK:
        locks.add(c, found.store_id, found.key, STOCK)
        return
    own = shelf.written_as(c, found.store_id, found.key)
    product = items.by_erp_id(c, found.store_id, _product_of(own)) if own is not None else None
    code, field = product.code if product is not None else found.key, core.whole_field(found.field)
    if field in SWITCHABLE:
        locks.add(c, found.store_id, code, field)
    else:
        locks.put(c, found.store_id, Lock(code=code))


def _product_of(own: Item) -> str:
    return own.parent_id if own.kind == Kind.VARIATION and own.parent_id is not None else own.erp_id
