"""Orders of the shop on their way to the ERP. `sending` is committed before the call that inserts one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store.shelf import HOLDS_CODE
from connector.store.tables import item, sale, work
from connector.store.work import DEAD, PARKED
from connector.store.work import _insert as insert_for

READY, HELD, SENDING, SENT, DROPPED = "ready", "held", "sending", "sent", "dropped"
# Of a cancellation in the ERP: it is being told, it has been seen.
CANCEL_ASKED, CANCEL_DONE = "asked", "done"

# Work about an order has the order's id as its key.
_IS_ABOUT = sa.and_(work.c.store_id == sale.c.store_id, work.c.key == sa.cast(sale.c.order_id, sa.String))


@dataclass(frozen=True, kw_only=True)
class Sale:
    """A row of `sale`."""

    store_id: int
    order_id: int
    number: str
    state: str
    erp_id: str | None
    erp_number: str | None
    sent_at: datetime | None
    sending_at: datetime | None
    searches: int
    is_referenced: bool
    situation: str | None
    tracking: str | None
    reason: str | None
    detail: str | None
    seen_at: datetime
    total: Decimal | None
    content: str | None
    rounds: int
    must_search: bool
    invoice_id: str | None
    invoice_key: str | None
    accepted: str | None
    cancellation: str | None
    looked_at: datetime | None
    tracking_url: str | None


def know(c: Connection, store_id: int, order_id: int, number: str, now: datetime) -> Sale:
    """The order's row, made `ready` where it is met for the first time."""
    insert = insert_for(c)(sale).on_conflict_do_nothing(index_elements=["store_id", "order_id"])
    new = {"state": READY, "seen_at": now, "searches": 0, "rounds": 0, "is_referenced": False}
    c.execute(insert.values(store_id=store_id, order_id=order_id, number=number, **new))
    found = by_order(c, store_id, order_id)
    assert found is not None
    return found


def by_order(c: Connection, store_id: int, order_id: int) -> Sale | None:
    return _one(c, sale.c.store_id == store_id, sale.c.order_id == order_id)


def by_erp_id(c: Connection, store_id: int, erp_id: str) -> Sale | None:
    return _one(c, sale.c.store_id == store_id, sale.c.erp_id == erp_id) if erp_id else None


def by_number(c: Connection, store_id: int, number: str) -> Sale | None:
    return _one(c, sale.c.store_id == store_id, sale.c.number == number) if number else None


def _one(c: Connection, *which: sa.ColumnElement[bool]) -> Sale | None:
    row = c.execute(sa.select(sale).where(*which).limit(1)).mappings().one_or_none()
    return Sale(**row) if row else None


def change(c: Connection, store_id: int, order_id: int, /, **values: Any) -> None:
    c.execute(sa.update(sale).where(sale.c.store_id == store_id, sale.c.order_id == order_id).values(**values))


def step(c: Connection, seen: Sale, **values: Any) -> Sale | None:
    """Set columns of an order on its way to the ERP; None, and nothing is set, if it is not where it was seen."""
    same = (
        sale.c.store_id == seen.store_id,
        sale.c.order_id == seen.order_id,
        sale.c.state == seen.state,
        sale.c.sending_at.is_not_distinct_from(seen.sending_at),
        sale.c.searches == seen.searches,
    )
    if c.execute(sa.update(sale).where(*same).values(**values)).rowcount == 0:
        return None
    return by_order(c, seen.store_id, seen.order_id)


def change_unless_moved(c: Connection, seen: Sale, **values: Any) -> bool:
    """Set columns unless another piece of work has noted a situation or a cancellation since `seen` was read."""
    same = (
        sale.c.store_id == seen.store_id,
        sale.c.order_id == seen.order_id,
        sale.c.situation.is_not_distinct_from(seen.situation),
        sale.c.cancellation.is_not_distinct_from(seen.cancellation),
    )
    return c.execute(sa.update(sale).where(*same).values(**values)).rowcount > 0


def is_any_sending(c: Connection, store_id: int) -> bool:
    """Whether an order may be in the ERP without our knowing its id."""
    query = sa.select(sale.c.order_id).where(sale.c.store_id == store_id, sale.c.state == SENDING)
    return c.scalar(query.limit(1)) is not None


def product_ids(c: Connection, store_id: int, codes: list[str]) -> dict[str, str]:
    """Code → ERP id of those codes that the ERP has: of what holds the code now (shelf.HOLDS_CODE)."""
    query = sa.select(item.c.code, item.c.erp_id).where(
        item.c.store_id == store_id,
        item.c.code.in_(codes),
        item.c.kind != "parent",
        sa.func.coalesce(item.c.reason, "") != "duplicate_code",
        HOLDS_CODE,
    )
    return dict(c.execute(query).all())


def counts(c: Connection, store_id: int) -> dict[str, int]:
    """How many orders are in each state."""
    query = sa.select(sale.c.state, sa.func.count()).where(sale.c.store_id == store_id).group_by(sale.c.state)
    return dict(c.execute(query).all())


def waiting(c: Connection, store_id: int, limit: int = 100) -> list[Sale]:
    """Orders that wait or disagree, with the reason, newest first, for the merchant's page."""
    query = (
        sa.select(sale)
        .where(sale.c.store_id == store_id, sale.c.reason.is_not(None))
        .order_by(sale.c.order_id.desc())
        .limit(limit)
    )
    return [Sale(**row) for row in c.execute(query).mappings()]


def latest_sent(c: Connection, store_id: int, limit: int = 10) -> list[Sale]:
    """The newest orders that are in the ERP and disagree in nothing, for the merchant's page."""
    query = (
        sa.select(sale)
        .where(sale.c.store_id == store_id, sale.c.state == SENT, sale.c.reason.is_(None))
        .order_by(sale.c.order_id.desc())
        .limit(limit)
    )
    return [Sale(**row) for row in c.execute(query).mappings()]


def count_queued(c: Connection, store_id: int) -> int:
    """Of the orders that are ready, how many there is work for; the others await their payment."""
    has_work = sa.exists().where(_IS_ABOUT, work.c.kind == "order")
    query = sa.select(sa.func.count()).where(sale.c.store_id == store_id, sale.c.state == READY, has_work)
    return c.scalar(query) or 0


def stopped_beside(c: Connection, store_id: int, limit: int = 100) -> list[sa.Row[Any]]:
    """Parked and dead work, newest first, without what `waiting` tells of already."""
    is_told = sa.exists().where(_IS_ABOUT, work.c.kind.in_(["order", "situation"]), sale.c.reason.is_not(None))
    query = (
        sa.select(work.c.id, work.c.kind, work.c.key, work.c.state, work.c.reason, work.c.detail)
        .where(work.c.store_id == store_id, work.c.state.in_([PARKED, DEAD]), ~is_told)
        .order_by(work.c.id.desc())
        .limit(limit)
    )
    return list(c.execute(query))


def numbers(c: Connection, store_id: int, order_ids: list[int]) -> dict[int, str]:
    """The numbers by which the shop's people know these orders."""
    query = sa.select(sale.c.order_id, sale.c.number)
    return dict(c.execute(query.where(sale.c.store_id == store_id, sale.c.order_id.in_(order_ids))).all())
