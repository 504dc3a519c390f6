"""Where codes stand in the shop, as its lists showed or as we put them there."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store.items import Item, is_gone
from connector.store.tables import item, shelf
from connector.store.work import _insert as insert_for

_PLACE = sa.select(shelf.c.shop_id, shelf.c.variant_id, shelf.c.fields_print, shelf.c.images_print).where(
    shelf.c.store_id == sa.bindparam("store"), shelf.c.code == sa.bindparam("wanted")
)


# Reasons for which what stands in the shop under a product's code is another product's, or nobody's any more.
NOT_ITS_CODE = ("duplicate_code", "code_is_variant", "deleted_in_shop")

# Of several items with one code, the one that has it now: sooner what is for sale in the ERP than what is not any more,
# and what was listed last. What only a message or the feed has named is newer than every listing; of those listed
# together the first one, as in a pull (items.holder_of_code).
_other = item.alias()
_rank = sa.case(
    (sa.or_(_other.c.reason == "duplicate_code", _other.c.reason == "code_is_variant"), 2),
    (sa.or_(_other.c.retired.is_not(None), _other.c.reason == "inactive", is_gone(_other)), 1),
    else_=0,
)
HOLDS_CODE = item.c.erp_id == (
    sa.select(_other.c.erp_id)
    .where(
        _other.c.store_id == item.c.store_id,
        _other.c.code == item.c.code,
        # A parent is never sold itself: its variations are.
        (_other.c.kind == "parent") == (item.c.kind == "parent"),
    )
    .order_by(_rank, _other.c.listed_in.desc().nulls_first(), sa.func.length(_other.c.erp_id), _other.c.erp_id)
    .limit(1)
    .correlate(item)
    .scalar_subquery()
)

# One comparison each: a list is written into the statement anew each time that it is run.
ITS_CODE = sa.and_(*(item.c.reason.is_distinct_from(reason) for reason in NOT_ITS_CODE), HOLDS_CODE)


# By its code where that stands in the shop; else by the mapping that a message named.
AT = sa.and_(shelf.c.store_id == item.c.store_id, shelf.c.code == item.c.code)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a code stands in the shop."""

    shop_id: int
    variant_id: int | None = None
    fields_print: str | None = None
    images_print: str | None = None


def place(c: Connection, store_id: int, code: str) -> Place | None:
    found = c.execute(_PLACE, {"store": store_id, "wanted": code}).mappings().one_or_none()
    return Place(**found) if found else None


def shelve(c: Connection, store_id: int, pull_id: int, places: list[tuple[str, Place]]) -> None:
    """Remember where codes stand in the shop."""
    if not places:
        return
    c.execute(
        _shelving(insert_for(c)),
        [
            {
                "store_id": store_id,
                "code": code,
                "shop_id": where.shop_id,
                "variant_id": where.variant_id,
                "fields_print": where.fields_print,
                "images_print": where.images_print,
                "seen_in": pull_id,
            }
            for code, where in places
        ],
    )


def take_off_shelf(c: Connection, store_id: int, shop_id: int) -> None:
    """Forget a product of the shop, with its variants: it was removed."""
    c.execute(sa.delete(shelf).where(shelf.c.store_id == store_id, shelf.c.shop_id == shop_id))


_IS_WRITTEN = sa.and_(
    item.c.outcome.in_(["created", "updated", "unchanged"]),
    ITS_CODE,
)


def written_as(c: Connection, store_id: int, code: str) -> Item | None:
    """What was written to the shop under a code."""
    query = sa.select(item).where(item.c.store_id == store_id, item.c.code == code, _IS_WRITTEN)
    row = c.execute(query.order_by(item.c.erp_id).limit(1)).mappings().one_or_none()
    return Item(**row) if row else None


def shelved(c: Connection, store_id: int, after: int, count: int) -> dict[int, list[Item]]:
    """Of the next products of the shop by id, at most `count`: what was written of each, its own item first."""
    next_ids = sa.select(shelf.c.shop_id).where(shelf.c.store_id == store_id, shelf.c.shop_id > after).distinct()
    ids = list(c.scalars(next_ids.order_by(shelf.c.shop_id).limit(count)))
    query = (
        sa.select(shelf.c.shop_id.label("at"), item)
        .join(item, AT)
        .where(
            shelf.c.store_id == store_id,
            shelf.c.shop_id.in_(ids),
            _IS_WRITTEN,
        )
        .order_by(shelf.c.shop_id, item.c.kind == "variation", item.c.erp_id)
    )
    found: dict[int, list[Item]] = {shop_id: [] for shop_id in ids}
    for row in c.execute(query).mappings():
        values = dict(row)
        found[values.pop("at")].append(Item(**values))
    return found


def reprint(c: Connection, store_id: int, code: str, fields_print: str, images_print: str) -> None:
    """What the shop was just seen to hold under a code."""
    c.execute(
        sa.update(shelf)
        .where(shelf.c.store_id == store_id, shelf.c.code == code)
        .values(fields_print=fields_print, images_print=images_print)
    )


@functools.cache
def _shelving(insert: Any) -> Any:
    statement = insert(shelf)
    return statement.on_conflict_do_update(
        index_elements=["store_id", "code"],
        set_={k: statement.excluded[k] for k in ("shop_id", "variant_id", "fields_print", "images_print", "seen_in")},
    )


def sweep_shelf(c: Connection, store_id: int, pull_id: int) -> None:
    """Forget codes that the shop's list did not show in this pull: they were removed there."""
    c.execute(sa.delete(shelf).where(shelf.c.store_id == store_id, shelf.c.seen_in < pull_id))
