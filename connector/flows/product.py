"""One product of a pull: its record and balance from the ERP, then what differs to the shop."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from connector.core import fields
from connector.core.catalogue import ShopProduct, Skip
from connector.core.errors import ContractBroken, Final, Refused
from connector.core.fifteen import IMAGES, PRICE
from connector.core.preferences import Retiring
from connector.core.reasons import Reason
from connector.flows import brake, dry, retiring
from connector.flows import pull as pull_flow
from connector.flows import visit as visit_flow
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome, Snooze
from connector.flows.visit import Visit
from connector.store import items, pulls, shelf, untold, work
from connector.store.engine import Connection
from connector.store.shelf import Place
from connector.store.work import Job, Priority
from connector.wire import webstore_records
from connector.wire.webstore_records import Written

# What the shop answers when it will not take a product, and what that means for the merchant.
_REFUSALS = {"product_deleted": Reason.DELETED_IN_SHOP, "code_is_variant": Reason.CODE_IS_VARIANT}


# Seconds, while the pull waits for a person.
_LOOK_AGAIN = 300.0


async def pull_product(job: Job, env: Env) -> Outcome:
    """Bring one product, with its variations and levels, into the shop."""
    visit = await env.db.read(visit_flow.find, env, job)
    if visit is None:
        return Done()
    if visit.pull.stage == pulls.BRAKED:
        return Snooze(_LOOK_AGAIN, Reason.CATALOGUE_BRAKE)
    if visit.pull.is_dry:
        await dry.plan(visit, await _wanted_or_skip(visit))
        return Done()
    try:
        return await _bring(visit)
    except Refused as error:
        known = _REFUSALS.get(error.code)
        await _settle(visit, "skipped" if known else "failed", known or error.reason, error.detail)
    except (Final, ContractBroken) as error:
        await _settle(visit, "failed", error.reason, error.detail)
    return Done()


async def _bring(visit: Visit) -> Outcome:
    if visit.is_locked:
        await _settle(visit, "skipped", Reason.LOCKED)
        return Done()
    wanted = await visit_flow.wanted_of(visit)
    if isinstance(wanted, Skip):
        reason = await _retire(visit, wanted.reason) or wanted.reason
        await _settle(visit, "skipped", reason, wanted.detail)
    elif _is_surprise(visit, wanted) and await _is_one_too_many(visit, wanted):
        return Snooze(_LOOK_AGAIN, Reason.CATALOGUE_BRAKE)
    else:
        await _write(visit, wanted)
    return Done()


async def _retire(visit: Visit, reason: Reason) -> Reason | None:
    """Take it out of the shop's sight, if the merchant has chosen so; the reason to show then."""
    chosen = {Reason.INACTIVE: visit.store.inactive_action, Reason.GONE: visit.store.excluded_action}.get(reason)
    if chosen is None or chosen == Retiring.KEEP:
        return None
    if visit.item.retired is not None:
        return Reason.HIDDEN if visit.item.retired == "hidden" else Reason.REMOVED
    if await visit.env.db.read(retiring.is_to_stay, visit.store, visit.item, chosen):
        return None
    return await retiring.take_out(visit.env, visit.store, visit.item, Retiring(chosen))


def _is_surprise(visit: Visit, wanted: ShopProduct) -> bool:
    """Whether it gets another price of which the listing did not tell."""
    sent = visit.item.sent_price
    if sent is None or sent == wanted.price or PRICE in visit.kept:
        return False
    if visit.pull.finished_at is not None:
        # Read again because a person has decided so.
        return False
    return fields.money(visit.item.price) == sent


async def _is_one_too_many(visit: Visit, wanted: ShopProduct) -> bool:
    return await visit.env.db.write(brake.surprised, visit.env, visit.pull.id, visit.item.erp_id, wanted.price)


