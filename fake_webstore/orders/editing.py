"""What merchant and buyer do to an order beside the app: edits before the import, and cancelling."""

from __future__ import annotations

from typing import Any

from fake_webstore.orders.change import Actor, commit
from fake_webstore.orders.checkout import require_sound
from fake_webstore.orders.moves import move
from fake_webstore.orders.records import Order
from fake_webstore.orders.wish import Refused
from fake_webstore.records import Store
from fake_webstore.world import Platform

EDITABLE = {"customer", "billing_address", "shipping_address", "customer_notes", "internal_notes", "gift"}
REASONS = ("customer", "payment", "fraud", "inventory", "other")


def edit(world: Platform, store: Store, order: Order, changes: dict[str, Any]) -> None:
    """Merge into an order that no ERP has yet; its sums stay. Raises Refused."""
    if order.imported:
        raise Refused(f"order {order.number} was imported already")
    draft = order.fields
    for key, value in changes.items():
        if isinstance(draft[key], dict) and not isinstance(value, dict):
            raise Refused(f"{key} must be an object, not {value!r}")
        draft[key] = {**draft[key], **value} if isinstance(draft[key], dict) else value
    if draft["customer"]["id"] != order.fields["customer"]["id"]:
        raise Refused("the customer stays the one who bought")
    if draft["shipping"]["modality"] == "pickup" and draft["shipping_address"] is not None:
        raise Refused("a pick-up has no shipping_address")
    require_sound(draft)
    commit(world, store, order, draft, "merchant")


def cancel(world: Platform, store: Store, order: Order, reason: str, actor: Actor) -> None:
    """Cancel. Raises ApiError for an order that cannot be cancelled any more."""
    draft = order.fields
    move(draft, "cancelled", world.now(), reason)
    commit(world, store, order, draft, actor)
