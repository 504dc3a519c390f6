"""Products that the merchant has locked: whole, or some of their fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.fifteen import Lock
from connector.store.tables import lock
from connector.store.work import _insert as insert_for

_OF = sa.select(lock.c.code, lock.c.fields).where(
    lock.c.store_id == sa.bindparam("store"), lock.c.code == sa.bindparam("wanted")
)


def of(c: Connection, store_id: int, code: str) -> Lock | None:
    """The lock of a product."""
    row = c.execute(_OF, {"store": store_id, "wanted": code}).one_or_none()
    return _lock(row.code, row.fields) if row else None


def everyone(c: Connection, store_id: int) -> list[Lock]:
    """All of a store, by code."""
    query = sa.select(lock.c.code, lock.c.fields).where(lock.c.store_id == store_id).order_by(lock.c.code)
    return [_lock(row.code, row.fields) for row in c.execute(query)]


def _lock(code: str, fields: list[str] | None) -> Lock:
    return Lock(code=code, fields=None if fields is None else tuple(fields))


def put(c: Connection, store_id: int, new: Lock) -> None:
    """Lock a product in this way; another lock that it had is replaced."""
    values = {**asdict(new), "holds_stock": new.holds_stock}
    insert = insert_for(c)(lock)
    changed = {name: insert.excluded[name] for name in ("fields", "holds_stock")}
    c.execute(
        insert.on_conflict_do_update(index_elements=["store_id", "code"], set_=changed),
        {"store_id": store_id, **values},
    )


def add(c: Connection, store_id: int, code: str, field: str) -> None:
    """Lock one more field of a product."""
    found = of(c, store_id, code)
    if found is None or (found.fields is not None and field not in found.fields):
        put(c, store_id, Lock(code=code, fields=(*(found.fields or () if found else ()), field)))


def replace_all(c: Connection, store_id: int, wanted: Iterable[Lock]) -> None:
    """These and no others."""
    c.execute(sa.delete(lock).where(lock.c.store_id == store_id))
    for new in wanted:
        put(c, store_id, new)
