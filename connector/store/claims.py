"""What was claimed of a product's balance, numbered in the order in which it came."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.stock import LATE_WINDOW, Claim
from connector.store.tables import claim

_OF = sa.and_(claim.c.store_id == sa.bindparam("store"), claim.c.erp_id == sa.bindparam("erp"))
_EARLIER = (
    sa.select(claim.c.received_at, claim.c.balance, claim.c.is_answer)
    .where(_OF, claim.c.received_at >= sa.bindparam("since"), claim.c.id > sa.bindparam("after"))
    .order_by(claim.c.id)
)
_LAST = sa.select(sa.func.max(claim.c.id)).where(_OF)
_LAST_BEFORE = _LAST.where(claim.c.received_at < sa.bindparam("moment"))


def add(c: Connection, store_id: int, erp_id: str, new: Claim) -> None:
    """Number a claim."""
    c.execute(
        sa.insert(claim),
        {
            "store_id": store_id,
            "erp_id": erp_id,
            "received_at": new.received_at,
            "balance": new.balance,
            "is_answer": new.is_answer,
        },
    )


def recent(c: Connection, store_id: int, erp_id: str, now: datetime, after: int = 0) -> list[Claim]:
    """The claims of the late window, oldest first; only those numbered after `after`."""
    which = {"store": store_id, "erp": erp_id, "since": now - LATE_WINDOW, "after": after}
    return [
        Claim(received_at=received_at, balance=balance, is_answer=is_answer)
        for received_at, balance, is_answer in c.execute(_EARLIER, which)
    ]


def last_number(c: Connection, store_id: int, erp_id: str) -> int:
    """The number of the newest claim; 0 if there is none."""
    return c.scalar(_LAST, {"store": store_id, "erp": erp_id}) or 0


def last_number_before(c: Connection, store_id: int, erp_id: str, moment: datetime) -> int:
    """The number of the newest claim from before a moment; 0 if there is none."""
    return c.scalar(_LAST_BEFORE, {"store": store_id, "erp": erp_id, "moment": moment}) or 0


def unanswered(c: Connection, store_id: int) -> set[str]:
    """ERP ids of what was claimed something of since the ERP's last answer about it."""
    answer = sa.func.max(sa.case((claim.c.is_answer, claim.c.id), else_=0))
    query = sa.select(claim.c.erp_id).where(claim.c.store_id == store_id).group_by(claim.c.erp_id)
    return set(c.scalars(query.having(sa.func.max(claim.c.id) > answer)))
