"""Messages from outside, raw and durable before they are answered."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store.tables import inbox
from connector.store.work import _insert as insert_for


def keep(c: Connection, store_id: int, source: str, body: str, now: datetime, event_id: str | None = None) -> bool:
    """Keep a message; False if one with this event id was kept before."""
    insert = insert_for(c)(inbox).on_conflict_do_nothing(index_elements=["store_id", "event_id"])
    # PostgreSQL's texts hold no NUL, and no JSON document does.
    text = body.replace("\0", "\ufffd")
    kept = insert.values(store_id=store_id, source=source, event_id=event_id, received_at=now, body=text)
    return c.scalar(kept.returning(inbox.c.id)) is not None


def count(c: Connection, store_id: int, source: str) -> int:
    return (
        c.scalar(
            sa.select(sa.func.count()).select_from(inbox).where(inbox.c.store_id == store_id, inbox.c.source == source)
        )
        or 0
    )
