"""One product of a pull: its record and balance from the ERP, then what differs to the shop."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from connector.core import normalise, plan, stock
from connector.core.catalogue import ErpProduct, Kind, ShopProduct, Skip, Warning
from connector.core.errors import ContractBroken, Final, Refused
from connector.core.reasons import Reason
from connector.core.stock import StockMode
from connector.flows import pull as pull_flow
from connector.flows import question
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import claims, items, pulls, scan, stores, work
from connector.store.engine import Connection
from connector.store.items import Item, Place
from connector.store.pulls import Pull
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire import erp_records, webstore_records
from connector.wire.webstore_records import Written

# What the shop answers when it will not take a product, and what that means for the merchant.
_REFUSALS = {"product_deleted": Reason.DELETED_IN_SHOP, "code_is_variant": Reason.CODE_IS_VARIANT}


@dataclass(frozen=True, kw_only=True)
class _Visit:
    """One product's turn in a pull."""

    env: Env
    store: Store
    pull: Pull
    item: Item


async def pull_product(job: Job, env: Env) -> Outcome:
    """Bring one product, with its variations and levels, into the shop."""
    visit = await env.db.read(_visit, env, job)
    if visit is None:
        return Done()
    try:
        wanted = await _wanted(visit)
        if isinstance(wanted, Skip):
            await _settle(visit, "skipped", wanted.reason, wanted.detail)
        else:
            await _write(visit, wanted)
    except Refused as error:
        known = _REFUSALS.get(error.code)
        await _settle(visit, "skipped" if known else "failed", known or error.reason, error.detail)
    except (Final, ContractBroken) as error:
        await _settle(visit, "failed", error.reason, error.detail)
    return Done()


async def bury(job: Job, env: Env, reason: str, detail: str) -> None:
    """The product was given up; the pull goes on without it."""
    visit = await env.db.read(_visit, env, job)
    if visit is not None:
        await _settle(visit, "failed", Reason(reason), detail)


def _visit(c: Connection, env: Env, job: Job) -> _Visit | None:
    store, pull = stores.by_id(c, job.store_id), pulls.current(c, job.store_id)
    item = items.by_erp_id(c, job.store_id, job.key)
    if store is None or store.uninstalled_at or store.erp_token is None or pull is None or item is None:
        return None
    if item.done_in == pull.id:
        return None
    return _Visit(env=env, store=store, pull=pull, item=item)


async def _wanted(visit: _Visit) -> ShopProduct | Skip:
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


def _note_variation(c: Connection, visit: _Visit, product: ErpProduct) -> None:
    """What changed is a variation that was not met before: its product is read in the pull that follows."""
    items.change(c, visit.store.id, product.erp_id, kind=str(Kind.VARIATION), parent_id=product.parent_id or None)
    if product.parent_id:
        scan.note_changed(c, visit.store.id, [(product.parent_id, "", "")], visit.env.clock.now())


def _variations(c: Connection, visit: _Visit) -> list[Item]:
    return items.variations_of(c, visit.store.id, visit.item.erp_id, visit.pull.id)


def _code_is_taken(c: Connection, visit: _Visit, code: str) -> bool:
    holder = items.holder_of_code(c, visit.store.id, code, visit.pull.listed_from)
    return holder is not None and holder != visit.item.erp_id


async def _record(visit: _Visit, item: Item) -> ErpProduct | None:
    """The ERP's record: kept from before a stop, or read and kept now."""
    record = item.record
    if item.record_in != visit.pull.id:
        asked_at = visit.env.clock.now()
        record = await visit.env.erp(visit.store, Priority.CATALOGUE).product_record(item.erp_id)
        await visit.env.db.write(_keep_record, visit, item.erp_id, record, asked_at)
    return None if record is None else erp_records.parse_product(record)


def _keep_record(c: Connection, visit: _Visit, erp_id: str, record: dict[str, Any] | None, asked_at: datetime) -> None:
    items.keep_record(c, visit.store.id, erp_id, visit.pull.id, record, asked_at)
    if record is not None and erp_id == visit.item.erp_id:
        named = [(v.erp_id, v.code) for v in erp_records.parse_product(record).variations]
        items.keep_variations(c, visit.store.id, erp_id, visit.pull.id, named)


async def _level(visit: _Visit, item: Item) -> Skip | None:
    """The balance, kept in the same way, and the level that the shop shall show by it; Skip if none can be told."""
    if item.stock_in == visit.pull.id:
        return None if item.level is not None else await visit.env.db.read(_trouble, visit, item.stock)
    asked_at, after = visit.env.clock.now(), await visit.env.db.read(claims.last_number, visit.store.id, item.erp_id)
    record = await visit.env.erp(visit.store, Priority.CATALOGUE).stock_record(item.erp_id)
    if record is None:
        raise Final(Reason.GONE, f"{item.code}: no stock record")
    return await visit.env.db.write(_keep_stock, visit, item.erp_id, record, asked_at, after)


