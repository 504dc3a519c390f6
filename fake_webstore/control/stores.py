"""The control door's routes about one store: make, change, fill, look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from aiohttp import web

from fake_webstore import catalogue, images, making, overselling, settings, stock, views
from fake_webstore.control import orders
from fake_webstore.errors import ApiError
from fake_webstore.orders import editing
from fake_webstore.records import Product, Store, Variant
from fake_webstore.world import Platform
from scenarios.harness.bodies import parse_json
from scenarios.harness.door import DoorError, answer, read_body, read_object
from scenarios.harness.journal import mask, mask_url
from scenarios.harness.worlds import Worlds

STATUSES = ("active", "suspended", "closed")
PRODUCT_KEYS = {
    *("code", "external_id", "name", "description_html", "summary", "gtin", "unit", "ncm", "price"),
    *("promotional_price", "net_weight_kg", "gross_weight_kg", "package", "brand", "category_path", "related"),
    *("active", "options", "variants", "images", "stock", "deleted"),
}

Visit = Callable[[Platform, Store, web.Request], Awaitable[web.Response]]


def summary(store: Store) -> dict[str, Any]:
    """A store with its owner's log-in and, if the app is installed, its token."""
    shown = {
        "id": store.id,
        "name": store.name,
        "status": store.status,
        "email": store.owner_email,
        "password": store.password,
        "products": sum(not product.deleted for product in store.products.values()),
        "orders": len(store.orders),
    }
    return shown | ({"access_token": store.installation.access_token} if store.installation else {})


def add_routes(router: web.UrlDispatcher, world_path: str, worlds: Worlds[Platform]) -> None:
    """Put the routes below a world's path."""

    def at_store(visit: Visit) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            world = worlds.get(request.match_info["world"])
            store = world.stores.get(int(request.match_info["store"]))
            if store is None:
                known = ", ".join(map(str, world.stores)) or "none yet"
                return answer({"error": f"no store {request.match_info['store']}; known: {known}"}, 404)
            try:
                return await visit(world, store, request)
            except ApiError as error:
                return answer({"error": _in_words(error)}, 404 if error.status == 404 else 400)

        return handle

    async def create(request: web.Request) -> web.Response:
        world = worlds.get(request.match_info["world"])
        document = await read_object(request, making.STORE_KEYS)
        return answer(summary(world.stores[making.make_store(world, document)]), 201)

    store = f"{world_path}/stores/{{store:[0-9]{{1,18}}}}"
    product = f"{store}/products/{{product:[0-9]{{1,18}}}}"
    router.add_post(f"{world_path}/stores", create)
    router.add_get(store, at_store(show_store))
    router.add_patch(store, at_store(change_store))
    router.add_get(f"{store}/settings", at_store(show_settings))
    router.add_get(f"{store}/deliveries", at_store(show_deliveries))
    router.add_put(f"{store}/erp-stock", at_store(tell_erp_stock))
    router.add_get(f"{store}/oversold", at_store(show_oversold))
    router.add_post(f"{store}/products", at_store(create_product))
    router.add_get(f"{store}/products", at_store(list_products))
    router.add_patch(product, at_store(change_product))
    order = f"{store}/orders/{{order:[0-9]{{1,18}}}}"
    router.add_post(f"{store}/orders", at_store(orders.place_orders))
    router.add_get(f"{store}/orders", at_store(list_orders))
    router.add_get(order, at_store(orders.on_order(set(), orders.show)))
    router.add_patch(order, at_store(orders.on_order(editing.EDITABLE, editing.edit)))
    router.add_post(f"{store}/trade", at_store(orders.start_trade))
    router.add_get(f"{store}/trade", at_store(orders.show_trade))
    router.add_delete(f"{store}/trade", at_store(orders.stop_trade))
    router.add_post(f"{order}/pay", at_store(orders.on_order(set(), orders.pay)))
    router.add_post(f"{order}/refuse", at_store(orders.on_order(set(), orders.refuse)))
    router.add_post(f"{order}/refund", at_store(orders.on_order({"amount"}, orders.refund)))
    router.add_post(f"{order}/chargeback", at_store(orders.on_order(set(), orders.charge_back)))
    router.add_post(f"{order}/cancel", at_store(orders.on_order({"reason"}, orders.cancel)))


def _in_words(error: ApiError) -> str:
    details = "; ".join(f"{d.field}: {d.code} ({d.message})" for d in error.details)
    return f"{error.code}: {details}" if details else error.code


async def show_store(_: Platform, store: Store, __: web.Request) -> web.Response:
    return answer(summary(store))


async def change_store(_: Platform, store: Store, request: web.Request) -> web.Response:
    status = (await read_object(request, {"status"})).get("status")
    if status not in STATUSES:
        raise DoorError(f"status must be one of {', '.join(STATUSES)}, not {status!r}")
    store.status = status
    return answer(summary(store))


async def show_settings(world: Platform, store: Store, request: web.Request) -> web.Response:
    """Secrets in clear only with `?secrets=1`."""
    shown = settings.document(world, store)
    if request.query.get("secrets") != "1":
        shown["erp_token"] = mask(shown["erp_token"]) if shown["erp_token"] else None
        shown["stock_webhook_url"] = mask_url(shown["stock_webhook_url"]) if shown["stock_webhook_url"] else None
    return answer(shown)


