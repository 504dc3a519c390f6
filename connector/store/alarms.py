"""Alarms: what a person should know of. Raised again while it is open, one is counted and keeps its newest detail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.reasons import Reason
from connector.store.tables import alarm
from connector.store.work import _insert as insert_for


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A row of `alarm`. `key` names what it is about, such as an order's id."""

    id: int
    store_id: int
    reason: str
    key: str
    detail: str | None
    raised_at: datetime
    last_at: datetime
    times: int
    closed_at: datetime | None


def sound(c: Connection, store_id: int, reason: Reason, key: str, detail: str, now: datetime) -> None:
    """Raise it, or count it once more where it is open."""
    insert = insert_for(c)(alarm)
    statement = insert.on_conflict_do_update(
        index_elements=["store_id", "reason", "key"],
        index_where=sa.text("closed_at IS NULL"),
        set_={"times": alarm.c.times + 1, "last_at": insert.excluded.last_at, "detail": insert.excluded.detail},
    )
    values = {"reason": str(reason), "key": key, "detail": detail, "raised_at": now, "last_at": now, "times": 1}
    c.execute(statement.values(store_id=store_id, **values))


def open_ones(c: Connection, store_id: int, limit: int = 100) -> list[Alarm]:
    """Those that nobody has closed, the newest first."""
    query = sa.select(alarm).where(alarm.c.store_id == store_id, alarm.c.closed_at.is_(None))
    rows = c.execute(query.order_by(alarm.c.last_at.desc(), alarm.c.id.desc()).limit(limit)).mappings()
    return [Alarm(**row) for row in rows]


def settle(c: Connection, store_id: int, reason: Reason, now: datetime) -> None:
    """What it was about has been mended without anybody."""
    open_ones = (alarm.c.store_id == store_id, alarm.c.reason == str(reason), alarm.c.closed_at.is_(None))
    c.execute(sa.update(alarm).where(*open_ones).values(closed_at=now))


def close(c: Connection, store_id: int, alarm_id: int, now: datetime) -> bool:
    """A person has seen to it; False if it was closed already or is another store's."""
    which = (alarm.c.store_id == store_id, alarm.c.id == alarm_id, alarm.c.closed_at.is_(None))
    return c.execute(sa.update(alarm).where(*which).values(closed_at=now)).rowcount > 0
