"""Stock and fields of some products: the ERP's answers against what the shop shows.

An answer about a balance is the ERP's word like any other (decisions §5): where a message was lost, the level is told
by it at once. Fields are only reported; the next pull, or a repair, brings them over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.core import normalise, stock
from connector.core import reconcile as core
from connector.core.catalogue import Kind, Skip
from connector.core.fifteen import STOCK, SWITCHABLE, kept
from connector.core.reconcile import Cause, Difference, Topic
from connector.core.stock import StockMode
from connector.flows import question
from connector.flows.looking import Look
from connector.store import claims, drifts, items, locks, reconciles, shelf, stores, work
from connector.store.engine import Connection
from connector.store.items import Item
from connector.wire import erp_records, webstore_fields, webstore_records
from connector.wire.webstore_fields import Shown

# Products whose shop side is read in one call; few, so that it is fresh when the ERP has answered about the last, and
# so that a night in which every shop is compared at once is not what the memory is made for.
PAGE = 5


@dataclass(frozen=True, kw_only=True)
class _Subject:
    """A product with its variations, as they were remembered before the shop was read."""

    shop_id: int
    items: list[Item]
    kept: frozenset[str]
    kept_levels: frozenset[str]


async def compare_some(look: Look) -> bool:
    """A page; whether there is more to compare and budget left for it."""
    since = int(look.run.position["since"])
    # Remembered before it is looked at: what is told in between is seen to have moved.
    subjects = await look.env.db.read(remembered, look, since)
    if not subjects:
        return await look.env.db.write(turn_round, look)
    # There may be more products in the shop than are known here: those before the first are not read, what lies behind
    # the page comes with the next one.
    page = await look.env.shop(look.store).products_shown(subjects[0].shop_id - 1, PAGE)
    shown = {product.written.shop_id: product for product in page}
    end = page[-1].written.shop_id if len(page) == PAGE else subjects[-1].shop_id
    for subject in subjects:
        if look.run.position["wrapped"] and subject.shop_id > look.run.position["from"]:
            return False
        if subject.shop_id > end:
            break
        if not await _compare(look, subject, shown.get(subject.shop_id)):
            return False
    await look.env.db.write(pass_by, look, min(end, subjects[-1].shop_id))
    return True


def remembered(c: Connection, look: Look, since: int) -> list[_Subject]:
    """The next products by their ids in the shop, with what was told of them and what is locked."""
    store = stores.by_id(c, look.store.id) or look.store
    off, found = store.fields_off or (), []
    for shop_id, own in shelf.shelved(c, store.id, since, PAGE).items():
        product = kept(off, locks.of(c, store.id, own[0].code)) if own else frozenset(off)
        levels = frozenset(
            item.code for item in own if STOCK in product or STOCK in kept(off, locks.of(c, store.id, item.code))
        )
        found.append(_Subject(shop_id=shop_id, items=own, kept=product, kept_levels=levels))
    return found


def turn_round(c: Connection, look: Look) -> bool:
    """Behind the last product follow those before the one that this comparison began with."""
    position = look.run.position
    is_over = position["wrapped"] or not position["from"]
    reconciles.change(c, look.run.id, position={**position, "since": 0, "wrapped": True})
    return not is_over


async def _compare(look: Look, subject: _Subject, shown: Shown | None) -> bool:
    """One product; False where the budget does not reach that far."""
    db = look.env.db
    if not subject.items or shown is None:
        await db.write(note_absent, look, subject)
        return True
    wanted = _calls(look, subject)
    granted = await db.write(grant, look, len(wanted))
    if granted < len(wanted) and not granted:
        return False
    for item, topic in wanted[:granted]:
        if topic is Topic.STOCK:
            await _ask_level(look, item, shown)
        else:
            record = await look.erp.product_record(item.erp_id)
            await db.write(keep_record, look, item, record)
    has_records = any(topic is Topic.FIELDS for _, topic in wanted) and granted == len(wanted)
    await db.write(note_product, look, subject, shown, has_records)
    return True


def _calls(look: Look, subject: _Subject) -> list[tuple[Item, Topic]]:
    """What the ERP has to be asked: a balance of everything that has one, and every record."""
    stocks = [
        (item, Topic.STOCK)
        for item in subject.items
        if look.asks_for(Topic.STOCK) and item.kind != Kind.PARENT and item.code not in subject.kept_levels
    ]
    is_locked = subject.kept.issuperset(SWITCHABLE)
    records = [(item, Topic.FIELDS) for item in subject.items if look.asks_for(Topic.FIELDS) and not is_locked]
    return [*stocks, *records]


def grant(c: Connection, look: Look, calls: int) -> int:
    """How many of these calls may be made: all or none, but for a product that is larger than a whole budget."""
    run = reconciles.by_id(c, look.run.id)
    granted = calls if calls <= run.left else 0 if run.counts.get("products") else run.left
    return granted if reconciles.spend(c, run.id, granted) else 0


async def _ask_level(look: Look, item: Item, shown: Shown) -> None:
    asked_at = look.env.clock.now()
    after = await look.env.db.read(claims.last_number, look.store.id, item.erp_id)
    record = await look.erp.stock_record(item.erp_id)
    if record is not None:
        await look.env.db.write(note_level, look, item, shown, record, asked_at, after)


def note_level(
    c: Connection, look: Look, item: Item, shown: Shown, record: dict[str, Any], asked_at: datetime, after: int
) -> None:
    """Compare a balance with the shop's, then take it for what it is: the ERP's word."""
    store, now = stores.kept_so(c, look.store.id) or look.store, look.env.clock.now()
    level = stock.level(erp_records.parse_stock(record), StockMode(store.stock_mode), store.depot)
    quantity = shown.quantities.get(item.code)
    is_moving = _is_level_moving(c, item)
    difference = None
    if not isinstance(level, Skip) and quantity is not None and not is_moving:
        difference = core.level(level, item.sent_level, quantity)
        drifts.note(c, store.id, Topic.STOCK, item.code, [difference] if difference else [], now)
    reconciles.count(c, look.run.id, stock=1, stock_moving=int(is_moving), stock_differs=int(difference is not None))
    question.answered(c, look.env, store.id, item.erp_id, record, asked_at, after)
    changed = items.by_erp_id(c, store.id, item.erp_id)
    if difference is not None and changed is not None and changed.level != changed.sent_level:
        # On its way to the shop by now.
        drifts.settle(c, store.id, Topic.STOCK, item.code, "", drifts.ERP, now)


def _is_level_moving(c: Connection, seen: Item) -> bool:
    """Whether a level is on its way to the shop, or has arrived there since the shop was read."""
    now = items.by_erp_id(c, seen.store_id, seen.erp_id)
    if now is None or now.sent_level != seen.sent_level:
        return True
    if now.level is not None and (now.level, now.level_kind) != (now.sent_level, now.sent_level_kind):
        return True
    return any(
        is_there(c, seen.store_id, kind, key)
        for kind, key in (("stock.ask", seen.erp_id), ("messages", ""))
        for is_there in (work.is_waiting, work.is_running)
    )


def keep_record(c: Connection, look: Look, item: Item, record: dict[str, Any] | None) -> None:
    """The ERP's answer, before anything is done with it."""
    items.change(c, look.store.id, item.erp_id, record=record)


