"""Counts sales of what the ERP no longer had.

The shop cannot know what the ERP has: whoever moves the ERP's stock tells it at the control door. From then on every
sale is held against what was told, until something else is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from fake_webstore.formats import quantity_number, time_text
from fake_webstore.orders.records import Order
from fake_webstore.records import Store
from fake_webstore.world import Platform


@dataclass(kw_only=True)
class Told:
    """What the ERP has of a code, since when, and what of it the shop has sold since."""

    quantity: Decimal
    since: datetime
    sold: Decimal = Decimal(0)


def tell(world: Platform, store: Store, quantities: dict[str, Decimal]) -> None:
    """The ERP has so much of each code now."""
    for code, quantity in quantities.items():
        store.erp_stock[code] = Told(quantity=quantity, since=world.clock.now())


def note(world: Platform, store: Store, order: Order) -> None:
    """Count what of a new order the ERP no longer had. Nothing is said of codes that nothing was told of."""
    if not store.erp_stock:
        return
    for item in order.fields["items"]:
        told = store.erp_stock.get(item["code"])
        if told is None:
            continue
        quantity = Decimal(str(item["quantity"]))
        missing = min(quantity, told.sold + quantity - max(Decimal(0), told.quantity))
        told.sold += quantity
        if missing > 0:
            store.oversold.append(_line(world, order, item["code"], missing, told))


def _line(world: Platform, order: Order, code: str, missing: Decimal, told: Told) -> dict[str, Any]:
    now = world.clock.now()
    return {
        "order_id": order.id,
        "number": order.number,
        "code": code,
        "missing": quantity_number(missing),
        "erp_had": quantity_number(told.quantity),
        "sold_at": time_text(now),
        # How long the ERP had known.
        "age_seconds": round((now - told.since).total_seconds(), 3),
    }
