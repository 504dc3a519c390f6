"""Stock held by orders (§9): checkout takes, leaving the reserving statuses gives back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from fake_webstore.orders.records import Fields
from fake_webstore.records import Stock, Store


def hold(stock: Stock, quantity: Decimal) -> None:
    """A checkout takes its part of a balance."""
    stock.reserved += quantity
    stock.since_written += quantity


def release(stock: Stock, quantity: Decimal, order_id: int) -> None:
    """The order no longer holds its part; what the last written balance did not know of rises again."""
    stock.reserved = max(Decimal(0), stock.reserved - quantity)
    if order_id > stock.written_after:
        stock.since_written = max(Decimal(0), stock.since_written - quantity)


def release_all(store: Store, fields: Fields) -> None:
    for stock, quantity in _parts(store, fields):
        release(stock, quantity, fields["id"])


def _parts(store: Store, fields: Fields) -> Iterator[tuple[Stock, Decimal]]:
    for item in fields["items"]:
        target = store.variants.get(item["variant_id"] or 0) or store.products.get(item["product_id"])
        if target is not None:
            yield target.stock, Decimal(str(item["quantity"]))
