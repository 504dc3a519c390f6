"""Products and variations: what the ERP says of them, and what the shop was told."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.core.catalogue import Listing
from connector.store.tables import item
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


def is_gone(which: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether the ERP said, when it was asked last, that there is no such product."""
    return sa.and_(which.c.record_in.is_not(None), which.c.record.is_(None))


# Built once: these run for every product.
OWN = sa.and_(item.c.store_id == sa.bindparam("store"), item.c.erp_id == sa.bindparam("erp"))
_BY_ERP_ID = sa.select(item).where(OWN)
_LEVEL = sa.select(item.c.level).where(OWN)
_KIND = sa.select(item.c.kind).where(OWN)
_KEEP_RECORD = (
    sa.update(item)
    .where(OWN)
    .values(
        record=sa.bindparam("kept"),
        record_in=sa.bindparam("pull"),
        read_at=sa.func.coalesce(sa.bindparam("at", type_=item.c.read_at.type), item.c.read_at),
    )
)
_KEEP_STOCK = sa.update(item).where(OWN).values(stock=sa.bindparam("kept"))
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
        ~is_gone(item),
    )
    .order_by(sa.func.length(item.c.erp_id), item.c.erp_id)
    .limit(1)
)


def by_erp_id(c: Connection, store_id: int, erp_id: str) -> Item | None:
    row = c.execute(_BY_ERP_ID, {"store": store_id, "erp": erp_id}).mappings().one_or_none()
    return Item(**row) if row else None


def kind(c: Connection, store_id: int, erp_id: str) -> str | None:
    """What kind of product it is; None where it is not known."""
    found: str | None = c.scalar(_KIND, {"store": store_id, "erp": erp_id})
    return found


def level(c: Connection, store_id: int, erp_id: str) -> Decimal | None:
    """The level that the shop is to show; None where there is none, or no such product."""
    found: Decimal | None = c.scalar(_LEVEL, {"store": store_id, "erp": erp_id})
    return found


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


def hold(c: Connection, store_id: int, erp_ids: Sequence[str]) -> None:
    """Lock these products, in this order, until the end of the transaction (PostgreSQL; SQLite has one writer)."""
    if c.dialect.name == "postgresql" and erp_ids:
        which = sa.select(item.c.erp_id).where(item.c.store_id == store_id, item.c.erp_id.in_(erp_ids))
        c.execute(which.order_by(item.c.erp_id).with_for_update())


def know(c: Connection, store_id: int, erp_id: str, code: str, product_id: int | None, variant_id: int | None) -> None:
    """Remember a product that a message names, and where its mapping says that it is in the shop."""
    named = {"store_id": store_id, "erp_id": erp_id, "kind": "simple", "code": code, "name": ""}
    c.execute(_knowing(insert_for(c)), {**named, "mapped_product_id": product_id, "mapped_variant_id": variant_id})


# Built once for each kind of database: this runs with every message.
@functools.cache
def _knowing(insert: Any) -> Any:
    statement = insert(item)
    mapped = {name: statement.excluded[name] for name in ("mapped_product_id", "mapped_variant_id")}
    # Most messages name what is known: a row with a record in it is not written anew for nothing.
    differs = sa.or_(*(item.c[name].is_distinct_from(value) for name, value in mapped.items()))
    return statement.on_conflict_do_update(index_elements=["store_id", "erp_id"], set_=mapped, where=differs)


def variations_of(c: Connection, store_id: int, parent_id: str, pull_id: int) -> list[Item]:
    """The variations that the parent's record named in this pull."""
    found = c.execute(_VARIATIONS, {"store": store_id, "parent": parent_id, "pull": pull_id})
    # Sorted here: asked to sort by the primary key, SQLite walks all of it instead of the parent's index.
    return sorted((Item(**row) for row in found.mappings()), key=lambda variation: variation.erp_id)


def change(c: Connection, store_id: int, erp_id: str, /, **values: Any) -> None:
    new = {f"new_{name}": value for name, value in values.items()}
    c.execute(_changing(frozenset(values)), {"store": store_id, "erp": erp_id, **new})


def relevel(c: Connection, store_id: int, levels: dict[str, Decimal | None], kind: str) -> None:
    """Set the levels of many products, by ERP id, all of one kind."""
    rows = [{"store": store_id, "erp": erp_id, "new_level": levels[erp_id]} for erp_id in sorted(levels)]
    if rows:
        c.execute(_changing(frozenset(("level", "level_kind"))), [{**row, "new_level_kind": kind} for row in rows])


# The same few sets of columns are changed for every product.
@functools.cache
def _changing(names: frozenset[str]) -> sa.Update:
    return sa.update(item).where(OWN).values({name: sa.bindparam(f"new_{name}") for name in names})


def holder_of_code(c: Connection, store_id: int, code: str, since: int) -> str | None:
    """The ERP id of the first product or variation, listed in this pull or later and not gone, that has the code."""
    holder: str | None = c.scalar(_HOLDER, {"store": store_id, "wanted": code, "since": since})
    return holder


def note_image_troubles(c: Connection, store_id: int, troubles: dict[str, str | None]) -> None:
    """What is wrong with the pictures of these products in the shop, by code; None: nothing."""
    for code, trouble in troubles.items():
        which = (item.c.store_id == store_id, item.c.code == code, item.c.image_trouble.is_distinct_from(trouble))
        c.execute(sa.update(item).where(*which).values(image_trouble=trouble))


def outcomes(c: Connection, store_id: int, pull_id: int | None = None) -> dict[str, int]:
    """How many products (not variations) ended how; with a pull only those that it has done."""
    done = () if pull_id is None else (item.c.done_in == pull_id,)
    query = (
        sa.select(item.c.outcome, sa.func.count())
        .where(item.c.store_id == store_id, item.c.kind != "variation", item.c.outcome.is_not(None), *done)
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


def kept_stocks(c: Connection, store_id: int) -> list[tuple[str, dict[str, Any], Decimal | None]]:
    """ERP id, raw balance and level of everything whose balance was read."""
    kept = (item.c.store_id == store_id, item.c.stock.is_not(None))
    query = sa.select(item.c.erp_id, item.c.stock, item.c.level).where(*kept)
    return [(erp_id, record, level) for erp_id, record, level in c.execute(query)]


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
