"""Orders as the API answers them (§10.2)."""

from __future__ import annotations

from typing import Any

from fake_webstore.orders.records import Order
from fake_webstore.records import Store


def order(store: Store, shown: Order) -> dict[str, Any]:
    """The whole order; an item whose product was deleted since has none (§10.5)."""
    fields = shown.fields
    for item in fields["items"]:
        product = store.products.get(item["product_id"])
        if product is None or product.deleted:
            item["product_id"] = None
    return fields
