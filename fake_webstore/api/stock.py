"""Stock by id and in batches (§9)."""

from __future__ import annotations

from typing import Any

from fake_webstore import shapes, stock
from fake_webstore.api.call import Answer, Call, Endpoint


def get_stock(call: Call) -> Answer:
    return Answer(document=stock.balance(stock.find_target(call.store, call.id(), None)))


def put_stock(call: Call) -> Answer:
    variant_id = call.id("variant_id") if "variant_id" in call.path else None
    target = stock.find_target(call.store, call.id(), variant_id)
    shapes.require("StockWrite", call.document)
    applied = stock.write(call.world, target, call.document)
    return Answer(document={**stock.balance(target), "applied": applied})


def post_batch(call: Call) -> Answer:
    return Answer(document=stock.write_batch(call.world, call.store, call.document))


def without_effect(document: Any) -> dict[str, list[int]]:
    """The places of the lines that were refused or are older than what is shown; nothing where there are none."""
    places = [line["index"] for line in document["results"] if line["status"] != 200 or not line["balance"]["applied"]]
    return {"not_applied": places} if places else {}


def batch_units(document: Any) -> int:
    """One unit per ten items, rounded up; the first is every call's own."""
    items = document.get("items") if isinstance(document, dict) else None
    count = len(items) if isinstance(items, list) else 0
    return max(0, -(-min(count, 50) // 10) - 1)


READ, WRITE = "read_products", "write_products"
ENDPOINTS = (
    Endpoint(method="GET", path="/products/{id}/stock", scope=READ, handle=get_stock),
    Endpoint(method="PUT", path="/products/{id}/stock", scope=WRITE, handle=put_stock),
    Endpoint(method="PUT", path="/products/{id}/variants/{variant_id}/stock", scope=WRITE, handle=put_stock),
    Endpoint(
        method="POST",
        path="/stock/batch",
        scope=WRITE,
        handle=post_batch,
        extra_units=batch_units,
        # Fifty lines are kept whole: what became of each movement of stock is proved by them.
        recorded=16_384,
        # So is which of them had no effect.
        noted=without_effect,
    ),
)
