"""Products and variations: what the ERP says of them, and what the shop was told."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.catalogue import Listing
from connector.store.tables import item, lock, shelf, store
from connector.store.work import _insert as insert_for


@dataclass(frozen=True, kw_only=True)
class Item:
    """A row of `item`."""

    store_id: int
    erp_id: str
    kind: str
    parent_id: str | None
    code: str
    name: str
    price: Decimal | None
    active: bool | None
    listed_in: int | None
    record_in: int | None
    stock_in: int | None
    done_in: int | None
    record: dict[str, Any] | None
    stock: dict[str, Any] | None
    level: Decimal | None
    level_kind: str | None
    sent: dict[str, Any] | None
    sent_print: str | None
    sent_price: Decimal | None
    retired: str | None
    mapped_product_id: int | None
    mapped_variant_id: int | None
    sent_level: Decimal | None
    sent_level_kind: str | None
    outcome: str | None
    reason: str | None
    detail: str | None
    warnings: list[dict[str, str]] | None
    read_at: datetime | None
    changed_at: datetime | None
    planned: dict[str, Any] | None
    image_trouble: str | None


# Built once: these run for every product.
_OWN = sa.and_(item.c.store_id == sa.bindparam("store"), item.c.erp_id == sa.bindparam("erp"))
_BY_ERP_ID = sa.select(item).where(_OWN)
_KEEP_RECORD = (
    sa.update(item)
    .where(_OWN)
    .values(
        record=sa.bindparam("kept"),
        record_in=sa.bindparam("pull"),
        read_at=sa.func.coalesce(sa.bindparam("at", type_=item.c.read_at.type), item.c.read_at),
    )
)
_KEEP_STOCK = sa.update(item).where(_OWN).values(stock=sa.bindparam("kept"))
_VARIATIONS = sa.select(item).where(
    item.c.store_id == sa.bindparam("store"),
    item.c.parent_id == sa.bindparam("parent"),
    item.c.listed_in == sa.bindparam("pull"),
)
_HOLDER = (
    sa.select(item.c.erp_id)
    .where(
        item.c.store_id == sa.bindparam("store"),
        item.c.code == sa.bindparam("wanted"),
        item.c.listed_in >= sa.bindparam("since"),
    )
    .order_by(sa.func.length(item.c.erp_id), item.c.erp_id)
    .limit(1)
)
_PLACE = sa.select(shelf.c.shop_id, shelf.c.variant_id, shelf.c.fields_print, shelf.c.images_print).where(
    shelf.c.store_id == sa.bindparam("store"), shelf.c.code == sa.bindparam("wanted")
)


def by_erp_id(c: Connection, store_id: int, erp_id: str) -> Item | None:
    row = c.execute(_BY_ERP_ID, {"store": store_id, "erp": erp_id}).mappings().one_or_none()
    return Item(**row) if row else None


def list_rows(c: Connection, store_id: int, pull_id: int, rows: Iterable[Listing]) -> list[Listing]:
    """Remember a page of the listing and return the rows that this pull had not met yet.

    A record moved to another page while the listing was read comes twice.
    """
    rows = list({row.erp_id: row for row in rows}.values())
    met = set(
        c.scalars(
            sa.select(item.c.erp_id).where(
                item.c.store_id == store_id,
                item.c.listed_in == pull_id,
                item.c.erp_id.in_([row.erp_id for row in rows]),
            )
        )
    )
    fresh = [row for row in rows if row.erp_id not in met]
    statement = insert_for(c)(item)
    statement = statement.on_conflict_do_update(
        index_elements=["store_id", "erp_id"],
        set_={k: statement.excluded[k] for k in ("kind", "code", "name", "price", "active", "listed_in")},
    )
    if fresh:
        c.execute(
            statement,
            [
                {
                    "store_id": store_id,
                    "erp_id": row.erp_id,
                    "kind": str(row.kind),
                    "code": row.code,
                    "name": row.name,
                    "price": row.price,
                    "active": row.active,
                    "listed_in": pull_id,
                }
                for row in fresh
            ],
        )
    return fresh


def keep_record(
    c: Connection, store_id: int, erp_id: str, pull_id: int, record: dict[str, Any] | None, asked_at: datetime | None
) -> None:
    """The ERP's answer for a product, kept before anything is done with it (None: there is no such product)."""
    c.execute(_KEEP_RECORD, {"store": store_id, "erp": erp_id, "kept": record, "pull": pull_id, "at": asked_at})


def keep_variations(
    c: Connection, store_id: int, parent_id: str, pull_id: int, variations: list[tuple[str, str]]
) -> None:
    """The (ERP id, code) of a parent's variations, which the listing may not have shown."""
    if not variations:
        return
    statement = insert_for(c)(item)
    statement = statement.on_conflict_do_update(
        index_elements=["store_id", "erp_id"],
        set_={
            "kind": "variation",
            "parent_id": statement.excluded.parent_id,
            "code": statement.excluded.code,
            "listed_in": statement.excluded.listed_in,
        },
    )
    rows = [
        {
            "store_id": store_id,
            "erp_id": erp_id,
            "kind": "variation",
            "parent_id": parent_id,
            "code": code,
            "name": "",
            "listed_in": pull_id,
        }
        for erp_id, code in variations
    ]
    c.execute(statement, rows)


