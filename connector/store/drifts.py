"""Differences that a comparison has found: open until they are settled, and as old as they were first seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.reconcile import Difference
from connector.store.tables import drift
from connector.store.work import _insert as insert_for

# How one was settled: a side has won, or it was equal again by itself.
ERP, SHOP, SEEN = "erp", "shop", "seen"


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A row of `drift`. `key` is a product's code or an order's id."""

    id: int
    store_id: int
    kind: str
    key: str
    field: str
    erp: str | None
    shop: str | None
    cause: str
    first_seen_at: datetime
    last_seen_at: datetime
    settled_at: datetime | None
    settled_by: str | None


@dataclass(frozen=True, kw_only=True)
class Which:
    """A filter of open ones; None lets everything through."""

    id: int | None = None
    kind: str | None = None
    key: str | None = None


def note(
    c: Connection,
    store_id: int,
    kind: str,
    key: str,
    found: Sequence[Difference],
    now: datetime,
    only: str | None = None,
) -> None:
    """What a comparison of one thing has found; what was open of it before and is equal by now is settled.

    `only`: nothing but this field was compared.
    """
    for difference in found:
        insert = insert_for(c)(drift)
        statement = insert.on_conflict_do_update(
            index_elements=["store_id", "kind", "key", "field"],
            index_where=sa.text("settled_at IS NULL"),
            set_={name: insert.excluded[name] for name in ("erp", "shop", "cause", "last_seen_at")},
        )
        values = {"field": difference.field, "erp": difference.erp, "shop": difference.shop}
        moments = {"first_seen_at": now, "last_seen_at": now}
        about = {"store_id": store_id, "kind": kind, "key": key, "cause": str(difference.cause)}
        c.execute(statement.values(**about, **values, **moments))
    over = (drift.c.field.not_in([difference.field for difference in found]), *_of(store_id, kind, key))
    if only is not None:
        over = (*over, drift.c.field == only)
    c.execute(sa.update(drift).where(*over).values(settled_at=now, settled_by=SEEN))


def settle(c: Connection, store_id: int, kind: str, key: str, field: str, by: str, now: datetime) -> None:
    """One side has won."""
    which = (*_of(store_id, kind, key), drift.c.field == field)
    c.execute(sa.update(drift).where(*which).values(settled_at=now, settled_by=by))


def _of(store_id: int, kind: str, key: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (drift.c.store_id == store_id, drift.c.kind == kind, drift.c.key == key, drift.c.settled_at.is_(None))


def open_ones(c: Connection, store_id: int, which: Which, limit: int = 100_000) -> list[Drift]:
    """Those that are open and that the filter lets through, the oldest first."""
    named = [drift.c[name] == value for name, value in vars(which).items() if value is not None]
    query = sa.select(drift).where(drift.c.store_id == store_id, drift.c.settled_at.is_(None), *named)
    rows = c.execute(query.order_by(drift.c.first_seen_at, drift.c.id).limit(limit)).mappings()
    return [Drift(**row) for row in rows]


def counts(c: Connection, store_id: int) -> dict[tuple[str, str], int]:
    """How many are open, by kind and cause."""
    by = (drift.c.kind, drift.c.cause)
    query = sa.select(*by, sa.func.count()).where(drift.c.store_id == store_id, drift.c.settled_at.is_(None))
    return {(kind, cause): count for kind, cause, count in c.execute(query.group_by(*by).order_by(*by))}
