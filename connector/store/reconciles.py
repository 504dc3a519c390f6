"""Comparisons of both sides: where one stands, what it may call and what it has counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store.tables import reconcile


@dataclass(frozen=True, kw_only=True)
class Run:
    """A row of `reconcile`. `budget` and `calls` are calls of the ERP."""

    id: int
    store_id: int
    started_at: datetime
    finished_at: datetime | None
    budget: int
    calls: int
    position: dict[str, Any]
    counts: dict[str, int]

    @property
    def left(self) -> int:
        return self.budget - self.calls


def begin(c: Connection, store_id: int, now: datetime, budget: int, position: dict[str, Any]) -> Run | None:
    """A new one, or None where one is under way."""
    if current(c, store_id) is not None:
        return None
    values = {"budget": budget, "position": position, "counts": {}, "started_at": now}
    c.execute(sa.insert(reconcile).values(store_id=store_id, **values))
    return current(c, store_id)


def current(c: Connection, store_id: int) -> Run | None:
    """The one under way."""
    query = sa.select(reconcile).where(reconcile.c.store_id == store_id, reconcile.c.finished_at.is_(None))
    row = c.execute(query).mappings().one_or_none()
    return Run(**row) if row else None


def by_id(c: Connection, run_id: int) -> Run:
    return Run(**c.execute(sa.select(reconcile).where(reconcile.c.id == run_id)).mappings().one())


def latest(c: Connection, store_id: int) -> Run | None:
    """The newest, finished or not."""
    query = sa.select(reconcile).where(reconcile.c.store_id == store_id).order_by(reconcile.c.id.desc()).limit(1)
    row = c.execute(query).mappings().one_or_none()
    return Run(**row) if row else None


def spend(c: Connection, run_id: int, calls: int) -> bool:
    """Take calls from the budget before they are made; False if it has not so many left."""
    enough = reconcile.c.calls + calls <= reconcile.c.budget
    values = {"calls": reconcile.c.calls + calls}
    return c.execute(sa.update(reconcile).where(reconcile.c.id == run_id, enough).values(**values)).rowcount > 0


def change(c: Connection, run_id: int, /, **values: Any) -> None:
    c.execute(sa.update(reconcile).where(reconcile.c.id == run_id).values(**values))


def count(c: Connection, run_id: int, **more: int) -> None:
    """Add to what it has counted."""
    counts = dict(by_id(c, run_id).counts)
    for name, number in more.items():
        counts[name] = counts.get(name, 0) + number
    change(c, run_id, counts=counts)
