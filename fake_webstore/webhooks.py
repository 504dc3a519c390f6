"""Subscriptions and what is to be delivered to them (§11.1–11.3); sending is the courier's work."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from fake_webstore import shapes
from fake_webstore.errors import ApiError, Detail, Invalid, not_found
from fake_webstore.formats import is_web_address, time_text
from fake_webstore.records import Product, Store
from fake_webstore.world import Platform

if TYPE_CHECKING:
    from fake_webstore.orders.records import Order

MOST_PER_STORE = 10
# What `GET /webhooks/{id}/deliveries` shows (§6).
ATTEMPTS_KEPT = 100


@dataclass(kw_only=True, eq=False)
class Subscription:
    """An address of the app and the events that it wants."""

    id: int
    store_id: int
    url: str
    events: tuple[str, ...]
    secret: str
    created_at: datetime
    active: bool = True
    dead_in_a_row: int = 0
    attempts: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=ATTEMPTS_KEPT))


@dataclass(kw_only=True, eq=False)
class Delivery:
    """One event on its way to one subscription. The body is the same bytes in every retry."""

    event_id: str
    event: str
    body: bytes
    to: Subscription
    due: datetime
    # The id of what it is about.
    resource: int | str = ""
    attempt: int = 0
    # A profile has had its look at it.
    disturbed: bool = False


def subscribe(world: Platform, store: Store, document: dict[str, Any]) -> Subscription:
    """Make a subscription. Raises ApiError."""
    shapes.require("WebhookCreate", document)
    url = str(document["url"])
    if not _may_be_called(url):
        raise Invalid(Detail("url", "not_allowed_value", "Use https; plain http only to a loopback address."))
    if any(other.url == url for other in store.webhooks.values()):
        raise ApiError(409, "duplicate_webhook")
    if len(store.webhooks) >= MOST_PER_STORE:
        raise Invalid(Detail(None, "too_large", f"A store has at most {MOST_PER_STORE} subscriptions."))
    made = Subscription(
        id=world.next_id(),
        store_id=store.id,
        url=url,
        events=tuple(document["events"]),
        secret=world.secret(43),
        created_at=world.now(),
    )
    store.webhooks[made.id] = made
    return made


def find(store: Store, webhook_id: int) -> Subscription:
    try:
        return store.webhooks[webhook_id]
    except KeyError:
        raise not_found() from None


def document(subscription: Subscription) -> dict[str, Any]:
    """The subscription as answered; the secret is added by its creation alone (§11.2)."""
    return {
        "id": subscription.id,
        "url": subscription.url,
        "events": list(subscription.events),
        "active": subscription.active,
        "created_at": time_text(subscription.created_at),
    }


def emit_product(world: Platform, store: Store, change: str, product: Product) -> None:
    """Announce a change of the catalogue, whoever made it."""
    moment = product.updated_at
    resource = {"type": "product", "id": product.id, "version": product.version, "updated_at": time_text(moment)}
    _emit(world, store, f"product.{change}", resource)


def emit_order(world: Platform, store: Store, change: str, order: Order) -> None:
    """Announce a change of an order, whoever made it."""
    moment = time_text(order.updated_at)
    resource = {"type": "order", "id": order.id, "version": order.version, "updated_at": moment}
    _emit(world, store, f"order.{change}", resource)


def emit_app(world: Platform, store: Store, change: str) -> None:
    """Announce that the merchant configured or removed the app."""
    moment = time_text(store.settings.updated_at or world.now())
    resource = {"type": "app", "id": world.app.slug, "version": None, "updated_at": moment}
    _emit(world, store, f"app.{change}", resource)


def _emit(world: Platform, store: Store, event: str, resource: dict[str, Any]) -> None:
    wanted = [s for s in store.webhooks.values() if s.active and event in s.events]
    if not wanted:
        return
    event_id = world.uuid()
    body = orjson.dumps(
        {
            "event_id": event_id,
            "event": event,
            "version": 1,
            "created_at": time_text(world.now()),
            "store_id": store.id,
            "resource": resource,
        }
    )
    about = {"event_id": event_id, "event": event, "body": body, "resource": resource["id"]}
    for subscription in wanted:
        world.courier.post(Delivery(**about, to=subscription, due=world.clock.now()))


def _may_be_called(url: str) -> bool:
    if not is_web_address(url):
        return False
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
