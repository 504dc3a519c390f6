"""Orders of the shop on their way to the ERP. `sending` is committed before the call that inserts one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store.tables import item, sale
from connector.store.work import _insert as insert_for

READY, HELD, SENDING, SENT, DROPPED = "ready", "held", "sending", "sent", "dropped"


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


def know(c: Connection, store_id: int, order_id: int, number: str, now: datetime) -> Sale:
    """The order's row, made `ready` where it is met for the first time."""
    insert = insert_for(c)(sale).on_conflict_do_nothing(index_elements=["store_id", "order_id"])
    new = {"state": READY, "seen_at": now, "searches": 0, "is_referenced": False}
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


def product_ids(c: Connection, store_id: int, codes: list[str]) -> dict[str, str]:
    """Code → ERP id of those codes that the ERP has."""
    query = sa.select(item.c.code, item.c.erp_id).where(
        item.c.store_id == store_id,
        item.c.code.in_(codes),
        item.c.kind != "parent",
        sa.func.coalesce(item.c.reason, "") != "duplicate_code",
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
