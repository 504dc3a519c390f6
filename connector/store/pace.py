"""The state of the pacer: calls of the last minute per company, shared by every process on this database."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core import pace
from connector.store.tables import call_count, company, slot

_BRASILIA = timedelta(hours=-3)


def take(c: Connection, company_id: str, now: datetime, urgent: bool, patience: timedelta) -> int | pace.Wait:
    """A slot for one call, or until when to wait. `patience` is the longest time until its answer."""
    row = c.execute(sa.select(company).where(company.c.id == company_id).with_for_update()).one_or_none()
    if row is None:
        c.execute(sa.insert(company).values(id=company_id))
    limit = row.calls_per_minute if row and row.calls_per_minute else pace.CAUTIOUS_LIMIT
    c.execute(sa.delete(slot).where(slot.c.company_id == company_id, slot.c.free_at <= now))
    held = c.execute(sa.select(slot.c.free_at, slot.c.under_way).where(slot.c.company_id == company_id)).all()
    taken = [pace.Slot(free_at=free_at, under_way=under_way) for free_at, under_way in held]
    next_at = row.next_call_at if row and row.next_call_at else now
    decision = pace.next_call(taken, limit, now, next_at, row.paused_until if row else None, urgent)
    if isinstance(decision, pace.Wait):
        return decision
    c.execute(sa.update(company).where(company.c.id == company_id).values(next_call_at=decision.next_at))
    inserted = c.execute(
        sa.insert(slot).values(company_id=company_id, free_at=now + patience + pace.MINUTE, under_way=True)
    )
    assert inserted.inserted_primary_key is not None
    return int(inserted.inserted_primary_key[0])


def answered(c: Connection, company_id: str, slot_id: int, now: datetime, limit: int | None, service: str) -> None:
    """The answer is in (or given up): the slot is free a minute from now; learn the limit that it told."""
    c.execute(sa.update(slot).where(slot.c.id == slot_id).values(free_at=now + pace.MINUTE, under_way=False))
    if limit is not None:
        c.execute(
            sa.update(company)
            .where(company.c.id == company_id, company.c.calls_per_minute.is_distinct_from(limit))
            .values(calls_per_minute=limit)
        )
    _count(c, company_id, now, service)


def unused(c: Connection, slot_id: int) -> None:
    """The call was never made."""
    c.execute(sa.delete(slot).where(slot.c.id == slot_id))


def pause(c: Connection, company_id: str, until: datetime) -> None:
    """Let the company rest: it was blocked, so somebody else uses its quota too."""
    c.execute(sa.update(company).where(company.c.id == company_id).values(paused_until=until))


def move(c: Connection, old_id: str, new_id: str, name: str) -> None:
    """A company became known by its document: its calls so far count there."""
    old = c.execute(sa.select(company).where(company.c.id == old_id)).one_or_none()
    limit = old.calls_per_minute if old else None
    if c.scalar(sa.select(company.c.id).where(company.c.id == new_id)) is None:
        c.execute(sa.insert(company).values(id=new_id, name=name, calls_per_minute=limit))
    else:
        c.execute(sa.update(company).where(company.c.id == new_id).values(name=name))
    c.execute(sa.update(slot).where(slot.c.company_id == old_id).values(company_id=new_id))
    for day, service, calls in c.execute(
        sa.select(call_count.c.day, call_count.c.service, call_count.c.calls).where(call_count.c.company_id == old_id)
    ).all():
        _add(c, new_id, day, service, calls)
    c.execute(sa.delete(call_count).where(call_count.c.company_id == old_id))
    c.execute(sa.delete(company).where(company.c.id == old_id))


def limit_of(c: Connection, company_id: str) -> int | None:
    return c.scalar(sa.select(company.c.calls_per_minute).where(company.c.id == company_id))


def _count(c: Connection, company_id: str, now: datetime, service: str) -> None:
    # The day of the merchant, in Brasília.
    _add(c, company_id, (now + _BRASILIA).date().isoformat(), service, 1)


def _add(c: Connection, company_id: str, day: str, service: str, calls: int) -> None:
    key = (call_count.c.company_id == company_id, call_count.c.day == day, call_count.c.service == service)
    added = c.execute(sa.update(call_count).where(*key).values(calls=call_count.c.calls + calls))
    if added.rowcount == 0:
        c.execute(sa.insert(call_count).values(company_id=company_id, day=day, service=service, calls=calls))
