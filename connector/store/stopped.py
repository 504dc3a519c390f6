"""Work that stands still, parked or dead: what there is, and having it done after all (one, by filter, all)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store import work as work_rows
from connector.store.tables import work
from connector.store.work import DEAD, PARKED


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """A piece of work that waits for an event (parked) or for a person (dead), and why."""

    id: int
    store_id: int
    kind: str
    key: str
    state: str
    reason: str | None
    detail: str | None
    attempts: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Which:
    """A filter; None lets everything through."""

    id: int | None = None
    store_id: int | None = None
    kind: str | None = None
    key: str | None = None
    state: str | None = None
    reason: str | None = None


def _where(which: Which) -> sa.ColumnElement[bool]:
    named = {name: value for name, value in vars(which).items() if value is not None}
    return sa.and_(work.c.state.in_([PARKED, DEAD]), *(work.c[name] == value for name, value in named.items()))


def listed(c: Connection, which: Which, limit: int = 200) -> list[Stopped]:
    """Those that the filter lets through, the newest first."""
    columns = [work.c[name] for name in Stopped.__dataclass_fields__]
    rows = c.execute(sa.select(*columns).where(_where(which)).order_by(work.c.id.desc()).limit(limit)).mappings()
    return [Stopped(**row) for row in rows]


def counts(c: Connection, which: Which) -> list[tuple[str, str, str | None, int]]:
    """How many there are, by kind, state and reason."""
    by = (work.c.kind, work.c.state, work.c.reason)
    found = c.execute(sa.select(*by, sa.func.count()).where(_where(which)).group_by(*by).order_by(*by))
    return [(row[0], row[1], row[2], row[3]) for row in found]


def revive(c: Connection, which: Which, now: datetime, most: int | None = None) -> int:
    """Have them done now, as if they had never been tried, at most so many and the most urgent first; how many."""
    query = sa.select(work.c.id).where(_where(which)).order_by(work.c.priority, work.c.id).limit(most)
    ids = list(c.scalars(query))
    for work_id in ids:
        work_rows.put_back(c, work_id, now)
    return len(ids)


def forget(c: Connection, which: Which) -> None:
    """They are not wanted any more."""
    c.execute(sa.delete(work).where(_where(which)))
