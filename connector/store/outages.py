"""Whether one side has been out for a while, by the work that waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.reasons import Reason
from connector.store.tables import work

ERP, SHOP = "erp", "shop"
_SIDES = {
    ERP: (Reason.ERP_UNREACHABLE, Reason.ERP_TROUBLE, Reason.ERP_BUSY),
    SHOP: (Reason.SHOP_UNREACHABLE, Reason.SHOP_TROUBLE, Reason.SHOP_BUSY),
}
# A call that went wrong once is nothing that a merchant needs to read of.
_LONG = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Outage:
    """`side` does not serve us since `since`; so many pieces of work wait for it."""

    side: str
    since: datetime
    waiting: int


def under_way(c: Connection, store_id: int, now: datetime) -> list[Outage]:
    """The sides that are out, the ERP first."""
    found = []
    for side, reasons in _SIDES.items():
        query = sa.select(sa.func.min(work.c.first_tried_at), sa.func.count()).where(
            work.c.store_id == store_id,
            work.c.state.in_(("waiting", "running")),
            work.c.reason.in_([str(reason) for reason in reasons]),
        )
        since, waiting = c.execute(query).one()
        if since is not None and now - since >= _LONG:
            found.append(Outage(side=side, since=since, waiting=waiting))
    return found
