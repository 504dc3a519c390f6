"""One product's turn in a pull: what the ERP says of it, each answer kept before the next call, and what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connector.core import normalise, plan, stock
from connector.core.catalogue import ErpProduct, Kind, ShopProduct, Skip, Warning
from connector.core.errors import Final
from connector.core.fifteen import kept
from connector.core.reasons import Reason
from connector.core.stock import StockMode
from connector.flows import question
from connector.flows.env import Env
from connector.store import claims, items, locks, pulls, scan, stores
from connector.store.engine import Connection
from connector.store.items import Item
from connector.store.pulls import Pull
from connector.store.shelf import Place
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire import erp_records, webstore_records


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One product's turn in a pull."""

    env: Env
    store: Store
    pull: Pull
    item: Item
    kept: frozenset[str]
    is_locked: bool


def find(c: Connection, env: Env, job: Job) -> Visit | None:
    # Where none is under way the last one: a product that is read again by itself.
    store, pull = stores.by_id(c, job.store_id), pulls.open_or_last(c, job.store_id)
    item = items.by_erp_id(c, job.store_id, job.key)
    if store is None or store.uninstalled_at or store.erp_token is None or pull is None or item is None:
        return None
    if item.done_in == pull.id:
        return None
    lock = locks.of(c, store.id, item.code)
    return Visit(
        env=env,
        store=store,
        pull=pull,
        item=item,
        kept=kept(store.fields_off or (), lock),
        is_locked=lock is not None and lock.fields is None,
    )


async def wanted_of(visit: Visit) -> ShopProduct | Skip:
    """What the shop shall show; the ERP is asked for no more than what that takes."""
    product = await _record(visit, visit.item)
    if product is None:
        return Skip(reason=Reason.GONE)
    if product.kind is Kind.VARIATION and visit.pull.scope == pulls.SOME:
        await visit.env.db.write(_note_variation, visit, product)
    # Before the variations are read, since a product that is skipped needs no call for them.
    if isinstance(early := normalise.shop_product(product, {}), Skip):
        return early
    if await visit.env.db.read(_code_is_taken, visit, early.code):
        return Skip(reason=Reason.DUPLICATE_CODE, detail=early.code)
    if product.kind is not Kind.PARENT:
        return _noting(early, await _level(visit, visit.item))
    records: dict[str, ErpProduct] = {}
    trouble: Skip | None = None
    for variation in await visit.env.db.read(_variations, visit):
        if (record := await _record(visit, variation)) is not None:
            records[variation.erp_id] = record
        trouble = await _level(visit, variation) or trouble
    wanted = normalise.shop_product(product, records)
    return wanted if isinstance(wanted, Skip) else _noting(wanted, trouble)


def _noting(product: ShopProduct, trouble: Skip | None) -> ShopProduct:
    """The product, with a warning that its level cannot be told."""
    if trouble is None:
        return product
    warning = Warning(reason=trouble.reason, detail=trouble.detail)
    return replace(product, warnings=(*product.warnings, warning))


def _note_variation(c: Connection, visit: Visit, product: ErpProduct) -> None:
    """What changed is a variation that was not met before: its product is read in the pull that follows."""
    items.change(c, visit.store.id, product.erp_id, kind=str(Kind.VARIATION), parent_id=product.parent_id or None)
    if product.parent_id:
        scan.note_changed(c, visit.store.id, [(product.parent_id, "", "")], visit.env.clock.now())


def _variations(c: Connection, visit: Visit) -> list[Item]:
    return items.variations_of(c, visit.store.id, visit.item.erp_id, visit.pull.id)


def _code_is_taken(c: Connection, visit: Visit, code: str) -> bool:
    holder = items.holder_of_code(c, visit.store.id, code, visit.pull.listed_from)
    return holder is not None and holder != visit.item.erp_id


async def _record(visit: Visit, item: Item) -> ErpProduct | None:
    """The ERP's record: kept from before a stop, or read and kept now."""
    record = item.record
    if item.record_in != visit.pull.id:
        asked_at = visit.env.clock.now()
        record = await visit.env.erp(visit.store, Priority.CATALOGUE).product_record(item.erp_id)
        await visit.env.db.write(_keep_record, visit, item.erp_id, record, asked_at)
    return None if record is None else erp_records.parse_product(record)


def _keep_record(c: Connection, visit: Visit, erp_id: str, record: dict[str, Any] | None, asked_at: datetime) -> None:
    # What a dry pull has read has not reached the shop, so that it is as old as before.
    read_at = None if visit.pull.is_dry else asked_at
    items.keep_record(c, visit.store.id, erp_id, visit.pull.id, record, read_at)
    if record is None and not visit.pull.is_dry:
        scan.note_freed(c, visit.store.id, erp_id, visit.env.clock.now())
    if record is not None and erp_id == visit.item.erp_id:
        named = [(v.erp_id, v.code) for v in erp_records.parse_product(record).variations]
        items.keep_variations(c, visit.store.id, erp_id, visit.pull.id, named)


async def _level(visit: Visit, item: Item) -> Skip | None:
    """The balance, kept in the same way, and the level that the shop shall show by it; Skip if none can be told."""
    if item.stock_in == visit.pull.id:
        return (
            None
            if visit.pull.is_dry or item.level is not None
            else await visit.env.db.read(_trouble, visit, item.stock)
        )
    asked_at, after = visit.env.clock.now(), await visit.env.db.read(claims.last_number, visit.store.id, item.erp_id)
    record = await visit.env.erp(visit.store, Priority.CATALOGUE).stock_record(item.erp_id)
    if record is None:
        raise Final(Reason.GONE, f"{item.code}: no stock record")
    if visit.pull.is_dry:
        return await visit.env.db.write(_keep_for_plan, visit, item.erp_id, record)
    return await visit.env.db.write(_keep_stock, visit, item.erp_id, record, asked_at, after)


def _keep_stock(
    c: Connection, visit: Visit, erp_id: str, record: dict[str, Any], asked_at: datetime, after: int
) -> Skip | None:
    trouble = question.answered(c, visit.env, visit.store.id, erp_id, record, asked_at, after)
    items.change(c, visit.store.id, erp_id, stock_in=visit.pull.id)
    return trouble


def _keep_for_plan(c: Connection, visit: Visit, erp_id: str, record: dict[str, Any]) -> None:
    """Only kept: a level that is computed is a level that goes to the shop."""
    items.change(c, visit.store.id, erp_id, stock=record, stock_in=visit.pull.id)


def _trouble(c: Connection, visit: Visit, record: dict[str, Any] | None) -> Skip | None:
    """Why a balance that is kept cannot be told."""
    store = stores.by_id(c, visit.store.id) or visit.store
    level = stock.level(erp_records.parse_stock(record or {}), StockMode(store.stock_mode), store.depot)
    return level if isinstance(level, Skip) else None


def changes_of(visit: Visit, wanted: ShopProduct, place: Place | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the shop shall hold of the fields that are synchronised, and what of it is to be written."""
    item = visit.item
    whole = webstore_records.product_document(wanted)
    document = webstore_records.without(whole, visit.kept, is_new=place is None)
    if item.retired is not None:
        # It was us who hid it.
        document["active"] = True
    touched = place is None or place.fields_print != item.sent_print
    # Under another code, or gone from the shop, it is a product that was never sent.
    sent = item.sent if place else None
    document["variants"] = plan.variants(document["variants"], (sent or {}).get("variants", []))
    return document, plan.changes(document, sent, touched)
