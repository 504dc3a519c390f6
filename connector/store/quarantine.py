"""Bodies that came to the ERP's door and cannot be read, as they came. Bounded: the oldest give way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.reasons import Reason
from connector.store.tables import quarantine

# Of one store. Whoever sends more than this without anybody looking sends nothing that a person could go through.
MOST_BODIES = 200
MOST_BYTES = 8 * 2**20


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A row of `quarantine` without its body."""

    id: int
    store_id: int
    received_at: datetime
    reason: str
    detail: str | None
    size: int


_COLUMNS = sa.select(*(column for column in quarantine.c if column.name != "body"))


def keep(c: Connection, store_id: int, reason: Reason, detail: str, body: bytes, now: datetime) -> None:
    """Keep a body, and let go of the store's oldest ones beyond the bounds."""
    values = {"store_id": store_id, "received_at": now, "reason": str(reason), "detail": detail}
    c.execute(sa.insert(quarantine).values(size=len(body), body=body, **values))
    total = 0
    sizes = sa.select(quarantine.c.id, quarantine.c.size).where(quarantine.c.store_id == store_id)
    for place, (number, size) in enumerate(c.execute(sizes.order_by(quarantine.c.id.desc())), start=1):
        total += size
        if place > MOST_BODIES or total > MOST_BYTES:
            which = (quarantine.c.store_id == store_id, quarantine.c.id <= number)
            c.execute(sa.delete(quarantine).where(*which))
            return


def latest(c: Connection, store_id: int, most: int = MOST_BODIES) -> list[Bad]:
    """Those of a store, the newest first."""
    query = _COLUMNS.where(quarantine.c.store_id == store_id).order_by(quarantine.c.id.desc()).limit(most)
    return [Bad(**row) for row in c.execute(query).mappings()]


def everything(c: Connection, store_id: int | None) -> list[sa.Row[Any]]:
    """Those of one store or all with their bodies, the oldest first."""
    query = sa.select(quarantine).order_by(quarantine.c.id)
    return list(c.execute(query if store_id is None else query.where(quarantine.c.store_id == store_id)))


def body(c: Connection, store_id: int, number: int) -> bytes | None:
    """One as it came; None where the store has no such one."""
    which = (quarantine.c.store_id == store_id, quarantine.c.id == number)
    found: bytes | None = c.scalar(sa.select(quarantine.c.body).where(*which))
    return found


def drop(c: Connection, store_id: int, number: int) -> None:
    c.execute(sa.delete(quarantine).where(quarantine.c.store_id == store_id, quarantine.c.id == number))