def keep_stock(c: Connection, store_id: int, erp_id: str, stock: dict[str, Any]) -> None:
    """The ERP's balance as it answered it."""
    c.execute(_KEEP_STOCK, {"store": store_id, "erp": erp_id, "kept": stock})


def know(c: Connection, store_id: int, erp_id: str, code: str, product_id: int | None, variant_id: int | None) -> None:
    """Remember a product that a message names, and where its mapping says that it is in the shop."""
    statement = insert_for(c)(item).values(
        store_id=store_id,
        erp_id=erp_id,
        kind="simple",
        code=code,
        name="",
        mapped_product_id=product_id,
        mapped_variant_id=variant_id,
    )
    mapped = {k: statement.excluded[k] for k in ("mapped_product_id", "mapped_variant_id")}
    c.execute(statement.on_conflict_do_update(index_elements=["store_id", "erp_id"], set_=mapped))


def has_place(c: Connection, store_id: int, erp_id: str) -> bool:
    """Whether the shop can be told a level of this product."""
    return c.execute(_HAS_PLACE, {"store": store_id, "erp": erp_id}).first() is not None


def variations_of(c: Connection, store_id: int, parent_id: str, pull_id: int) -> list[Item]:
    """The variations that the parent's record named in this pull."""
    found = c.execute(_VARIATIONS, {"store": store_id, "parent": parent_id, "pull": pull_id})
    # Sorted here: asked to sort by the primary key, SQLite walks all of it instead of the parent's index.
    return sorted((Item(**row) for row in found.mappings()), key=lambda variation: variation.erp_id)


def change(c: Connection, store_id: int, erp_id: str, /, **values: Any) -> None:
    new = {f"new_{name}": value for name, value in values.items()}
    c.execute(_changing(frozenset(values)), {"store": store_id, "erp": erp_id, **new})


# The same few sets of columns are changed for every product.
@functools.cache
def _changing(names: frozenset[str]) -> sa.Update:
    return sa.update(item).where(_OWN).values({name: sa.bindparam(f"new_{name}") for name in names})


def holder_of_code(c: Connection, store_id: int, code: str, since: int) -> str | None:
    """The ERP id of the first product or variation, listed in this pull or later, that has the code."""
    holder: str | None = c.scalar(_HOLDER, {"store": store_id, "wanted": code, "since": since})
    return holder


@dataclass(frozen=True, kw_only=True)
class Untold:
    """A level that the shop has not been told: where it goes and what it is."""

    erp_id: str
    level: Decimal
    kind: str
    shop_id: int
    variant_id: int | None


# Reasons for which what stands in the shop under a product's code is another product's, or nobody's any more.
NOT_ITS_CODE = ("duplicate_code", "code_is_variant", "deleted_in_shop")

# The same condition as the index's, so that both engines use it.
_UNTOLD = sa.text("level IS NOT NULL AND (sent_level IS NULL OR sent_level <> level OR sent_level_kind <> level_kind)")


# By its code where that stands in the shop; else by the mapping that a message named.
_AT = sa.and_(shelf.c.store_id == item.c.store_id, shelf.c.code == item.c.code)
_CAN_BE_TOLD = sa.or_(
    sa.and_(shelf.c.shop_id.is_not(None), sa.func.coalesce(item.c.reason, "").not_in(NOT_ITS_CODE)),
    sa.and_(shelf.c.shop_id.is_(None), item.c.mapped_product_id.is_not(None)),
) & item.c.outcome.is_distinct_from("failed")
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
# Not sorted: by the primary key SQLite would walk the whole catalogue instead of the small index.
_UNTOLD_LEVELS = (
    sa.select(
        item.c.erp_id,
        item.c.level,
        item.c.level_kind,
        sa.func.coalesce(shelf.c.shop_id, item.c.mapped_product_id),
        sa.case((shelf.c.shop_id.is_(None), item.c.mapped_variant_id), else_=shelf.c.variant_id),
    )
    .join(shelf, _AT, isouter=True)
    .where(item.c.store_id == sa.bindparam("store"), _UNTOLD, _CAN_BE_TOLD, ~_IS_KEPT)
    .limit(sa.bindparam("most"))
)
_HAS_PLACE = sa.select(item.c.erp_id).join(shelf, _AT, isouter=True).where(_OWN, _CAN_BE_TOLD)


def untold_levels(c: Connection, store_id: int, limit: int) -> list[Untold]:
    """Levels that the shop has not been told, of products that it has."""
    found = c.execute(_UNTOLD_LEVELS, {"store": store_id, "most": limit})
    return [
        Untold(erp_id=erp_id, level=level, kind=kind, shop_id=shop_id, variant_id=variant_id)
        for erp_id, level, kind, shop_id, variant_id in found
    ]


