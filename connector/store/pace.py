"""The state of the pacer: calls of the last minute per company, shared by every process on this database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core import pace
from connector.core.purpose import Purpose
from connector.store import tally
from connector.store.tables import company, feed, slot, store
from connector.store.work import _insert as insert_for

# Built once: these run with every call.
_COMPANY = sa.select(company).where(company.c.id == sa.bindparam("company")).with_for_update()
_EXPIRE = sa.delete(slot).where(slot.c.company_id == sa.bindparam("company"), slot.c.free_at <= sa.bindparam("now"))
_WINDOW = sa.select(
    sa.func.count(),
    sa.func.coalesce(sa.func.sum(sa.cast(slot.c.under_way, sa.Integer)), 0),
    sa.func.min(slot.c.free_at),
).where(slot.c.company_id == sa.bindparam("company"))
_SPREAD = sa.update(company).where(company.c.id == sa.bindparam("company")).values(next_call_at=sa.bindparam("next_at"))
_ANSWERED = (
    sa.update(slot).where(slot.c.id == sa.bindparam("slot")).values(free_at=sa.bindparam("until"), under_way=sa.false())
)
_LEARN = (
    sa.update(company)
    .where(company.c.id == sa.bindparam("company"), company.c.calls_per_minute.is_distinct_from(sa.bindparam("limit")))
    .values(calls_per_minute=sa.bindparam("limit"))
)

# What is known of a company's quota.
_LEARNED = (
    company.c.calls_per_minute,
    company.c.next_call_at,
    company.c.paused_until,
    company.c.share_left,
    company.c.share_since,
    company.c.share_hold,
)


def take(c: Connection, company_id: str, now: datetime, urgent: bool, patience: timedelta) -> int | pace.Wait:
    """A slot for one call, or until when to wait. `patience` is the longest time until its answer."""
    row = c.execute(_COMPANY, {"company": company_id}).one_or_none()
    if row is None:
        # Two processes may meet a company at once; the row is what they take turns by.
        c.execute(insert_for(c)(company).values(id=company_id, name="").on_conflict_do_nothing())
        row = c.execute(_COMPANY, {"company": company_id}).one()
    limit = pace.allowed(row.calls_per_minute, _share(row), now)
    c.execute(_EXPIRE, {"company": company_id, "now": now})
    taken, under_way, first_free_at = c.execute(_WINDOW, {"company": company_id}).one()
    window = pace.Window(taken=taken, under_way=under_way, first_free_at=first_free_at)
    decision = pace.next_call(window, limit, now, row.next_call_at or now, row.paused_until, urgent)
    if isinstance(decision, pace.Wait):
        return decision
    c.execute(_SPREAD, {"company": company_id, "next_at": decision.next_at})
    values = {"company_id": company_id, "free_at": now + patience + pace.MINUTE, "under_way": True}
    inserted = c.execute(sa.insert(slot), values)
    assert inserted.inserted_primary_key is not None
    return int(inserted.inserted_primary_key[0])


def _share(row: sa.Row[Any]) -> pace.Share | None:
    if row.share_left is None:
        return None
    return pace.Share(left=row.share_left, since=row.share_since, hold=timedelta(seconds=row.share_hold))


def answered(
    c: Connection, company_id: str, slot_id: int, now: datetime, limit: int | None, service: str, purpose: Purpose
) -> None:
    """The answer is in (or given up): the slot is free a minute from now; learn the limit that it told."""
    c.execute(_ANSWERED, {"slot": slot_id, "until": now + pace.MINUTE})
    if limit is not None:
        c.execute(_LEARN, {"company": company_id, "limit": limit})
    tally.called(c, company_id, now, service, purpose)


def unused(c: Connection, slot_id: int) -> None:
    """The call was never made."""
    c.execute(sa.delete(slot).where(slot.c.id == slot_id))


def rest(c: Connection, company_id: str, now: datetime, rest_for: timedelta) -> None:
    """The ERP said that it was too much: nobody calls for the company for a while."""
    row = c.execute(_COMPANY, {"company": company_id}).one_or_none()
    if row is not None:
        until = max(now + rest_for, row.paused_until or now)
        c.execute(sa.update(company).where(company.c.id == company_id).values(paused_until=until))


def share(c: Connection, company_id: str, now: datetime, rest_for: timedelta) -> None:
    """The quota was used up, so somebody else uses it too: rest, and take less of it afterwards.

    Calls that were under way are blocked together with the first one; they say nothing new.
    """
    row = c.execute(_COMPANY, {"company": company_id}).one_or_none()
    if row is not None and (row.paused_until is None or row.paused_until <= now):
        taken, _, _ = c.execute(_WINDOW, {"company": company_id}).one()
        left = pace.after_block(row.calls_per_minute, taken, _share(row), now)
        if left is not None:
            kept = {"share_left": left.left, "share_since": left.since, "share_hold": left.hold.seconds}
            c.execute(sa.update(company).where(company.c.id == company_id).values(**kept))
    rest(c, company_id, now, rest_for)


def move(c: Connection, old_id: str, new_id: str, name: str) -> None:
    """A company became known by its document, or by another one: its calls so far and its shops are there now."""
    if c.scalar(sa.select(company.c.id).where(company.c.id == new_id)) is None:
        old = c.execute(sa.select(*_LEARNED).where(company.c.id == old_id)).mappings().one_or_none()
        c.execute(sa.insert(company).values(id=new_id, name=name, **(old or {})))
    else:
        c.execute(sa.update(company).where(company.c.id == new_id).values(name=name))
    c.execute(sa.update(slot).where(slot.c.company_id == old_id).values(company_id=new_id))
    c.execute(sa.update(store).where(store.c.company_id == old_id).values(company_id=new_id))
    c.execute(sa.update(feed).where(feed.c.company_id == old_id).values(company_id=new_id))
    tally.move(c, old_id, new_id)
    c.execute(sa.delete(company).where(company.c.id == old_id))
