"""Balances (§9): absolute, written by id, silent towards webhooks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fake_webstore import shapes
from fake_webstore.errors import ApiError, Detail, Invalid, not_found
from fake_webstore.formats import parse_quantity, parse_time, quantity_number, time_text
from fake_webstore.records import Product, Stock, Store, Variant
from fake_webstore.world import Platform


def write(world: Platform, target: Product | Variant, document: dict[str, Any]) -> bool:
    """Set a balance; False if the claim is older than the last applied one. The shape was checked. Raises ApiError."""
    quantity = _quantity(document["quantity"])
    claimed_at = document.get("source_updated_at")
    try:
        source = parse_time(claimed_at) if claimed_at is not None else None
    except ValueError:
        raise Invalid(shapes.detail("invalid_format", "source_updated_at")) from None
    if isinstance(target, Product) and target.variants:
        raise ApiError(409, "product_has_variants")
    stock = target.stock
    if source and stock.source_updated_at and source < stock.source_updated_at:
        return False
    stock.quantity = quantity
    stock.kind = document.get("kind", "physical")
    stock.updated_at = world.now()
    stock.since_written, stock.written_after = Decimal(0), world.last_order_id
    if source:
        stock.source_updated_at = source
    return True


def _quantity(number: int | float) -> Decimal:
    try:
        return parse_quantity(number)
    except ValueError as error:
        raise Invalid(Detail("quantity", "invalid_format", f"A quantity has {error}.")) from None


def balance(target: Product | Variant) -> dict[str, Any]:
    """The balance object; of a product with variants the sum of theirs (§7.3)."""
    if isinstance(target, Variant):
        return _document(target.product.id, target.id, target.stock)
    if target.variants:
        return _document(target.id, None, _sum([variant.stock for variant in target.variants]))
    return _document(target.id, None, target.stock)


def _sum(stocks: list[Stock]) -> Stock:
    written = [stock.updated_at for stock in stocks if stock.updated_at]
    available = sum((stock.available for stock in stocks), Decimal(0))
    reserved = sum((stock.reserved for stock in stocks), Decimal(0))
    quantity = sum((stock.quantity for stock in stocks), Decimal(0))
    total = _Sum(quantity=quantity, reserved=reserved, updated_at=max(written, default=None))
    total.sum_available = available
    return total


class _Sum(Stock):
    """A sum: what is available is the variants' own sum, each with its kind."""

    __slots__ = ("sum_available",)
    sum_available: Decimal

    @property
    def available(self) -> Decimal:
        return self.sum_available


def _document(product_id: int, variant_id: int | None, stock: Stock) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "variant_id": variant_id,
        "managed": True,
        "quantity": quantity_number(stock.quantity),
        "reserved": quantity_number(stock.reserved),
        "available": quantity_number(stock.available),
        "updated_at": time_text(stock.updated_at),
    }


def find_target(store: Store, product_id: int, variant_id: int | None) -> Product | Variant:
    """The product or variant to write. Raises ApiError 404."""
    product = store.products.get(product_id)
    if product is None or product.deleted:
        raise not_found()
    if variant_id is None:
        return product
    variant = store.variants.get(variant_id)
    if variant is None or variant.product is not product:
        raise not_found()
    return variant


def write_batch(world: Platform, store: Store, document: Any) -> dict[str, Any]:
    """All lines in order, each with the status that the single call would give. Raises ApiError for the envelope."""
    envelope, by_line = _findings(document)
    if envelope:
        raise Invalid(*envelope)
    lines = [_line(world, store, index, item, by_line.get(index, [])) for index, item in enumerate(document["items"])]
    return {"results": lines}


def _findings(document: Any) -> tuple[list[Detail], dict[int, list[Detail]]]:
    """What is wrong with the envelope, and with each line by its index."""
    if not shapes.findings("StockBatch", document):
        return [], {}
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return shapes.findings("StockBatch", document), {}
    by_line = {index: found for index, item in enumerate(items) if (found := shapes.findings("StockItem", item))}
    # The envelope with blameless lines: what remains is its own fault.
    blameless = {**document, "items": [{"product_id": 1, "quantity": 0}] * len(items)}
    return shapes.findings("StockBatch", blameless), by_line


def _line(world: Platform, store: Store, index: int, item: dict[str, Any], wrong: list[Detail]) -> dict[str, Any]:
    try:
        if wrong:
            raise Invalid(*wrong)
        target = find_target(store, item["product_id"], item.get("variant_id"))
        applied = write(world, target, item)
    except ApiError as error:
        return {"index": index, "status": error.status, "balance": None, "error": error.summary()}
    return {"index": index, "status": 200, "balance": {**balance(target), "applied": applied}, "error": None}
