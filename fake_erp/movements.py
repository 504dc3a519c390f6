"""Movements of stock: every one is kept, changes the balance and enters the queue of changes (products §4, §9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from fake_erp.stock import move

if TYPE_CHECKING:
    from fake_erp.records import Product
    from fake_erp.worlds import ErpWorld

FIRST_MOVEMENT_ID = 820_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement: `kind` is B (sets), E (adds) or S (subtracts); `order_id` is 0 unless an order caused it.

    `before` and `after` are the product's balance in the depots that count.
    """

    id: int
    product_id: int
    depot: int
    kind: str
    quantity: Decimal
    at: datetime
    before: Decimal
    after: Decimal
    note: str = ""
    unit_price: Decimal | None = None
    order_id: int = 0


def post(
    world: ErpWorld,
    product: Product,
    depot: int,
    kind: str,
    quantity: Decimal,
    *,
    at: datetime | None = None,
    note: str = "",
    unit_price: Decimal | None = None,
    order_id: int = 0,
) -> Movement:
    """Move a product's balance in one depot and remember it. Telling the platforms is the caller's."""
    before = world.level(product).physical
    move(product, depot, kind, quantity)
    movement = Movement(
        id=FIRST_MOVEMENT_ID + len(world.movements),
        product_id=product.id,
        depot=depot,
        kind=kind,
        quantity=quantity,
        at=at or world.clock.now(),
        before=before,
        after=world.level(product).physical,
        note=note,
        unit_price=unit_price,
        order_id=order_id,
    )
    world.movements.append(movement)
    # Whole windows of sales were missing from the list (observed, Reads).
    if not (order_id and world.settings.stock_list_forgets_sales):
        world.changes.stock_changed(product.id, world.clock.now())
    return movement
