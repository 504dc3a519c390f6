"""Products, images and categories (§7, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fake_webstore import catalogue, categories, images, views
from fake_webstore.api import paging
from fake_webstore.api.call import Answer, Call, Endpoint
from fake_webstore.errors import Invalid
from fake_webstore.formats import parse_time
from fake_webstore.records import Product, Variant
from fake_webstore.shapes import detail

_FILTERS = frozenset(
    {"code", "gtin", "external_id", "variant_id", "active", "q", "updated_at_min", "updated_at_max", "since_id", "sort"}
)


def _show(call: Call, product: Product) -> dict[str, Any]:
    return views.product(call.store, product, call.world.clock.now())


def list_products(call: Call) -> Answer:
    return paging.page_of(call, "/products", _found(call), lambda product: _show(call, product))


def _found(call: Call) -> list[Product]:
    """The products that the filters of §7.2 leave, in the order asked for."""
    query = call.query
    found: Iterable[Product] = (p for p in _candidates(call) if not p.deleted)
    for key in ("gtin", "external_id"):
        if key in query:
            found = [p for p in found if p.fields[key] == query[key]]
    if "active" in query:
        wanted = _choice(call, "active", ("true", "false")) == "true"
        found = [p for p in found if p.fields["active"] is wanted]
    if "q" in query:
        found = [p for p in found if matches(p, query["q"])]
    if "updated_at_min" in query:
        earliest = _time(call, "updated_at_min")
        found = [p for p in found if p.updated_at >= earliest]
    if "updated_at_max" in query:
        latest = _time(call, "updated_at_max")
        found = [p for p in found if p.updated_at <= latest]
    if "since_id" in query:
        since = paging.whole_number(query, "since_id", 0, least=0)
        found = [p for p in found if p.id > since]
    # Products are kept in order of their ids.
    if "sort" in query and _choice(call, "sort", ("id", "updated_at")) == "updated_at":
        return sorted(found, key=lambda p: (p.updated_at, p.id))
    return list(found)


def _candidates(call: Call) -> Iterable[Product]:
    """By index where the query names one product, else all."""
    if "code" in call.query:
        owner = call.store.by_code.get(call.query["code"])
        return [owner] if isinstance(owner, Product) else []
    if "variant_id" in call.query:
        variant = call.store.variants.get(paging.whole_number(call.query, "variant_id", 0))
        return [variant.product] if isinstance(variant, Variant) else []
    return call.store.products.values()


def matches(product: Product, text: str) -> bool:
    """Whether name or code contains the text, whatever its case."""
    wanted = text.strip().casefold()
    return wanted in product.code.casefold() or wanted in product.fields["name"].casefold()


def _choice(call: Call, name: str, allowed: tuple[str, ...]) -> str:
    if call.query[name] not in allowed:
        raise Invalid(detail("not_allowed_value", name))
    return call.query[name]


def _time(call: Call, name: str) -> datetime:
    try:
        return parse_time(call.query[name])
    except ValueError:
        raise Invalid(detail("invalid_format", name)) from None


def get_product(call: Call) -> Answer:
    return Answer(document=_show(call, catalogue.by_id(call.store, call.id())))


def get_by_code(call: Call) -> Answer:
    return Answer(document=_show(call, catalogue.by_code(call.store, call.path["code"])))


def put_by_code(call: Call) -> Answer:
    code = call.path["code"]
    product, created = catalogue.put(call.world, call.store, code, call.document)
    if not created:
        return Answer(document=_show(call, product))
    location = f"{call.api_url}/stores/{call.store.id}/products/by-code/{quote(code, safe='')}"
    return Answer(document=_show(call, product), status=201, headers={"Location": location})


def patch_product(call: Call) -> Answer:
    product = catalogue.by_id(call.store, call.id())
    catalogue.patch(call.world, call.store, product, call.document)
    return Answer(document=_show(call, product))


def delete_product(call: Call) -> Answer:
    catalogue.delete(call.world, call.store, catalogue.by_id(call.store, call.id()))
    return Answer(status=204)


def get_images(call: Call) -> Answer:
    product = catalogue.by_id(call.store, call.id())
    return Answer(document=images.documents(call.store, product, call.world.clock.now()))


def put_images(call: Call) -> Answer:
    product = catalogue.by_id(call.store, call.id())
    images.replace(call.world, call.store, product, call.document)
    return get_images(call)


def list_categories(call: Call) -> Answer:
    found = sorted(call.store.categories.values(), key=lambda category: category.id)
    return paging.page_of(call, "/categories", found, lambda category: categories.document(call.store, category))


READ, WRITE = "read_products", "write_products"
ENDPOINTS = (
    Endpoint(method="GET", path="/products", scope=READ, handle=list_products, query=_FILTERS | paging.PARAMETERS),
    Endpoint(method="GET", path=r"/products/{id}", scope=READ, handle=get_product),
    Endpoint(method="GET", path="/products/by-code/{code}", scope=READ, handle=get_by_code),
    Endpoint(method="PUT", path="/products/by-code/{code}", scope=WRITE, handle=put_by_code),
    Endpoint(method="PATCH", path="/products/{id}", scope=WRITE, handle=patch_product),
    Endpoint(method="DELETE", path="/products/{id}", scope=WRITE, handle=delete_product),
    Endpoint(method="GET", path="/products/{id}/images", scope=READ, handle=get_images),
    Endpoint(method="PUT", path="/products/{id}/images", scope=WRITE, handle=put_images),
    Endpoint(method="GET", path="/categories", scope=READ, handle=list_categories, query=paging.PARAMETERS),
)
