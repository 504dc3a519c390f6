"""The ERP's messages kept and their sorting queued, in one go: nothing is answered before both are durable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store import inbox, work
from connector.store.engine import ENQUEUED
from connector.store.types import Instant
from connector.store.work import Priority

# `inbox.keep_many` and `work.enqueue_for` in one statement: a transaction of its own, without the round trips of one.
_ON_POSTGRESQL = sa.text(
    f"""
    WITH kept AS ({inbox.KEEP_MANY["postgresql"]})
    INSERT INTO work (store_id, kind, key, payload, priority, state, due_at, attempts, created_at)
    SELECT store_id, 'messages', '', '{{}}', {int(Priority.STOCK)}, '{work.WAITING}', :at, 0, :at
    FROM unnest(CAST(:stores AS bigint[])) WITH ORDINALITY AS given (store_id, place) ORDER BY place
    ON CONFLICT (store_id, kind, key) WHERE state = 'waiting'
    DO UPDATE SET due_at = excluded.due_at WHERE excluded.due_at < work.due_at
    """
).bindparams(sa.bindparam("at", type_=Instant))


def keep(c: Connection, messages: Sequence[tuple[int, str]], now: datetime) -> None:
    """Keep messages, each with its store, in this order; on PostgreSQL by one statement."""
    store_ids = sorted({store_id for store_id, _ in messages})
    if c.dialect.name == "postgresql":
        c.execute(_ON_POSTGRESQL, {**inbox.as_rows(messages, now), "stores": store_ids})
        c.info[ENQUEUED] = True
    else:
        inbox.keep_many(c, messages, now)
        work.enqueue_for(c, store_ids, "messages", now, priority=Priority.STOCK)
