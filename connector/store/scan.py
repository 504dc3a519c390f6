"""Which products are to be read again: those that are known to have changed, and those read longest ago."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.catalogue import Listing
from connector.store.tables import item, shelf
from connector.store.work import _insert as insert_for

# Spelt out as the partial indexes have it, so that both engines use them.
_IS_PRODUCT = sa.text("item.kind <> 'variation'")
_IS_CHANGED = sa.text("item.changed_at IS NOT NULL")

_OWN = sa.and_(item.c.store_id == sa.bindparam("store"), _IS_PRODUCT)
_NEVER = sa.select(item.c.erp_id).where(_OWN, item.c.read_at.is_(None)).limit(sa.bindparam("most"))
_OLDEST = (
    sa.select(item.c.erp_id)
    .where(_OWN, item.c.read_at < sa.bindparam("before"))
    .order_by(item.c.read_at)
    .limit(sa.bindparam("most"))
)
_MARKED = (
    sa.select(item.c.erp_id).where(item.c.store_id == sa.bindparam("store"), _IS_CHANGED).limit(sa.bindparam("most"))
)


def note_changed(c: Connection, store_id: int, named: Iterable[tuple[str, str, str]], now: datetime) -> None:
    """The ERP says that these (id, code, name) have changed; one that was never met is a product until it is read."""
    by_id = {erp_id: (code, name) for erp_id, code, name in named}
    parents = _parents(c, store_id, by_id)
    statement = insert_for(c)(item)
    statement = statement.on_conflict_do_update(
        index_elements=["store_id", "erp_id"], set_={"changed_at": statement.excluded.changed_at}
    )
    new = {"store_id": store_id, "kind": "simple", "changed_at": now}
    rows = [
        {**new, "erp_id": erp_id, "code": code, "name": name}
        for erp_id, (code, name) in by_id.items()
        if erp_id not in parents
    ]
    if rows:
        c.execute(statement, rows)
    # A variation is read with its product.
    which = (item.c.store_id == store_id, item.c.erp_id.in_([each for each in parents.values() if each]))
    c.execute(sa.update(item).where(*which).values(changed_at=now))


def note_freed(c: Connection, store_id: int, erp_id: str, now: datetime) -> None:
    """There is no such product any more: what was not written because it has the same code is worth another look."""
    code = sa.select(item.c.code).where(item.c.store_id == store_id, item.c.erp_id == erp_id).scalar_subquery()
    others = (item.c.store_id == store_id, item.c.code == code, item.c.erp_id != erp_id)
    c.execute(sa.update(item).where(*others, item.c.reason == "duplicate_code").values(changed_at=now))


def _parents(c: Connection, store_id: int, erp_ids: Iterable[str]) -> dict[str, str | None]:
    """Which of these are variations, and of what."""
    variations = (item.c.store_id == store_id, item.c.erp_id.in_(list(erp_ids)), item.c.kind == "variation")
    return dict(c.execute(sa.select(item.c.erp_id, item.c.parent_id).where(*variations)).all())


def marked(c: Connection, store_id: int, most: int) -> list[str]:
    """Products that are known to have changed; their marks stay until they are queued."""
    return list(c.scalars(_MARKED, {"store": store_id, "most": most}))


def is_any_marked(c: Connection, store_id: int) -> bool:
    return c.execute(_MARKED, {"store": store_id, "most": 1}).first() is not None


def oldest(c: Connection, store_id: int, before: datetime, most: int) -> list[str]:
    """Of the products that were not read since a moment, those read longest ago; first those never read."""
    # Two questions: the engines disagree where nothing is sorted.
    never = list(c.scalars(_NEVER, {"store": store_id, "most": most}))
    left = {"store": store_id, "before": before, "most": most - len(never)}
    return [*never, *c.scalars(_OLDEST, left)] if len(never) < most else never


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a catalogue is."""

    products: int
    parents: int
    variations: int


def size(c: Connection, store_id: int) -> Size:
    """How many products there are, how many of them with variations, and how many variations."""
    own = item.c.store_id == store_id
    every = c.scalar(sa.select(sa.func.count()).select_from(item).where(own)) or 0
    products = c.scalar(sa.select(sa.func.count()).select_from(item).where(own, _IS_PRODUCT)) or 0
    parents = c.scalar(sa.select(sa.func.count(item.c.parent_id.distinct())).where(own)) or 0
    return Size(products=products, parents=parents, variations=every - products)


def known(c: Connection, store_id: int, erp_ids: Iterable[str]) -> dict[str, Listing]:
    """What the listing said of these the last time."""
    query = sa.select(item.c.erp_id, item.c.code, item.c.name, item.c.price, item.c.kind, item.c.active)
    rows = c.execute(query.where(item.c.store_id == store_id, item.c.erp_id.in_(list(erp_ids)))).mappings()
    return {row["erp_id"]: Listing(**row) for row in rows}


def worth_reading(c: Connection, store_id: int, pull_id: int) -> list[str]:
    """Of what a pull has listed, what there is reason to read: it changed, in the ERP or in the shop, or had failed."""
    on_shelf = sa.and_(shelf.c.store_id == item.c.store_id, shelf.c.code == item.c.code)
    touched = sa.and_(item.c.sent_print.is_not(None), shelf.c.fields_print.is_distinct_from(item.c.sent_print))
    reason = sa.or_(item.c.changed_at.is_not(None), item.c.outcome.is_(None), item.c.outcome == "failed", touched)
    query = (
        sa.select(item.c.erp_id)
        .join(shelf, on_shelf, isouter=True)
        .where(item.c.store_id == store_id, item.c.listed_in == pull_id, item.c.kind != "variation", reason)
        .order_by(item.c.erp_id)
    )
    return list(c.scalars(query))


def forget_marks(c: Connection, store_id: int, pull_id: int) -> None:
    """What this pull has listed is queued in it, so that the marks have served."""
    which = (item.c.store_id == store_id, item.c.listed_in == pull_id, _IS_CHANGED)
    c.execute(sa.update(item).where(*which).values(changed_at=None))
