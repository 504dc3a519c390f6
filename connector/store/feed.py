"""The change feed of a company: who reads it, what was asked for, and its answers as they came."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store import pulls
from connector.store import work as works
from connector.store.tables import company, feed, pull, store, work

UNKNOWN, ON, OFF = "unknown", "on", "off"

WORK = "feed"


@dataclass(frozen=True, kw_only=True)
class Feed:
    """How a company's feed stands. `asking` is a list that was asked for and whose answer was not kept."""

    company_id: str
    state: str
    checked_at: datetime | None
    since: datetime | None
    reader: int | None
    asking: str | None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An answer that has not been dealt with."""

    id: int
    kind: str
    asked_at: datetime
    status: int
    body: str


# Built once: each company's lists are read every five minutes.
_OF = company.c.id == sa.bindparam("company")
_COLUMNS = sa.select(
    company.c.id.label("company_id"),
    company.c.feed_state.label("state"),
    company.c.feed_checked_at.label("checked_at"),
    company.c.feed_since.label("since"),
    company.c.feed_reader.label("reader"),
    company.c.feed_asking.label("asking"),
).where(_OF)


_OLDEST = (
    sa.select(feed.c.id, feed.c.kind, feed.c.asked_at, feed.c.status, feed.c.body)
    .where(feed.c.company_id == sa.bindparam("company"), ~feed.c.dealt_with)
    .order_by(feed.c.id)
    .limit(1)
    # Two readers that meet it at once take turns.
    .with_for_update()
)
_DEALT_WITH = sa.update(feed).where(feed.c.id == sa.bindparam("number")).values(dealt_with=True)
_WAS_PULLED = sa.exists().where(pull.c.store_id == store.c.id, pulls.IS_WHOLE).correlate(store)
_SHOPS = (
    sa.select(store.c.id)
    .where(store.c.company_id == sa.bindparam("company"), store.c.uninstalled_at.is_(None))
    .where(store.c.erp_token.is_not(None), _WAS_PULLED)
    .order_by(store.c.id)
)


def of(c: Connection, company_id: str) -> Feed | None:
    """How it stands."""
    row = c.execute(_COLUMNS, {"company": company_id}).mappings().one_or_none()
    return Feed(**row) if row else None


def take(c: Connection, company_id: str, store_id: int) -> bool:
    """Become the one reader of a company; False while another store's work reads.

    A reader is there as long as its work runs, so that the lease of the work is the lease of the feed: when
    its process dies, both end.
    """
    held = c.execute(_COLUMNS.with_for_update(), {"company": company_id}).mappings().one_or_none()
    if held is None or (held["reader"] not in (None, store_id) and _is_reading(c, held["reader"])):
        return False
    change(c, company_id, feed_reader=store_id)
    return True


def _is_reading(c: Connection, store_id: int) -> bool:
    running = (work.c.store_id == store_id, work.c.kind == WORK, work.c.state == works.RUNNING)
    return c.execute(sa.select(work.c.id).where(*running)).first() is not None


def change(c: Connection, company_id: str, /, **values: object) -> None:
    """Set columns of a company."""
    new = {f"new_{name}": value for name, value in values.items()}
    c.execute(_changing(frozenset(values)), {"company": company_id, **new})


@functools.cache
def _changing(names: frozenset[str]) -> sa.Update:
    return sa.update(company).where(_OF).values({name: sa.bindparam(f"new_{name}") for name in names})


def keep(
    c: Connection, company_id: str, kind: str, *, asked_at: datetime, read_at: datetime, status: int, body: str
) -> None:
    """An answer as it came; it is not in doubt any more."""
    # PostgreSQL's texts hold no NUL, and no JSON document does.
    values = {"kind": kind, "asked_at": asked_at, "read_at": read_at, "status": status, "dealt_with": False}
    c.execute(sa.insert(feed), {"company_id": company_id, "body": body.replace("\0", "\ufffd"), **values})
    change(c, company_id, feed_asking=None)


def oldest(c: Connection, company_id: str) -> Kept | None:
    """The first answer that has not been dealt with."""
    row = c.execute(_OLDEST, {"company": company_id}).mappings().one_or_none()
    return Kept(**row) if row else None


def dealt_with(c: Connection, feed_id: int) -> None:
    """It has had its effect."""
    c.execute(_DEALT_WITH, {"number": feed_id})


def shops(c: Connection, company_id: str) -> list[int]:
    """The stores whose catalogue is this company's, once they have been pulled."""
    return list(c.scalars(_SHOPS, {"company": company_id}))


def first_pull(c: Connection, company_id: str) -> datetime | None:
    """When the first pull of any of the company's stores began: what changed before was read by it."""
    query = sa.select(sa.func.min(pull.c.started_at)).join(store, store.c.id == pull.c.store_id)
    first: datetime | None = c.scalar(query.where(store.c.company_id == company_id))
    return first
