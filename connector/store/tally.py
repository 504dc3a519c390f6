"""Calls of the ERP by company, day, service and purpose, and how many things were dealt with by them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.purpose import Purpose
from connector.store.tables import call_count, company, store, tally
from connector.store.work import _insert as insert_for

# A day is the merchant's, in Brasília.
_BRASILIA = timedelta(hours=-3)

_COMPANY_OF = sa.select(store.c.company_id).where(store.c.id == sa.bindparam("store"))


def day_of(moment: datetime) -> str:
    """The merchant's day, as it is kept."""
    return (moment + _BRASILIA).date().isoformat()


# Built once: these run with every call and everything that is dealt with.
@functools.cache
def _adding(insert: Any, table: sa.Table, counted: str) -> Any:
    statement = insert(table)
    more = table.c[counted] + statement.excluded[counted]
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_={counted: more})


def called(c: Connection, company_id: str, now: datetime, service: str, purpose: str, calls: int = 1) -> None:
    """A call of the ERP was made."""
    _called(c, company_id, day_of(now), service, purpose, calls)


def _called(c: Connection, company_id: str, day: str, service: str, purpose: str, calls: int) -> None:
    row = {"company_id": company_id, "day": day, "service": service, "purpose": str(purpose), "calls": calls}
    c.execute(_adding(insert_for(c), call_count, "calls"), row)


def dealt_with(c: Connection, store_id: int, purpose: Purpose, now: datetime, count: int = 1) -> None:
    """So many products, orders, situations or messages of a store were dealt with."""
    company_id = c.scalar(_COMPANY_OF, {"store": store_id})
    if company_id is not None and count:
        _dealt_with(c, company_id, day_of(now), str(purpose), count)


def _dealt_with(c: Connection, company_id: str, day: str, kind: str, count: int) -> None:
    row = {"company_id": company_id, "day": day, "kind": kind, "count": count}
    c.execute(_adding(insert_for(c), tally, "count"), row)


def move(c: Connection, old_id: str, new_id: str) -> None:
    """What was counted for a company belongs to another one now."""
    calls = sa.select(call_count.c.day, call_count.c.service, call_count.c.purpose, call_count.c.calls)
    for day, service, purpose, count in c.execute(calls.where(call_count.c.company_id == old_id)).all():
        _called(c, new_id, day, service, purpose, count)
    dealt = sa.select(tally.c.day, tally.c.kind, tally.c.count).where(tally.c.company_id == old_id)
    for day, kind, count in c.execute(dealt).all():
        _dealt_with(c, new_id, day, kind, count)
    c.execute(sa.delete(call_count).where(call_count.c.company_id == old_id))
    c.execute(sa.delete(tally).where(tally.c.company_id == old_id))


def forget(c: Connection, company_id: str, before: datetime) -> None:
    """What was counted for a company on days that had ended by then."""
    for table in (call_count, tally):
        c.execute(sa.delete(table).where(table.c.company_id == company_id, table.c.day < day_of(before)))


@dataclass(frozen=True, kw_only=True)
class Usage:
    """One company's calls of a day for one purpose, and what they dealt with (0 where that is not counted)."""

    company_id: str
    company_name: str
    day: str
    purpose: str
    calls: int
    dealt_with: int


def usage(c: Connection, since: str, company_id: str | None = None) -> list[Usage]:
    """All that was counted from a day on, of all companies or of one; by company, newest day first."""
    wanted = sa.true() if company_id is None else company.c.id == company_id
    names = {row.id: row.name for row in c.execute(sa.select(company.c.id, company.c.name).where(wanted))}
    found: dict[tuple[str, str, str], list[int]] = {}
    for place, table, kind, counted in (
        (0, call_count, call_count.c.purpose, call_count.c.calls),
        (1, tally, tally.c.kind, tally.c.count),
    ):
        # By company, so that the primary key's order is used.
        query = (
            sa.select(table.c.company_id, table.c.day, kind, sa.func.sum(counted))
            .where(table.c.company_id.in_(list(names)), table.c.day >= since)
            .group_by(table.c.company_id, table.c.day, kind)
        )
        for company_of, day, purpose, count in c.execute(query):
            found.setdefault((company_of, day, purpose), [0, 0])[place] = int(count)
    rows = [
        Usage(company_id=of, company_name=names[of], day=day, purpose=purpose, calls=calls, dealt_with=dealt)
        for (of, day, purpose), (calls, dealt) in found.items()
    ]
    newest_first = sorted(rows, key=lambda row: (row.day, row.purpose), reverse=True)
    return sorted(newest_first, key=lambda row: row.company_id)