def note_absent(c: Connection, look: Look, subject: _Subject) -> None:
    """The shop shows it no more, or nothing of ours is written there."""
    if subject.items:
        code = subject.items[0].code
        gone = Difference(erp=code, shop="", cause=Cause.REMOVED_IN_SHOP)
        drifts.note(c, look.store.id, Topic.FIELDS, code, [gone], look.env.clock.now())
        reconciles.count(c, look.run.id, products=1, fields_differ=1)
    pass_by(c, look, subject.shop_id)


def note_product(c: Connection, look: Look, subject: _Subject, shown: Shown, has_records: bool) -> None:
    """Compare the fields by the records that are kept by now, and go on behind this product."""
    differing = _note_fields(c, look, subject, shown) if has_records else 0
    reconciles.count(c, look.run.id, products=1, fields=int(has_records), fields_differ=differing)
    pass_by(c, look, subject.shop_id)


def pass_by(c: Connection, look: Look, shop_id: int) -> None:
    """Go on behind this product."""
    position = {**reconciles.by_id(c, look.run.id).position, "since": shop_id}
    reconciles.change(c, look.run.id, position=position)


def _note_fields(c: Connection, look: Look, subject: _Subject, shown: Shown) -> int:
    """How many fields differ."""
    now = [items.by_erp_id(c, look.store.id, item.erp_id) for item in subject.items]
    own, seen = now[0], subject.items[0]
    if own is None or own.sent_print != seen.sent_print or _is_being_pulled(c, own):
        return 0
    place = shelf.place(c, look.store.id, own.code)
    # Of an edit in the shop the next writing has to know.
    shelf.reprint(c, look.store.id, own.code, shown.written.fields_print, shown.written.images_print)
    is_untouched = shown.written.fields_print == own.sent_print
    knew_images = place is not None and place.images_print == shown.written.images_print
    found = _differences(subject, [item for item in now if item is not None], shown, is_untouched, knew_images)
    for code, differences in found.items():
        drifts.note(c, look.store.id, Topic.FIELDS, code, differences, look.env.clock.now())
    return sum(map(len, found.values()))


def _is_being_pulled(c: Connection, own: Item) -> bool:
    return any(is_there(c, own.store_id, "pull.product", own.erp_id) for is_there in (work.is_waiting, work.is_running))


def _differences(
    subject: _Subject, now: Sequence[Item], shown: Shown, is_untouched: bool, knew_images: bool
) -> dict[str, list[Difference]]:
    """By code of the product and of its variations. `is_untouched`: the shop holds what it was sent."""
    own, *variations = now
    if own.record is None:
        return {own.code: [Difference(erp="", shop=own.code, cause=Cause.GONE_IN_ERP)]}
    records = {v.erp_id: erp_records.parse_product(v.record) for v in variations if v.record is not None}
    wanted = normalise.shop_product(erp_records.parse_product(own.record), records)
    if isinstance(wanted, Skip):
        # Told on the merchant's page with its reason; what becomes of it there is the merchant's choice.
        return {own.code: []}
    document, sent, images = webstore_records.product_document(wanted), own.sent or {}, wanted.images or shown.images
    # As the shop cleans what it is sent, only an edit makes its own text of interest.
    there: Any = sent if is_untouched else shown.document
    found = {
        own.code: core.fields(
            webstore_fields.product_fields(document, images),
            webstore_fields.product_fields(sent, shown.images if knew_images else images),
            webstore_fields.product_fields(there, shown.images),
            off=subject.kept,
        )
    }
    for variant in wanted.variants:
        ours, told, theirs = (
            webstore_fields.variant_fields(holder, variant.code) for holder in (document, sent, there)
        )
        if ours is not None and theirs is None:
            ours = {"code": variant.code}
        found[variant.code] = core.fields(ours or {}, told or {}, theirs or {}, off=subject.kept)
    return found
