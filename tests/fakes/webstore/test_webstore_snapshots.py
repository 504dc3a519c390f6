"""A platform that was saved and loaded is the same platform; what is no snapshot makes none."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson

from fake_webstore import snapshot
from fake_webstore.app import FakeWebstore
from fake_webstore.records import Product, Store, Variant
from fake_webstore.serving import RunningWebstore
from scenarios.harness.worlds import World
from tests.fakes.webstore.test_webstore_command import failed


async def rich(shop: Any, receiver: Any) -> None:
    """A platform in which much has happened, with messages, payments and a trade that wait."""
    receiver.usual = 503
    await shop.create(
        bucket=False, moods=["key_order"], stores=[{"installed": True, "products": 12}, {"installed": True}]
    )
    await shop.call("POST", "/webhooks", {"url": receiver.url, "events": ["order.created", "product.created"]})
    await shop.stocked("A", 5)
    await shop.order(coupon="VOLTA5")
    await shop.order(status="awaiting_payment", payment="pix")
    await shop.order(status="payment_review", payment="credit_card", pay_after=600)
    cancelled = await shop.order()
    await shop.on_order(cancelled, "cancel", {"reason": "customer"})
    home = f"/demo/stores/{shop.store['id']}"
    await shop.door("POST", f"{home}/trade", {"per_hour": 60, "orders": 30, "seed": "s"})
    await shop.door("PUT", f"{home}/erp-stock", {"A": 0})
    await shop.order()
    await shop.door("POST", "/demo/faults", {"call": "GET /categories", "what": "html_502", "first": 2})
    await shop.door("POST", "/demo/webhooks/faults", {"what": "duplicate", "first": 9})
    merchant = shop.merchant()
    await merchant.log_in()
    await merchant.save("um-token-qualquer")
    await shop.door("POST", "/demo/webhooks/flush")


async def _saved(shop: Any, world: str = "demo") -> Any:
    answer = await shop.door("GET", f"/{world}/snapshot")
    assert answer.status == 200, answer.body
    return answer.body


async def _load(shop: Any, document: Any, **more: Any) -> tuple[int, Any]:
    url = f"{shop.door_origin}/__fake__/snapshots"
    async with shop.http.post(url, json={"snapshot": document, **more}) as answer:
        return answer.status, orjson.loads(await answer.read())


async def _answers(shop: Any, world: str) -> list[Any]:
    """What the API answers about everything."""
    headers = {"Authorization": f"Bearer {shop.store['access_token']}", "User-Agent": "tests (a@exemplo.com.br)"}
    base = f"{shop.origin}/{world}/api/v1/stores/{shop.store['id']}"
    paths = ("", "/apps/erp/settings", "/products?per_page=50", "/orders?per_page=50", "/categories", "/categories")
    found = []
    for path in (*paths, "/webhooks"):
        async with shop.http.get(base + path, headers=headers) as answer:
            found.append((answer.status, await answer.read()))
    return found


def test_every_part_of_a_world_is_saved_or_named_as_not(fake: FakeWebstore) -> None:
    parts = set(vars(fake.create_world(name="demo")))
    own = parts - set(vars(World("a", 1, fake.clock, None)))  # type: ignore[arg-type]
    assert own <= set(snapshot.VALUES) | set(snapshot.PARTS) | snapshot.NOT_SAVED
    assert set(snapshot.VALUES) | set(snapshot.PARTS) | snapshot.NOT_SAVED == parts
    assert {each.name for each in fields(Store)} >= snapshot._STORE_BY_HAND
    assert set(Product.__slots__) == {"id", "variants", *snapshot._OF_PRODUCT}
    assert set(Variant.__slots__) == {"id", "product", "stock"}


async def test_a_loaded_world_answers_to_the_byte_as_the_saved_one_does(empty_shop: Any, receiver: Any) -> None:
    await rich(empty_shop, receiver)
    status, made = await _load(empty_shop, await _saved(empty_shop), name="copia")
    assert (status, made["name"]) == (201, "copia")
    assert made["base_url"] == f"{empty_shop.origin}/copia"
    first = await _answers(empty_shop, "demo")
    assert 502 in [status for status, _ in first]
    assert first == await _answers(empty_shop, "copia")


async def test_what_is_loaded_and_saved_again_is_the_same_document(empty_shop: Any, receiver: Any) -> None:
    await rich(empty_shop, receiver)
    saved = await _saved(empty_shop)
    await empty_shop.door("DELETE", "/demo")
    assert (await _load(empty_shop, saved))[0] == 201
    assert await _saved(empty_shop) == saved


async def test_what_was_to_happen_later_happens_in_the_loaded_world(empty_shop: Any, receiver: Any) -> None:
    await rich(empty_shop, receiver)
    # Both go on from the same moment, side by side.
    await _load(empty_shop, await _saved(empty_shop), name="copia")
    receiver.usual = 200
    seen = {}
    for world in ("demo", "copia"):
        receiver.got.clear()
        for _ in range(3):
            await empty_shop.door("POST", f"/{world}/clock/advance", {"seconds": 2 * 24 * 3600})
            await empty_shop.door("POST", f"/{world}/webhooks/flush")
        orders = (await empty_shop.door("GET", f"/{world}/stores/{empty_shop.store['id']}/orders")).body["orders"]
        trade = (await empty_shop.door("GET", f"/{world}/stores/{empty_shop.store['id']}/trade")).body
        events = sorted((event["event"], event["event_id"]) for event in receiver.events)
        seen[world] = (orders, trade, events)
    orders, trade, events = seen["demo"]
    assert trade["left"] == 0 and len(orders) > 20
    assert {"expired", "paid", "refunded"} <= {order["payment_status"] for order in orders}
    assert len(events) > 20
    assert seen["copia"] == seen["demo"]


async def test_a_world_with_something_under_way_is_not_saved(shop: Any) -> None:
    await shop.door("POST", "/demo/faults", {"call": "GET /", "what": "slow", "with": {"seconds": 9}})
    held = asyncio.create_task(shop.call("GET", ""))
    for _ in range(300):
        if await shop.journal("api"):
            break
        await asyncio.sleep(0.01)
    refused = await shop.door("GET", "/demo/snapshot")
    assert (refused.status, "a call is being answered" in refused.body["error"]) == (400, True)
    await shop.advance(seconds=9)
    assert (await held).status == 200
    assert (await shop.door("GET", "/demo/snapshot")).status == 200


async def test_what_is_no_snapshot_makes_no_world(shop: Any) -> None:
    saved = await _saved(shop)
    touched = orjson.loads(orjson.dumps(saved))
    touched["world"]["values"]["last_id"] = 9
    for document, hint in (
        (None, "no snapshot of a fake Webstore"),
        ([], "no snapshot of a fake Webstore"),
        ({**saved, "format": "fake-erp-world"}, "no snapshot of a fake Webstore"),
        ({**saved, "version": 0}, "version 0 and this program reads 1"),
        ({**saved, "world": None}, "not as it was saved"),
        (touched, "not as it was saved"),
        (saved, "there is a world 'demo' already"),
    ):
        status, refused = await _load(shop, document)
        assert (status, hint in refused["error"]) == (400, True), refused
    for name, hint in (("a b", "world name"), (5, "name must be a text")):
        status, refused = await _load(shop, saved, name=name)
        assert (status, hint in refused["error"]) == (400, True), refused


def test_a_program_saves_and_loads_platforms() -> None:
    with RunningWebstore() as one:
        platform = one.platform(stores=[{"products": 3, "installed": True}])
        order = platform.order(oversell=True)
        saved = platform.snapshot()
    with RunningWebstore() as other:
        loaded = other.load(saved, name="copia")
        assert loaded.about["base_url"] == f"{other.site}/copia"
        assert loaded.at_store("GET", "/orders")["orders"] == [order]


def test_the_command_loads_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "loja.json"
    with RunningWebstore() as one:
        path.write_bytes(orjson.dumps(one.platform().snapshot()))
    status, said = failed("--snapshot", str(path), "--world", "demo")
    assert (status, "there is a world 'demo' already" in said) == (1, True)
    path.write_text("{}")
    status, said = failed("--snapshot", str(path))
    assert (status, "no snapshot of a fake Webstore's world" in said) == (1, True)
