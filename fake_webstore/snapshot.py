"""A platform as one JSON document, and a platform made from it (rule of versions: `scenarios.harness.snapshot`).

All that it is goes along: stores with everything in them, clock, journal, faults, messages that wait and what is to
happen later. What is in the middle of something does not: while a call is held, a message is being delivered or a
picture fetched, a world cannot be saved. The document holds every secret of the world.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import fields
from datetime import datetime
from random import Random
from typing import Any

from fake_webstore import agenda, bucket, making, overselling, records, webhooks, world
from fake_webstore.agenda import Errand
from fake_webstore.orders.generator import Generator
from fake_webstore.orders.records import Order
from fake_webstore.records import Product, Store, Variant
from fake_webstore.webhooks import Delivery, Subscription
from fake_webstore.world import Platform
from scenarios.harness.clock import Clock
from scenarios.harness.faults import Fault
from scenarios.harness.snapshot import Codec, SnapshotError, opened, sealed

FORMAT = "fake-webstore-world"
# Raised when something saved changes its meaning or loses a field, or a default changes.
VERSION = 1

_CODEC = Codec(
    [
        *(records.App, records.Installation, records.AppSettings, records.Stock, records.Image, records.Category),
        *(bucket.Bucket, overselling.Told, agenda.Errand, world.Grant, Fault),
    ]
)
# Plain values of the world itself.
VALUES = (
    *("origin", "public_url", "bucket_on", "moods", "call_profile", "image_settings", "tokens", "revoked", "grants"),
    *("answers", "session_key", "app", "last_id", "last_store_id", "last_customer_id", "last_payment_id"),
    "last_order_id",
)
# Objects that a world has from the start and that are filled in place.
PARTS = ("journal", "faults")
# Saved by themselves below, made by the program, or empty while nothing is under way.
NOT_SAVED = frozenset(
    {"name", "seed", "random", "clock", "stores", "courier", "agenda", "fetcher", "sanitiser", "under_way_calls"}
    | {"_acts"}
)
# Of a store, what is not written as it is.
_STORE_BY_HAND = frozenset({"products", "by_code", "variants", "webhooks", "orders", "order_numbers", "trade"})


def save(saved: Platform) -> dict[str, Any]:
    """The document. Raises SnapshotError while something is under way."""
    if busy := saved.under_way:
        raise SnapshotError(f"{busy}: wait for it, or move the clock on, and save then")
    deliveries = saved.courier.queue
    subscriptions = {s.id: s for store in saved.stores.values() for s in store.webhooks.values()}
    # A message may outlive its subscription (§4.1, `app.uninstalled`).
    subscriptions |= {each.to.id: each.to for each in deliveries}
    content = {
        "name": saved.name,
        "seed": saved.seed,
        "now": saved.clock.now().isoformat(),
        "random": _state(saved.random),
        "values": {name: _CODEC.write(getattr(saved, name)) for name in VALUES},
        "parts": {name: _CODEC.attributes(getattr(saved, name)) for name in PARTS},
        "courier_faults": _CODEC.attributes(saved.courier.faults),
        "delivery_profile": saved.courier.profile,
        "subscriptions": [_subscription(each) for each in subscriptions.values()],
        "deliveries": [_delivery(each) for each in deliveries],
        "agenda": [[_CODEC.write(due), _CODEC.write(errand)] for due, errand in saved.agenda.waiting],
        "stores": [_store(each) for each in saved.stores.values()],
    }
    return sealed(FORMAT, VERSION, content)


def load(
    document: Any, clock: Clock, calls: Collection[str], admit: Callable[[Platform], object], *, name: str | None = None
) -> Platform:
    """The world of a document, under another name if one is given; `admit` takes it among the others.

    From the saved moment on its time runs with the program's clock. Must be called from the event loop. Raises
    SnapshotError, and what `admit` raises; nothing of the world runs then.
    """
    content = opened(document, FORMAT, VERSION, "a fake Webstore's world")
    made = making.bare_world(clock, calls, name or content["name"], content["seed"])
    made.clock.resume_at(datetime.fromisoformat(content["now"]))
    for each in VALUES:
        setattr(made, each, _CODEC.read(content["values"][each]))
    for each in PARTS:
        _CODEC.restore(getattr(made, each), content["parts"][each])
    _CODEC.restore(made.courier.faults, content["courier_faults"])
    made.courier.profile = content["delivery_profile"]
    made.random.setstate(_random(content["random"]).getstate())
    making.set_image_fetching(made, made.image_settings)
    subscriptions = {each["id"]: _read_subscription(each) for each in content["subscriptions"]}
    for each in content["stores"]:
        store = _read_store(each, subscriptions)
        made.stores[store.id] = store
    admit(made)
    for each in content["deliveries"]:
        made.courier.post(_read_delivery(each, subscriptions))
    for due, errand in content["agenda"]:
        waiting: Errand = _CODEC.read(errand)
        made.agenda.at(_CODEC.read(due), waiting)
    return made


def _store(store: Store) -> dict[str, Any]:
    plain = {each.name: getattr(store, each.name) for each in fields(Store) if each.name not in _STORE_BY_HAND}
    return {
        "plain": {name: _CODEC.write(value) for name, value in plain.items()},
        "products": [_product(each) for each in store.products.values()],
        "webhooks": list(store.webhooks),
        "orders": [_order(each) for each in store.orders.values()],
        "trade": _trade(store.trade) if store.trade else None,
    }


def _read_store(written: dict[str, Any], subscriptions: dict[int, Subscription]) -> Store:
    store = Store(**{name: _CODEC.read(value) for name, value in written["plain"].items()})
    for each in written["products"]:
        product = _read_product(each)
        store.products[product.id] = product
        store.by_code[product.code] = product
        for variant in product.variants:
            store.variants[variant.id] = variant
            store.by_code[variant.code] = variant
    store.webhooks = {number: subscriptions[number] for number in written["webhooks"]}
    for each in written["orders"]:
        order = _read_order(each)
        store.orders[order.id] = order
        store.order_numbers.add(order.number)
    store.trade = _read_trade(written["trade"]) if written["trade"] else None
    return store


def _product(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "fields": product.fields,
        "about": {name: _CODEC.write(getattr(product, name)) for name in _OF_PRODUCT},
        "variants": [
            {"id": each.id, "fields": each.fields, "stock": _CODEC.write(each.stock)} for each in product.variants
        ],
    }


_OF_PRODUCT = ("created_at", "updated_at", "version", "deleted", "images", "stock")


def _read_product(written: dict[str, Any]) -> Product:
    about = {name: _CODEC.read(value) for name, value in written["about"].items()}
    product = Product(id=written["id"], fields=written["fields"], created_at=about["created_at"])
    for name in _OF_PRODUCT:
        setattr(product, name, about[name])
    for each in written["variants"]:
        variant = Variant(id=each["id"], product=product, fields=each["fields"])
        variant.stock = _CODEC.read(each["stock"])
        product.variants.append(variant)
    return product


def _order(order: Order) -> dict[str, Any]:
    return {"fields": order.fields, "history": order.history, "paid_before": order.paid_before}


def _read_order(written: dict[str, Any]) -> Order:
    order = Order(written["fields"])
    order.history, order.paid_before = written["history"], written["paid_before"]
    return order


def _trade(trade: Generator) -> dict[str, Any]:
    plain = {each.name: _CODEC.write(getattr(trade, each.name)) for each in fields(Generator) if each.name != "random"}
    return {"plain": plain, "random": _state(trade.random)}


def _read_trade(written: dict[str, Any]) -> Generator:
    plain = {name: _CODEC.read(value) for name, value in written["plain"].items()}
    return Generator(**plain, random=_random(written["random"]))


def _subscription(subscription: Subscription) -> dict[str, Any]:
    plain = {each.name: getattr(subscription, each.name) for each in fields(Subscription) if each.name != "attempts"}
    written = {name: _CODEC.write(value) for name, value in plain.items()}
    return {"id": subscription.id, "plain": written, "attempts": list(subscription.attempts)}


def _read_subscription(written: dict[str, Any]) -> Subscription:
    plain = {name: _CODEC.read(value) for name, value in written["plain"].items()}
    return Subscription(**plain, attempts=deque(written["attempts"], maxlen=webhooks.ATTEMPTS_KEPT))


def _delivery(delivery: Delivery) -> dict[str, Any]:
    plain = {each.name: getattr(delivery, each.name) for each in fields(Delivery) if each.name != "to"}
    return {"plain": {name: _CODEC.write(value) for name, value in plain.items()}, "to": delivery.to.id}


def _read_delivery(written: dict[str, Any], subscriptions: dict[int, Subscription]) -> Delivery:
    plain = {name: _CODEC.read(value) for name, value in written["plain"].items()}
    return Delivery(**plain, to=subscriptions[written["to"]])


def _state(random: Random) -> list[Any]:
    version, numbers, gauss = random.getstate()
    return [version, list(numbers), gauss]


def _random(state: list[Any]) -> Random:
    made = Random()
    made.setstate((state[0], tuple(state[1]), state[2]))
    return made