async def show_deliveries(_: Platform, store: Store, __: web.Request) -> web.Response:
    """Attempts to every subscription of the store."""
    return answer(attempts(store))


def attempts(store: Store) -> list[dict[str, Any]]:
    """By subscription, oldest first."""
    return [{"webhook_id": s.id, "url": s.url, **attempt} for s in store.webhooks.values() for attempt in s.attempts]


async def tell_erp_stock(world: Platform, store: Store, request: web.Request) -> web.Response:
    """`{"<code>": <what the ERP has of it now>}`: from now on sales of more than that are counted."""
    raw = await read_body(request)
    try:
        document = parse_json(raw)
    except ValueError as error:
        raise DoorError(f"the body is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise DoorError("the body must be a JSON object: what the ERP has, by code")
    for code, number in document.items():
        if not isinstance(number, int | float) or isinstance(number, bool) or not abs(number) <= 999_999_999:
            raise DoorError(f"what the ERP has of {code!r} must be a number, not {number!r}")
    overselling.tell(world, store, {code: Decimal(str(number)) for code, number in document.items()})
    return answer({"told": len(document)})


async def show_oversold(_: Platform, store: Store, __: web.Request) -> web.Response:
    """Each sale of what the ERP had not, with how long the ERP had known."""
    return answer(store.oversold)


async def create_product(world: Platform, store: Store, request: web.Request) -> web.Response:
    """A product from partial JSON: code, name and price are invented where absent."""
    document = await read_object(request, PRODUCT_KEYS)
    number = len(store.products) + 1
    code = document.pop("code", f"LOJA-{number:05d}")
    extras = _extras(document)
    product, created = catalogue.put(world, store, code, {"name": f"Produto {number}", "price": "10.00", **document})
    if not created:
        raise DoorError(f"the store has a product with the code {code!r} already")
    _set_extras(world, store, product, extras)
    return answer(views.product(store, product, world.clock.now()), 201)


async def change_product(world: Platform, store: Store, request: web.Request) -> web.Response:
    """The merchant changes a product in the shop; `deleted` deletes or restores it."""
    document = await read_object(request, PRODUCT_KEYS)
    product = store.products.get(int(request.match_info["product"]))
    if product is None:
        return answer({"error": f"no product {request.match_info['product']} in this store"}, 404)
    extras = _extras(document)
    if document:
        catalogue.patch(world, store, product, document)
    _set_extras(world, store, product, extras)
    return answer({**views.product(store, product, world.clock.now()), "deleted": product.deleted})


def _extras(document: dict[str, Any]) -> dict[str, Any]:
    return {key: document.pop(key) for key in ("images", "stock", "deleted") if key in document}


def _set_extras(world: Platform, store: Store, product: Product, extras: dict[str, Any]) -> None:
    if "images" in extras:
        images.replace(world, store, product, extras["images"])
    if "stock" in extras:
        for target, number in _balances(product, extras["stock"]):
            stock.write(world, target, {"quantity": number})
    if "deleted" in extras:
        if not isinstance(extras["deleted"], bool):
            raise DoorError(f"deleted must be true or false, not {extras['deleted']!r}")
        if extras["deleted"] and not product.deleted:
            catalogue.delete(world, store, product)
        elif not extras["deleted"]:
            catalogue.restore(world, store, product)


def _balances(product: Product, given: Any) -> list[tuple[Product | Variant, float]]:
    """`stock` is a number, or of a product with variants a number by the variant's code."""
    own: dict[str, Variant] = {variant.code: variant for variant in product.variants}
    by_target: dict[Product | Variant, Any] = {product: given}
    if isinstance(given, dict):
        if unknown := sorted(set(given) - set(own)):
            raise DoorError(f"{product.code!r} has no variant {unknown[0]!r}; known: {', '.join(own) or 'none'}")
        by_target = {own[code]: number for code, number in given.items()}
    for number in by_target.values():
        if not isinstance(number, int | float) or isinstance(number, bool) or not 0 <= number <= 999_999_999:
            raise DoorError(f"stock must be a number from 0, or such numbers by variant code, not {number!r}")
    return list(by_target.items())


async def list_products(world: Platform, store: Store, request: web.Request) -> web.Response:
    """Full documents, for comparing with the ERP."""
    offset, limit = (_number(request, name, default) for name, default in (("offset", 0), ("limit", 200)))
    found = [product for product in store.products.values() if not product.deleted]
    now = world.clock.now()
    shown = [views.product(store, product, now) for product in found[offset : offset + limit]]
    return answer({"total": len(found), "products": shown})


async def list_orders(_: Platform, store: Store, request: web.Request) -> web.Response:
    """The shop's full truth about its orders."""
    return orders.list_orders(store, _number(request, "offset", 0), _number(request, "limit", 200))


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise DoorError(f"{name} must be a whole number from 0, not {text[:40]!r}")
    return int(text)