def told(c: Connection, store_id: int, levels: list[Untold]) -> None:
    """The shop has taken these levels."""
    taken = [
        {"store": store_id, "erp": one.erp_id, "new_sent_level": one.level, "new_sent_level_kind": one.kind}
        for one in levels
    ]
    if taken:
        c.execute(_changing(frozenset({"sent_level", "sent_level_kind"})), taken)


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


def note_image_troubles(c: Connection, store_id: int, troubles: dict[str, str | None]) -> None:
    """What is wrong with the pictures of these products in the shop, by code; None: nothing."""
    for code, trouble in troubles.items():
        which = (item.c.store_id == store_id, item.c.code == code, item.c.image_trouble.is_distinct_from(trouble))
        c.execute(sa.update(item).where(*which).values(image_trouble=trouble))


def take_off_shelf(c: Connection, store_id: int, shop_id: int) -> None:
    """Forget a product of the shop, with its variants: it was removed."""
    c.execute(sa.delete(shelf).where(shelf.c.store_id == store_id, shelf.c.shop_id == shop_id))


_IS_WRITTEN = sa.and_(
    item.c.outcome.in_(["created", "updated", "unchanged"]),
    sa.func.coalesce(item.c.reason, "").not_in(NOT_ITS_CODE),
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
        .join(item, _AT)
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


def outcomes(c: Connection, store_id: int) -> dict[str, int]:
    """How many products (not variations) ended how."""
    query = (
        sa.select(item.c.outcome, sa.func.count())
        .where(item.c.store_id == store_id, item.c.kind != "variation", item.c.outcome.is_not(None))
        .group_by(item.c.outcome)
    )
    return dict(c.execute(query).all())


def troubled(c: Connection, store_id: int, limit: int = 200) -> list[sa.Row[Any]]:
    """Products that were not written, or with something left out: code, name, outcome, reason, detail, warnings."""
    told = (item.c.code, item.c.name, item.c.outcome, item.c.reason, item.c.detail, item.c.warnings)
    query = sa.select(*told, item.c.image_trouble).where(
        item.c.store_id == store_id,
        item.c.kind != "variation",
        sa.or_(
            item.c.outcome.in_(["skipped", "failed"]), item.c.warnings.is_not(None), item.c.image_trouble.is_not(None)
        ),
    )
    return list(c.execute(query.order_by(item.c.outcome, item.c.code).limit(limit)))


def kept_stocks(c: Connection, store_id: int) -> list[tuple[str, dict[str, Any]]]:
    """ERP id and raw balance of everything whose balance was read."""
    query = sa.select(item.c.erp_id, item.c.stock).where(item.c.store_id == store_id, item.c.stock.is_not(None))
    return [(erp_id, record) for erp_id, record in c.execute(query)]


def some_stock(c: Connection, store_id: int) -> dict[str, Any] | None:
    """The raw balance of any one product."""
    record: dict[str, Any] | None = c.scalar(
        sa.select(item.c.stock).where(item.c.store_id == store_id, item.c.stock.is_not(None)).limit(1)
    )
    return record


# Products that the shop has from us.
_OURS = (item.c.kind != "variation", item.c.sent.is_not(None), item.c.retired.is_(None))


def count_ours(c: Connection, store_id: int) -> int:
    """How many products we have written and not taken back."""
    return c.scalar(sa.select(sa.func.count()).where(item.c.store_id == store_id, *_OURS)) or 0


def count_inactive(c: Connection, store_id: int, pull_id: int) -> int:
    """How many of them this pull's listing shows as inactive."""
    listed = (item.c.store_id == store_id, item.c.listed_in == pull_id, item.c.active.is_(False))
    return c.scalar(sa.select(sa.func.count()).where(*listed, *_OURS)) or 0


def not_listed(c: Connection, store_id: int, pull_id: int) -> list[str]:
    """ERP ids of those that this pull's listing did not show."""
    query = sa.select(item.c.erp_id).where(item.c.store_id == store_id, item.c.listed_in.is_distinct_from(pull_id))
    return list(c.scalars(query.where(*_OURS).order_by(item.c.erp_id)))


def prices(c: Connection, store_id: int, pull_id: int) -> Iterator[tuple[Decimal | None, Decimal]]:
    """Of those that it shows: the listed price and the one that was sent last."""
    listed = (item.c.store_id == store_id, item.c.listed_in == pull_id, item.c.active.is_distinct_from(sa.false()))
    query = sa.select(item.c.price, item.c.sent_price).where(*listed, *_OURS, item.c.sent_price.is_not(None))
    yield from c.execute(query.execution_options(yield_per=1000))


def plans(c: Connection, store_id: int, pull_id: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Code, name and plan of each product of a dry pull, by code."""
    query = sa.select(item.c.code, item.c.name, item.c.planned).where(
        item.c.store_id == store_id, item.c.done_in == pull_id, item.c.planned.is_not(None)
    )
    yield from c.execute(query.order_by(item.c.code, item.c.erp_id).execution_options(yield_per=500))
