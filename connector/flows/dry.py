"""A pull that writes nothing: for each product what a real one would do, by the shop's own documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connector.core import difference, stock
from connector.core.catalogue import Kind, ShopProduct, Skip
from connector.core.fifteen import IMAGES, STOCK
from connector.core.preferences import Retiring
from connector.core.reasons import Reason
from connector.core.stock import StockMode
from connector.flows import visit as visit_flow
from connector.flows.visit import Visit
from connector.store import items, pulls, shelf
from connector.store.engine import Connection
from connector.wire import erp_records

CREATE, UPDATE, SAME, SKIP, CONFLICT = "create", "update", "same", "skip", "conflict"

# What the shop's side stands against, so that somebody has to correct one of both.
_CONFLICTS = (
    Reason.CODE_IS_VARIANT,
    Reason.DELETED_IN_SHOP,
    Reason.DUPLICATE_CODE,
    Reason.SAME_OPTIONS,
    Reason.AXES_DISAGREE,
)


async def plan(visit: Visit, wanted: ShopProduct | Skip) -> None:
    """Compare one product with the shop, and remember what would be done."""
    code = visit.item.code if isinstance(wanted, Skip) else wanted.code
    shown = await visit.env.shop(visit.store).product(code) if code else None
    planned = _skipped(visit, wanted, shown) if isinstance(wanted, Skip) else await _planned(visit, wanted, shown)
    await visit.env.db.write(keep_plan, visit, planned)


def keep_plan(c: Connection, visit: Visit, planned: dict[str, Any]) -> None:
    """One product more of the plan; the last one ends it."""
    items.change(c, visit.store.id, visit.item.erp_id, planned=planned)
    pulls.count_done(c, visit.pull.id, visit.store.id, visit.item.erp_id, visit.env.clock.now())
    pulls.finish_if_complete(c, visit.pull.id, visit.env.clock.now())


def _skipped(visit: Visit, skip: Skip, shown: dict[str, Any] | None) -> dict[str, Any]:
    chosen = {Reason.INACTIVE: visit.store.inactive_action, Reason.GONE: visit.store.excluded_action}.get(skip.reason)
    is_ours = visit.item.sent is not None and visit.item.retired is None and shown is not None
    if chosen in (Retiring.HIDE, Retiring.REMOVE) and is_ours:
        change = ["active", "true", "false"] if chosen == Retiring.HIDE else ["product", "present", "removed"]
        return {"action": UPDATE, "reason": str(skip.reason), "changes": [change]}
    action = CONFLICT if skip.reason in _CONFLICTS else SKIP
    return {"action": action, "reason": str(skip.reason), "detail": skip.detail, "changes": []}


async def _planned(visit: Visit, wanted: ShopProduct, shown: dict[str, Any] | None) -> dict[str, Any]:
    place = await visit.env.db.read(shelf.place, visit.store.id, wanted.code)
    if place is not None and place.variant_id is not None:
        return {"action": CONFLICT, "reason": str(Reason.CODE_IS_VARIANT), "changes": []}
    if place is None and visit.item.reason == Reason.DELETED_IN_SHOP:
        return {"action": CONFLICT, "reason": str(Reason.DELETED_IN_SHOP), "changes": []}
    _, changes = visit_flow.changes_of(visit, wanted, place)
    rows = difference.rows(shown or {}, changes)
    if wanted.images and IMAGES not in visit.kept:
        pictures = [image["source_url"] for image in (shown or {}).get("images", [])]
        rows += difference.rows({"images": pictures}, {"images": list(wanted.images)})
    rows += await visit.env.db.read(_levels, visit, shown or {})
    return {"action": CREATE if shown is None else UPDATE if rows else SAME, "changes": rows}


def _levels(c: Connection, visit: Visit, shown: dict[str, Any]) -> list[list[str]]:
    """The stock of the product, or of each of its variations."""
    if STOCK in visit.kept:
        return []
    own = items.by_erp_id(c, visit.store.id, visit.item.erp_id)
    variants = {variant["code"]: variant for variant in shown.get("variants", [])}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    variations = items.variations_of(c, visit.store.id, visit.item.erp_id, visit.pull.id)
    is_parent = own is not None and own.kind == Kind.PARENT
    for item in variations if is_parent else [own] if own is not None else []:
        document = variants.get(item.code, {}) if is_parent else shown
        path = f"variants[{item.code}].stock" if is_parent else "stock"
        if item.stock is None or item.stock_in != visit.pull.id:
            continue
        level = stock.level(erp_records.parse_stock(item.stock), StockMode(visit.store.stock_mode), visit.store.depot)
        if not isinstance(level, Skip):
            quantity = (document.get("stock") or {}).get("quantity")
            before[path] = "" if quantity is None else _plain(Decimal(str(quantity)))
            after[path] = _plain(level)
    return difference.rows(before, after)


def _plain(quantity: Decimal) -> str:
    return format(quantity.normalize(), "f")
