"""What is left to do: due now, tried in vain, standing still. What is planned for later is no backlog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store.tables import work
from connector.store.work import DEAD, PARKED, WAITING

DUE, FAILED = "due", "failed"


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """`counts` by state (due, failed, parked, dead) and reason (empty where there is none).

    `oldest_due_at` is since when the longest waiting piece could be done; None where none is due.
    """

    counts: dict[tuple[str, str], int]
    oldest_due_at: datetime | None


def backlog(c: Connection, now: datetime) -> Backlog:
    """All that is left, of every store."""
    is_due = sa.and_(work.c.state == WAITING, work.c.due_at <= now)
    has_failed = sa.and_(work.c.state == WAITING, work.c.attempts > 0)
    state = sa.case((is_due, DUE), (has_failed, FAILED), else_=work.c.state).label("state")
    query = (
        sa.select(state, work.c.reason, sa.func.count())
        .where(sa.or_(is_due, has_failed, work.c.state.in_([PARKED, DEAD])))
        .group_by(state, work.c.reason)
    )
    counts: dict[tuple[str, str], int] = {(row[0], row[1] or ""): row[2] for row in c.execute(query)}
    return Backlog(counts=counts, oldest_due_at=c.scalar(sa.select(sa.func.min(work.c.due_at)).where(is_due)))
