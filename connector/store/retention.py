"""How long what is settled is kept. What is not settled stays, however old it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store import pulls
from connector.store.tables import alarm, claim, drift, feed, inbox, pull, quarantine, reconcile

# Few enough that a writer behind it waits for some milliseconds only.
BATCH = 500

_SETTLED = {"sqlite": "dealt_with = 1", "postgresql": "dealt_with"}


def drop(c: Connection, table: str, *, messages_before: datetime, records_before: datetime) -> bool:
    """Delete a batch of a table; False when nothing more of it is old enough."""
    before = messages_before if table in _MESSAGES else records_before
    return _WAYS[table](c, before) > 0


def _settled_messages(source: sa.Table, moment: sa.Column[datetime]) -> Callable[[Connection, datetime], int]:
    def drop_old(c: Connection, before: datetime) -> int:
        # Spelt out, so that the partial index is used.
        return _drop(c, source, sa.text(_SETTLED[c.dialect.name]), moment < before, order=moment)

    return drop_old


def _ended(source: sa.Table, moment: sa.Column[datetime]) -> Callable[[Connection, datetime], int]:
    def drop_old(c: Connection, before: datetime) -> int:
        return _drop(c, source, moment < before, order=moment)

    return drop_old


def _first_rows(source: sa.Table) -> Callable[[Connection, datetime], int]:
    """Of a table whose rows are never unsettled and come in the order of time: only its first rows are looked at."""

    def drop_old(c: Connection, before: datetime) -> int:
        first = sa.select(source.c.id, source.c.received_at).order_by(source.c.id).limit(BATCH).subquery()
        old = sa.select(first.c.id).where(first.c.received_at < before)
        return c.execute(sa.delete(source).where(source.c.id.in_(old), source.c.id < _newest(source))).rowcount

    return drop_old


def _old_pulls(c: Connection, before: datetime) -> int:
    """All but each store's last whole one, which says what the ERP lists."""
    later = pull.alias()
    kept = sa.exists().where(
        later.c.store_id == pull.c.store_id,
        later.c.id > pull.c.id,
        later.c.scope.in_([pulls.ALL, pulls.CHANGED]),
        later.c.finished_at.is_not(None),
        ~later.c.is_dry,
    )
    superseded = sa.or_(pull.c.scope == pulls.SOME, kept)
    return _drop(c, pull, pull.c.finished_at < before, superseded, order=pull.c.finished_at)


def _drop(
    c: Connection, source: sa.Table, *which: sa.ColumnElement[bool] | sa.TextClause, order: sa.Column[datetime]
) -> int:
    old = sa.select(source.c.id).where(*which, source.c.id < _newest(source)).order_by(order).limit(BATCH)
    return c.execute(sa.delete(source).where(source.c.id.in_(old.scalar_subquery()))).rowcount


def _newest(source: sa.Table) -> sa.ScalarSelect[int]:
    """The last row stays: SQLite would give its number to the next one, and numbers say what came first."""
    return sa.select(sa.func.max(source.alias().c.id)).scalar_subquery()


_MESSAGES = ("inbox", "feed", "claim")
_WAYS: dict[str, Callable[[Connection, datetime], int]] = {
    "inbox": _settled_messages(inbox, inbox.c.received_at),
    "feed": _settled_messages(feed, feed.c.read_at),
    "claim": _first_rows(claim),
    "quarantine": _first_rows(quarantine),
    "pull": _old_pulls,
    "alarm": _ended(alarm, alarm.c.closed_at),
    "drift": _ended(drift, drift.c.settled_at),
    "reconcile": _ended(reconcile, reconcile.c.finished_at),
}
TABLES = tuple(_WAYS)
