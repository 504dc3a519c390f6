"""Writing products (§7.2): upsert by code, partial update, soft delete, restoring."""

from __future__ import annotations

from typing import Any

from fake_webstore import categories, product_fields, product_rules, shapes, webhooks
from fake_webstore.errors import ApiError, Detail, Invalid, not_found
from fake_webstore.product_rules import Planned
from fake_webstore.records import Fields, Product, Store, Variant
from fake_webstore.world import Platform


def by_id(store: Store, product_id: int) -> Product:
    """A product that is not deleted. Raises ApiError 404."""
    product = store.products.get(product_id)
    if product is None or product.deleted:
        raise not_found()
    return product


def by_code(store: Store, code: str) -> Product:
    """The product (not variant) of a code. Raises ApiError 404."""
    product = store.by_code.get(code)
    if not isinstance(product, Product) or product.deleted:
        raise not_found()
    return product


def put(world: Platform, store: Store, code: str, document: dict[str, Any]) -> tuple[Product, bool]:
    """Create or merge; the flag says created. Raises ApiError."""
    shapes.require("ProductWrite", document)
    if document.get("code", code) != code:
        raise Invalid(Detail("code", "code_mismatch", "The code in the body is not the code in the path."))
    # The path's own code meets the shape that a code in a body must have.
    shapes.require("ProductWrite", {"code": code})
    owner = store.by_code.get(code)
    if isinstance(owner, Variant):
        raise ApiError(409, "code_is_variant")
    if owner is not None and owner.deleted:
        raise ApiError(409, "product_deleted")
    product = _write(world, store, owner, {**document, "code": code})
    return product, owner is None


def patch(world: Platform, store: Store, product: Product, document: dict[str, Any]) -> None:
    """Merge into a product known by id. Raises ApiError."""
    shapes.require("ProductWrite", document)
    _write(world, store, product, document)


def delete(world: Platform, store: Store, product: Product) -> None:
    """Soft delete: the product keeps its codes, so that no sync resurrects it (§7.2 rule 6)."""
    _set_deleted(world, product, True)
    webhooks.emit_product(world, store, "deleted", product)


def restore(world: Platform, store: Store, product: Product) -> None:
    """The merchant takes a deleted product back."""
    if product.deleted:
        _set_deleted(world, product, False)
        webhooks.emit_product(world, store, "updated", product)


def _set_deleted(world: Platform, product: Product, deleted: bool) -> None:
    product.deleted = deleted
    product.version += 1
    product.updated_at = world.now()


def _write(world: Platform, store: Store, product: Product | None, document: dict[str, Any]) -> Product:
    fields = product_fields.merged(product.fields if product else None, document, store, world.sanitiser.clean)
    planned = _plan_variants(product, document.get("variants", []))
    if wrong := product_rules.faults(store, product, fields, planned):
        raise Invalid(*wrong)
    if product is None:
        return _create(world, store, fields, planned)
    if fields != product.fields or any(variant is None or variant.fields != new for variant, new in planned):
        _update(world, store, product, fields, planned)
    return product


def _plan_variants(product: Product | None, listed: list[dict[str, Any]]) -> Planned:
    """Every variant with its fields after the write, in shop order, new ones last (§7.3)."""
    by_code = {document["code"]: document for document in listed}
    if len(by_code) != len(listed):
        raise Invalid(Detail("variants", "code_in_use", "A code is listed twice."))
    planned: Planned = []
    for variant in product.variants if product else []:
        document = by_code.pop(variant.code, None)
        planned.append((variant, product_fields.merged_variant(variant.fields, document or {})))
    planned += [(None, product_fields.merged_variant(None, document)) for document in by_code.values()]
    return planned


def _create(world: Platform, store: Store, fields: Fields, planned: Planned) -> Product:
    product = Product(id=world.next_id(), fields=fields, created_at=world.now())
    store.products[product.id] = product
    _commit(world, store, product, fields, planned)
    webhooks.emit_product(world, store, "created", product)
    return product


def _update(world: Platform, store: Store, product: Product, fields: Fields, planned: Planned) -> None:
    del store.by_code[product.code]
    product.version += 1
    product.updated_at = world.now()
    _commit(world, store, product, fields, planned)
    webhooks.emit_product(world, store, "updated", product)


def _commit(world: Platform, store: Store, product: Product, fields: Fields, planned: Planned) -> None:
    product.fields = fields
    store.by_code[product.code] = product
    if fields["category_path"]:
        categories.create_missing(world, store, fields["category_path"])
    for variant, new in planned:
        if variant is not None:
            variant.fields = new
            continue
        made = Variant(id=world.next_id(), product=product, fields=new)
        product.variants.append(made)
        store.variants[made.id] = made
        store.by_code[made.code] = made