async def _wanted_or_skip(visit: Visit) -> ShopProduct | Skip:
    """The same for a plan, in which a product that cannot be read is one that is skipped."""
    try:
        return Skip(reason=Reason.LOCKED) if visit.is_locked else await visit_flow.wanted_of(visit)
    except (Final, ContractBroken) as error:
        return Skip(reason=error.reason, detail=error.detail)


async def bury(job: Job, env: Env, reason: str, detail: str) -> None:
    """The product was given up; the pull goes on without it."""
    visit = await env.db.read(visit_flow.find, env, job)
    if visit is not None and visit.pull.is_dry:
        await dry.plan(visit, Skip(reason=Reason(reason), detail=detail))
    elif visit is not None:
        await _settle(visit, "failed", Reason(reason), detail)


async def _write(visit: Visit, wanted: ShopProduct) -> None:
    """Send what differs, and nothing else."""
    env, item, code = visit.env, visit.item, wanted.code
    place = await env.db.read(shelf.place, visit.store.id, code)
    if place is not None and place.variant_id is not None:
        await _settle(visit, "skipped", Reason.CODE_IS_VARIANT, code)
        return
    if place is None and item.reason == Reason.DELETED_IN_SHOP:
        await _settle(visit, "skipped", Reason.DELETED_IN_SHOP, code)
        return
    document, changes = visit_flow.changes_of(visit, wanted, place)
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


def _remember(c: Connection, visit: Visit, document: dict[str, Any], written: Written) -> None:
    shelf.shelve(c, visit.store.id, visit.pull.id, pull_flow.places(written))
    # That it is shown again was told once; another time it is nobody's business but the shop's.
    kept_of_it = {key: value for key, value in document.items() if key != "active"}
    price = document.get("price")
    items.change(
        c,
        visit.store.id,
        visit.item.erp_id,
        sent=kept_of_it,
        sent_print=written.fields_print,
        sent_price=None if price is None else Decimal(price),
        retired=None,
    )


async def _write_images(visit: Visit, wanted: ShopProduct, place: Place) -> bool:
    """The ERP's pictures; where it has none, the shop's own stay."""
    aim = webstore_records.images_print(list(wanted.images))
    if not wanted.images or aim == place.images_print or IMAGES in visit.kept:
        return False
    await visit.env.shop(visit.store).write_images(place.shop_id, wanted.images)
    own = Place(shop_id=place.shop_id, fields_print=place.fields_print, images_print=aim)
    await visit.env.db.write(shelf.shelve, visit.store.id, visit.pull.id, [(wanted.code, own)])
    return True


async def _settle(
    visit: Visit,
    outcome: str,
    reason: Reason | None = None,
    detail: str = "",
    warnings: list[dict[str, str]] | None = None,
) -> None:
    await visit.env.db.write(_settled, visit, outcome, reason, detail, warnings)


def _settled(
    c: Connection,
    visit: Visit,
    outcome: str,
    reason: Reason | None,
    detail: str,
    warnings: list[dict[str, str]] | None,
) -> None:
    now, store_id = visit.env.clock.now(), visit.store.id
    if outcome == "failed" and reason != Reason.SHOP_REFUSED and visit.item.reason in shelf.NOT_ITS_CODE:
        # What was not brought as far as the shop: what is known of whose code it is goes on.
        reason, detail = Reason(visit.item.reason), visit.item.detail or ""
    for variation in items.variations_of(c, store_id, visit.item.erp_id, visit.pull.id):
        # What was said of it alone, before its product was known, holds no longer.
        items.change(c, store_id, variation.erp_id, outcome=outcome, reason=None, detail=None, done_in=visit.pull.id)
    pulls.settle(
        c,
        visit.pull.id,
        store_id,
        visit.item.erp_id,
        now,
        outcome=outcome,
        reason=str(reason) if reason else None,
        detail=detail,
        warnings=warnings,
    )
    if untold.untold_levels(c, store_id, 1):
        work.enqueue(c, store_id, "levels", now, priority=Priority.STOCK, after=pull_flow.GATHER)
    else:
        pull_flow.finish(c, visit.env, visit.pull)
