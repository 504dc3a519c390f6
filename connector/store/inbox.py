"""Messages from outside, raw and durable before they are answered."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store.tables import inbox


def keep(c: Connection, store_id: int, source: str, body: str, now: datetime, event_id: str | None = None) -> bool:
    """Keep a message; False if one with this event id was kept before."""
    if event_id is not None and c.scalar(
        sa.select(inbox.c.id).where(inbox.c.store_id == store_id, inbox.c.event_id == event_id)
    ):
        return False
    c.execute(sa.insert(inbox).values(store_id=store_id, source=source, event_id=event_id, received_at=now, body=body))
    return True


def count(c: Connection, store_id: int, source: str) -> int:
    return (
        c.scalar(
            sa.select(sa.func.count()).select_from(inbox).where(inbox.c.store_id == store_id, inbox.c.source == source)
        )
        or 0
    )
