"""What is announced of orders (§11.1, 11.4)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import looptime
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import schemas
from fake_webstore import catalogue, webhooks
from fake_webstore.app import FakeWebstore
from fake_webstore.orders import checkout, editing, wish
from scenarios.harness.clock import VIRTUAL_START, VirtualClock

EVENTS = ["order.created", "order.updated", "order.paid", "order.cancelled"]


@pytest.fixture
async def shop(shop: Any) -> Any:
    await shop.put("A")
    return shop


async def subscribe(shop: Any, url: str) -> dict[str, Any]:
    return dict((await shop.call("POST", "/webhooks", {"url": url, "events": EVENTS}, shape="Webhook")).body)


async def heard(shop: Any, receiver: Any) -> list[str]:
    """The events since the last time."""
    await shop.door("POST", "/demo/webhooks/flush")
    events = [event["event"] for event in receiver.events]
    receiver.got.clear()
    return sorted(events)


async def test_a_delivery_about_an_order_is_thin_and_signed(shop: Any, receiver: Any) -> None:
    made = await subscribe(shop, receiver.url)
    order = await shop.order(status="awaiting_payment")
    await shop.door("POST", "/demo/webhooks/flush")
    ((headers, body),) = receiver.got
    (event,) = receiver.events
    assert schemas.problems("webstore/WebhookEvent", event) == []
    assert event["event"] == headers["X-Webstore-Event"] == "order.created"
    assert event["resource"] == {
        "type": "order",
        "id": order["id"],
        "version": 1,
        "updated_at": "2026-08-03T08:00:00-03:00",
    }
    signed = headers["X-Webstore-Timestamp"].encode() + b"." + body
    digest = hmac.new(made["secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Webstore-Hmac-SHA256"] == f"sha256={digest}"


async def test_each_change_is_announced_by_its_most_special_event(shop: Any, receiver: Any) -> None:
    await subscribe(shop, receiver.url)
    order = await shop.order(status="awaiting_payment")
    assert await heard(shop, receiver) == ["order.created"]
    await shop.on_order(order, "pay")
    assert await heard(shop, receiver) == ["order.paid"]
    reference = {"system": "olist_erp", "id": "1", "imported_at": "2026-08-03T08:00:00-03:00"}
    for what, document in (
        ("external-reference", reference),
        ("status", {"status": "preparing"}),
        ("shipment", {"tracking_code": "OY123456785BR"}),
    ):
        await shop.call("PUT", f"/orders/{order['id']}/{what}", document)
        assert await heard(shop, receiver) == ["order.updated"]
        await shop.call("PUT", f"/orders/{order['id']}/{what}", document)
        assert await heard(shop, receiver) == []
    await shop.on_order(order, "cancel")
    assert await heard(shop, receiver) == ["order.cancelled"]
    await shop.advance(seconds=10)
    assert await heard(shop, receiver) == ["order.updated"]


async def test_an_order_paid_at_once_is_announced_twice(shop: Any, receiver: Any) -> None:
    await subscribe(shop, receiver.url)
    await shop.order()
    assert await heard(shop, receiver) == ["order.created", "order.paid"]


async def test_several_orders_are_announced_each(shop: Any, receiver: Any) -> None:
    await subscribe(shop, receiver.url)
    await shop.checkout(count=3, items=[{"code": "A"}], oversell=True)
    assert await heard(shop, receiver) == ["order.created"] * 3 + ["order.paid"] * 3


async def test_a_refused_checkout_and_another_stores_orders_are_not_announced(shop: Any, receiver: Any) -> None:
    await subscribe(shop, receiver.url)
    await shop.checkout(items=[{"code": "A"}])
    await shop.call("PUT", "/products/by-code/A", {"name": "x", "price": "1.00"}, store=1)
    await shop.order(store=1)
    assert await heard(shop, receiver) == []


def test_orders_are_retried_by_the_calendar_and_refunded_after_ten_virtual_seconds() -> None:
    attempts: list[tuple[str, timedelta]] = []

    async def story() -> None:
        clock = VirtualClock()
        fake = FakeWebstore(clock)

        async def refuse(request: web.Request) -> web.Response:
            attempts.append((request.headers["X-Webstore-Event"], clock.now() - VIRTUAL_START))
            return web.Response(status=500)

        app = web.Application()
        app.router.add_post("/hook", refuse)
        server = TestServer(app)
        await server.start_server(access_log=None)
        world = fake.create_world(name="demo", stores=[{"installed": True}])
        store = next(iter(world.stores.values()))
        address = f"http://127.0.0.1:{server.port}/hook"
        webhooks.subscribe(world, store, {"url": address, "events": ["order.paid", "order.updated"]})
        catalogue.put(world, store, "A", {"name": "x", "price": "1.00"})
        (order,) = checkout.place(world, store, wish.parse({"items": [{"code": "A"}], "oversell": True}))
        editing.cancel(world, store, order, "customer", "customer")
        await clock.sleep(60 * 3600)
        await fake.close()
        await server.close()

    loop = looptime.new_event_loop()
    try:
        loop.run_until_complete(story())
    finally:
        loop.close()
    minutes = [0, 1, 6, 21, 81, 261, 621, 1341, 2781]
    paid = [at for event, at in attempts if event == "order.paid"]
    refunded = [at - timedelta(seconds=10) for event, at in attempts if event == "order.updated"]
    assert [round(at.total_seconds() / 60) for at in paid] == minutes
    assert [round(at.total_seconds() / 60, 1) for at in refunded] == minutes
