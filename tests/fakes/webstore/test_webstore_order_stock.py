"""What orders hold of a balance (§9)."""

from __future__ import annotations

from typing import Any

import pytest


async def balance(shop: Any, product: int) -> tuple[float, float, float]:
    shown = (await shop.call("GET", f"/products/{product}/stock", shape="StockBalance")).body
    return shown["quantity"], shown["reserved"], shown["available"]


async def set_status(shop: Any, order: dict[str, Any], status: str) -> None:
    answer = await shop.call("PUT", f"/orders/{order['id']}/status", {"status": status})
    assert answer.status == 200


async def test_checkout_reserves_and_cancelling_releases(shop: Any) -> None:
    product = await shop.stocked("A", 5)
    order = await shop.order(items=[{"code": "A", "quantity": 2}], status="awaiting_payment")
    assert await balance(shop, product) == (5, 2, 3)
    await shop.on_order(order, "pay")
    assert await balance(shop, product) == (5, 2, 3)
    await shop.on_order(order, "cancel")
    assert await balance(shop, product) == (5, 0, 5)


@pytest.mark.parametrize("status", ["invoiced", "ready_to_ship", "shipped", "delivered"])
async def test_from_invoiced_on_an_order_reserves_nothing(shop: Any, status: str) -> None:
    product = await shop.stocked("A", 5)
    order = await shop.order()
    await set_status(shop, order, "preparing")
    assert await balance(shop, product) == (5, 1, 4)
    await set_status(shop, order, status)
    assert await balance(shop, product) == (5, 0, 5)


async def test_an_invoiced_order_that_is_cancelled_releases_only_once(shop: Any) -> None:
    product = await shop.stocked("A", 5)
    first = await shop.order()
    await shop.order()
    await set_status(shop, first, "invoiced")
    await shop.on_order(first, "cancel")
    assert await balance(shop, product) == (5, 1, 4)


async def test_a_variants_order_shows_in_the_parents_sum(shop: Any) -> None:
    made = (await shop.put("P", options=["Cor"], variants=[{"code": "P-1", "option_values": ["Azul"]}])).body
    variant = made["variants"][0]["id"]
    await shop.call("PUT", f"/products/{made['id']}/variants/{variant}/stock", {"quantity": 5})
    await shop.order(items=[{"code": "P-1", "quantity": 2}])
    assert await balance(shop, made["id"]) == (5, 2, 3)


async def test_a_balance_of_kind_available_knows_the_orders_before_it(shop: Any) -> None:
    product = await shop.stocked("A", 10)
    before = await shop.order(items=[{"code": "A", "quantity": 3}])
    document = {"quantity": 7, "kind": "available"}
    assert (await shop.call("PUT", f"/products/{product}/stock", document)).body["available"] == 7
    after = await shop.order(items=[{"code": "A", "quantity": 2}])
    assert await balance(shop, product) == (7, 5, 5)
    await shop.on_order(before, "cancel")
    assert await balance(shop, product) == (7, 2, 5)
    await shop.on_order(after, "cancel")
    assert await balance(shop, product) == (7, 0, 7)


async def test_a_physical_balance_below_what_is_reserved_leaves_nothing_available(shop: Any) -> None:
    product = await shop.stocked("A", 5)
    await shop.order(items=[{"code": "A", "quantity": 4}])
    await shop.call("PUT", f"/products/{product}/stock", {"quantity": 3})
    assert await balance(shop, product) == (3, 4, 0)


async def test_overselling_leaves_nothing_available(shop: Any) -> None:
    product = await shop.stocked("A", 1)
    await shop.order(items=[{"code": "A", "quantity": 4}])
    assert await balance(shop, product) == (1, 4, 0)