def _keep_stock(
    c: Connection, visit: _Visit, erp_id: str, record: dict[str, Any], asked_at: datetime, after: int
) -> Skip | None:
    items.change(c, visit.store.id, erp_id, stock_in=visit.pull.id)
    return question.answered(c, visit.env, visit.store.id, erp_id, record, asked_at, after)


def _trouble(c: Connection, visit: _Visit, record: dict[str, Any] | None) -> Skip | None:
    """Why a balance that is kept cannot be told."""
    store = stores.by_id(c, visit.store.id) or visit.store
    level = stock.level(erp_records.parse_stock(record or {}), StockMode(store.stock_mode), store.depot)
    return level if isinstance(level, Skip) else None


async def _write(visit: _Visit, wanted: ShopProduct) -> None:
    """Send what differs, and nothing else."""
    env, item, code = visit.env, visit.item, wanted.code
    place = await env.db.read(items.place, visit.store.id, code)
    if place is not None and place.variant_id is not None:
        await _settle(visit, "skipped", Reason.CODE_IS_VARIANT, code)
        return
    if place is None and item.reason == Reason.DELETED_IN_SHOP:
        await _settle(visit, "skipped", Reason.DELETED_IN_SHOP, code)
        return
    document = webstore_records.product_document(wanted)
    touched = place is None or place.fields_print != item.sent_print
    # Under another code, or gone from the shop, it is a product that was never sent.
    sent = item.sent if place else None
    document["variants"] = plan.variants(document["variants"], (sent or {}).get("variants", []))
    changes = plan.changes(document, sent, touched)
    shop = env.shop(visit.store)
    outcome = "unchanged"
    if changes:
        written = await shop.write_product(code, changes)
        await env.db.write(_remember, visit, document, written)
        changed = place is None or written.fields_print != place.fields_print
        outcome = "created" if place is None else "updated" if changed else "unchanged"
        place = Place(shop_id=written.shop_id, fields_print=written.fields_print, images_print=written.images_print)
    assert place is not None
    if await _write_images(visit, wanted, place) and outcome == "unchanged":
        outcome = "updated"
    await _settle(visit, outcome, warnings=[{k: str(v) for k, v in asdict(w).items()} for w in wanted.warnings])


def _remember(c: Connection, visit: _Visit, document: dict[str, Any], written: Written) -> None:
    items.shelve(c, visit.store.id, visit.pull.id, pull_flow.places(written))
    items.change(c, visit.store.id, visit.item.erp_id, sent=document, sent_print=written.fields_print)


async def _write_images(visit: _Visit, wanted: ShopProduct, place: Place) -> bool:
    """The ERP's pictures; where it has none, the shop's own stay."""
    aim = webstore_records.images_print(list(wanted.images))
    if not wanted.images or aim == place.images_print:
        return False
    await visit.env.shop(visit.store).write_images(place.shop_id, wanted.images)
    own = Place(shop_id=place.shop_id, fields_print=place.fields_print, images_print=aim)
    await visit.env.db.write(items.shelve, visit.store.id, visit.pull.id, [(wanted.code, own)])
    return True


async def _settle(
    visit: _Visit,
    outcome: str,
    reason: Reason | None = None,
    detail: str = "",
    warnings: list[dict[str, str]] | None = None,
) -> None:
    await visit.env.db.write(_settled, visit, outcome, reason, detail, warnings)


def _settled(
    c: Connection,
    visit: _Visit,
    outcome: str,
    reason: Reason | None,
    detail: str,
    warnings: list[dict[str, str]] | None,
) -> None:
    now, store_id = visit.env.clock.now(), visit.store.id
    for variation in items.variations_of(c, store_id, visit.item.erp_id, visit.pull.id):
        items.change(c, store_id, variation.erp_id, outcome=outcome, done_in=visit.pull.id)
    pulls.settle(
        c,
        visit.pull.id,
        store_id,
        visit.item.erp_id,
        outcome=outcome,
        reason=str(reason) if reason else None,
        detail=detail,
        warnings=warnings,
    )
    if items.untold_levels(c, store_id, 1):
        work.enqueue(c, store_id, "levels", now, priority=Priority.STOCK, after=pull_flow.GATHER)
    else:
        pull_flow.finish(c, visit.env, visit.pull)
