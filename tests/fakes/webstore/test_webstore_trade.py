"""The order generator: a rate, a seed, and every fate that an order can have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.webstore.test_webstore_checkout import sound

HOUR = 3600


async def trade(shop: Any, **document: Any) -> Any:
    return await shop.door("POST", f"/demo/stores/{shop.store['id']}/trade", document)


async def run(shop: Any, seconds: float, steps: int) -> None:
    for _ in range(steps):
        await shop.advance(seconds=seconds / steps)
        await shop.door("POST", "/demo/webhooks/flush")


async def orders(shop: Any) -> list[dict[str, Any]]:
    path = f"/demo/stores/{shop.store['id']}/orders?limit=1000"
    return list((await shop.door("GET", path)).body["orders"])


async def told(shop: Any) -> dict[str, Any]:
    return dict((await shop.door("GET", f"/demo/stores/{shop.store['id']}/trade")).body)


async def filled(shop: Any, products: int = 200) -> None:
    await shop.create(stores=[{"products": products, "installed": True}], bucket=False)


async def test_a_shop_trades_at_its_rate_and_meets_every_fate(empty_shop: Any) -> None:
    shop = empty_shop
    await filled(shop)
    assert (await trade(shop, per_hour=60, orders=300, seed=4)).status == 201
    await run(shop, 2 * HOUR, 20)
    # 60 an hour for two hours, give or take what chance does.
    assert 85 < len(await orders(shop)) < 155
    await run(shop, 96 * HOUR, 24)
    placed, state = await orders(shop), await told(shop)
    assert (len(placed) + state["refused"], state["left"]) == (300, 0)
    for order in placed:
        sound({key: value for key, value in order.items() if key != "history"})
    statuses = {(order["status"], order["payment_status"]) for order in placed}
    assert statuses == {("paid", "paid"), ("cancelled", "expired"), ("cancelled", "refused"), ("cancelled", "refunded")}
    assert len(state["placed"]) == 7
    assert {order["channel"] for order in placed} == {"storefront", "marketplace"}
    assert {len(order["payments"]) for order in placed} == {1, 2}
    assert any(order["shipping_address"] is None for order in placed)


async def test_the_same_seed_brings_the_same_orders_however_time_passes(empty_shop: Any) -> None:
    shop, found = empty_shop, []
    for steps in (1, 40):
        await filled(shop, products=2000)
        await trade(shop, per_hour=120, orders=50, seed="x")
        await run(shop, 4 * HOUR, steps)
        found.append([(each["number"], each["total"], each["customer"]["name"]) for each in await orders(shop)])
        await shop.door("DELETE", "/demo")
    assert len(found[0]) == 50
    assert found[0] == found[1]


async def test_it_can_be_stopped_and_begun_anew(empty_shop: Any) -> None:
    shop = empty_shop
    await filled(shop)
    await trade(shop, per_hour=60, orders=1000)
    await run(shop, HOUR, 4)
    count = len(await orders(shop))
    path = f"/demo/stores/{shop.store['id']}/trade"
    assert (await shop.door("DELETE", path)).body["left"] == 0
    await run(shop, 4 * HOUR, 2)
    assert len(await orders(shop)) == count > 20
    await trade(shop, per_hour=60, orders=2)
    await run(shop, HOUR, 2)
    assert len(await orders(shop)) == count + 2


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "per_hour must be a number above 0"),
        ({"per_hour": 0, "orders": 5}, "per_hour"),
        ({"per_hour": 5, "orders": 2.5}, "whole number"),
        ({"per_hour": 5, "orders": 10**9}, "orders must be"),
        ({"per_hour": 5, "orders": 5, "seed": []}, "seed"),
        ({"per_hour": 5, "orders": 5, "mood": 1}, "unknown key"),
    ],
)
async def test_a_trade_that_makes_no_sense_is_refused(empty_shop: Any, document: dict[str, Any], said: str) -> None:
    await filled(empty_shop, products=1)
    answer = await trade(empty_shop, **document)
    assert (answer.status, said in answer.body["error"]) == (400, True)
    assert await told(empty_shop) == {}
