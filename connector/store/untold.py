"""Levels that the shop has not been told yet, and where it is to be told of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from connector.store.items import OWN
from connector.store.shelf import AT, ITS_CODE
from connector.store.tables import item, lock, shelf, store
from connector.store.types import Exact


def shown(c: Connection, store_id: int, erp_id: str) -> tuple[Decimal | None, bool]:
    """The level that the shop is to show of a product that is known, and whether it can be told one."""
    level, has_place = c.execute(_SHOWN, {"store": store_id, "erp": erp_id}).one()
    return level, bool(has_place)


@dataclass(frozen=True, kw_only=True)
class Untold:
    """A level that the shop has not been told: where it goes and what it is."""

    erp_id: str
    level: Decimal
    kind: str
    shop_id: int
    variant_id: int | None


# The same condition as the index's, so that both engines use it.
_UNTOLD = sa.text("level IS NOT NULL AND (sent_level IS NULL OR sent_level <> level OR sent_level_kind <> level_kind)")


# Not where the shop has refused a level; that it refused the product's fields is no reason to let its stock grow old.
_CAN_BE_TOLD = sa.or_(
    sa.and_(shelf.c.shop_id.is_not(None), ITS_CODE),
    sa.and_(shelf.c.shop_id.is_(None), item.c.mapped_product_id.is_not(None)),
) & item.c.reason.is_distinct_from("level_refused")


# Its own code's lock, or that of the product whose variation it is; or the store's switch.
_PARENT = item.alias()


_CODE_OF_PARENT = (
    sa.select(_PARENT.c.code)
    .where(_PARENT.c.store_id == item.c.store_id, _PARENT.c.erp_id == item.c.parent_id)
    .correlate(item)
    .scalar_subquery()
)


_IS_KEPT = sa.or_(
    sa.exists().where(
        lock.c.store_id == item.c.store_id,
        lock.c.holds_stock,
        sa.or_(lock.c.code == item.c.code, lock.c.code == _CODE_OF_PARENT),
    ),
    sa.exists().where(store.c.id == item.c.store_id, sa.type_coerce(store.c.fields_off, sa.Text).like('%"stock"%')),
)


# By the index's order, each batch from where the one before it ended: what was told lies in PostgreSQL's index until it
# is cleaned up, and a search from the beginning would step over all of it each time.
_UNTOLD_LEVELS = (
    sa.select(
        item.c.erp_id,
        item.c.level,
        item.c.level_kind,
        sa.func.coalesce(shelf.c.shop_id, item.c.mapped_product_id),
        sa.case((shelf.c.shop_id.is_(None), item.c.mapped_variant_id), else_=shelf.c.variant_id),
    )
    .join(shelf, AT, isouter=True)
    .where(item.c.store_id == sa.bindparam("store"), item.c.erp_id > sa.bindparam("after"))
    .where(_UNTOLD, _CAN_BE_TOLD, ~_IS_KEPT)
    .order_by(item.c.erp_id)
    .limit(sa.bindparam("most"))
)


_SHOWN = sa.select(item.c.level, _CAN_BE_TOLD.label("has_place")).join(shelf, AT, isouter=True).where(OWN)


_TOLD = (
    sa.update(item)
    .where(OWN)
    .values(sent_level=sa.bindparam("new_sent_level"), sent_level_kind=sa.bindparam("new_sent_level_kind"))
)


# PostgreSQL takes all of them as one statement, which costs less than one for each.
_TAKEN = (
    sa.func.unnest(
        sa.bindparam("erps", type_=ARRAY(sa.Text)),
        sa.bindparam("levels", type_=ARRAY(Exact)),
        sa.bindparam("kinds", type_=ARRAY(sa.Text)),
    )
    .table_valued("erp", "level", "kind")
    .render_derived(name="taken")
)


_TOLD_AT_ONCE = (
    sa.update(item)
    .where(item.c.store_id == sa.bindparam("store"), item.c.erp_id == _TAKEN.c.erp)
    .values(sent_level=_TAKEN.c.level, sent_level_kind=_TAKEN.c.kind)
    .cte("told")
)


# The selection sees the rows as they were before the update beside it; all that it updates lies before `after`.
_TOLD_AND_OTHERS = _UNTOLD_LEVELS.add_cte(_TOLD_AT_ONCE)


def untold_levels(c: Connection, store_id: int, limit: int, after: str = "") -> list[Untold]:
    """Levels that the shop has not been told, of products that it has, by their ERP id and `after` one."""
    return _untold(c.execute(_UNTOLD_LEVELS, {"store": store_id, "most": limit, "after": after}))


def _untold(found: Iterable[Any]) -> list[Untold]:
    return [
        Untold(erp_id=erp_id, level=level, kind=kind, shop_id=shop_id, variant_id=variant_id)
        for erp_id, level, kind, shop_id, variant_id in found
    ]


def told(c: Connection, store_id: int, taken: list[Untold], limit: int, after: str) -> list[Untold]:
    """The shop has taken these levels; returned is what follows `after`, which must not lie before any of them.

    One statement on PostgreSQL, which needs no transaction around it.
    """
    if c.dialect.name == "postgresql":
        erps, kinds = [one.erp_id for one in taken], [one.kind for one in taken]
        which = {"store": store_id, "erps": erps, "levels": [one.level for one in taken], "kinds": kinds}
        return _untold(c.execute(_TOLD_AND_OTHERS, {**which, "most": limit, "after": after}))
    each = [
        {"store": store_id, "erp": one.erp_id, "new_sent_level": one.level, "new_sent_level_kind": one.kind}
        for one in taken
    ]
    if each:
        c.execute(_TOLD, each)
    return untold_levels(c, store_id, limit, after)
