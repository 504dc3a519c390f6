"""Orders as they are listed and read (§10.2–10.9)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import schemas


@pytest.fixture
async def shop(shop: Any) -> Any:
    await shop.put("A")
    return shop


async def numbers(shop: Any, query: str = "") -> list[int]:
    answer = await shop.call("GET", f"/orders{query}", shape="Order")
    assert answer.status == 200
    return [order["number"] for order in answer.body]


async def test_an_order_has_the_keys_of_the_contract_in_their_order(shop: Any) -> None:
    example = orjson.loads((schemas.ROOT / "webstore/examples/Order/valid-sample.json").read_bytes())
    order = (await shop.call("GET", f"/orders/{(await shop.order())['id']}", shape="Order")).body
    assert list(order) == list(example)
    for key in ("customer", "billing_address", "shipping_address", "shipping", "gift"):
        assert list(order[key]) == list(example[key])
    for key in ("items", "payments"):
        assert list(order[key][0]) == list(example[key][0])


async def test_the_newest_order_comes_first_unless_sorted_otherwise(shop: Any) -> None:
    for _ in range(3):
        await shop.order()
    assert await numbers(shop) == [1003, 1002, 1001]
    assert await numbers(shop, "?sort=id") == [1001, 1002, 1003]


async def test_a_list_sorted_by_change_ends_with_what_changed_last(shop: Any) -> None:
    first = await shop.order()
    await shop.order()
    await shop.advance(minutes=1)
    await shop.call("PUT", f"/orders/{first['id']}/status", {"status": "preparing"})
    assert await numbers(shop, "?sort=updated_at") == [1002, 1001]
    assert await numbers(shop, "?updated_at_min=2026-08-03T11:01:00Z") == [1001]
    assert await numbers(shop, "?updated_at_max=2026-08-03T11:00:59Z") == [1002]
    assert await numbers(shop, "?created_at_min=2026-08-03T11:00:01Z") == []


async def test_pages_lead_to_each_other(shop: Any) -> None:
    for _ in range(3):
        await shop.order()
    answer = await shop.call("GET", "/orders?status=paid,preparing&per_page=2")
    assert (len(answer.body), answer.headers["X-Total-Count"]) == (2, "3")
    base = f"{shop.base}/api/v1/stores/{shop.store['id']}/orders?status=paid%2Cpreparing&per_page=2&page="
    assert answer.headers["Link"] == f'<{base}1>; rel="first", <{base}2>; rel="next", <{base}2>; rel="last"'
    (last,) = (await shop.send("GET", f"{base}2", headers=await _headers(shop))).body
    assert last["number"] == 1001


async def _headers(shop: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {shop.store['access_token']}", "User-Agent": "tests"}


async def test_the_first_pull_finds_what_is_paid_and_not_imported(shop: Any) -> None:
    imported, _, unpaid = await shop.order(), await shop.order(), await shop.order(status="awaiting_payment")
    reference = {"system": "olist_erp", "id": "1", "number": "1", "imported_at": "2026-08-03T08:00:00-03:00"}
    await shop.call("PUT", f"/orders/{imported['id']}/external-reference", reference)
    assert await numbers(shop, "?imported=false&sort=id&status=paid,preparing") == [1002]
    assert await numbers(shop, "?imported=true") == [1001]
    assert await numbers(shop, "?payment_status=pending") == [unpaid["number"]]


async def test_orders_are_found_by_number_channel_and_id(shop: Any) -> None:
    first = await shop.order()
    await shop.order()
    assert await numbers(shop, "?number=1002") == [1002]
    assert await numbers(shop, f"?since_id={first['id']}") == [1002]
    assert await numbers(shop, "?channel=storefront") == [1002, 1001]
    assert await numbers(shop, "?channel=marketplace") == []


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("status=paid,aprovado", ("status", "not_allowed_value")),
        ("status=", ("status", "not_allowed_value")),
        ("payment_status=pago", ("payment_status", "not_allowed_value")),
        ("imported=sim", ("imported", "not_allowed_value")),
        ("sort=-updated_at", ("sort", "not_allowed_value")),
        ("channel=loja", ("channel", "not_allowed_value")),
        ("number=A1", ("number", "invalid_format")),
        ("since_id=-1", ("since_id", "invalid_format")),
        ("updated_at_min=2026-08-03", ("updated_at_min", "invalid_format")),
        ("customer=1", ("customer", "unknown_parameter")),
        ("per_page=201", ("per_page", "too_large")),
    ],
)
async def test_wrong_filters_are_refused(shop: Any, query: str, detail: tuple[str, str]) -> None:
    answer = await shop.call("GET", f"/orders?{query}")
    assert (answer.status, answer.details) == (422, {detail})


async def test_orders_of_another_store_are_not_found(shop: Any) -> None:
    order = await shop.order()
    for method, path, document in (
        ("GET", "", None),
        ("GET", "/history", None),
        ("PUT", "/status", {"status": "preparing"}),
    ):
        assert (await shop.call(method, f"/orders/{order['id']}{path}", document, store=1)).code == "not_found"


async def test_two_stores_have_the_same_numbers_and_different_ids(shop: Any) -> None:
    await shop.call("PUT", "/products/by-code/A", {"name": "Caneca", "price": "10.00"}, store=1)
    here, there = await shop.order(), await shop.order(store=1)
    assert here["number"] == there["number"] == 1001
    assert here["id"] != there["id"]


async def test_a_product_deleted_since_is_null_in_the_item(shop: Any) -> None:
    order = await shop.order()
    await shop.call("DELETE", f"/products/{order['items'][0]['product_id']}")
    (item,) = (await shop.call("GET", f"/orders/{order['id']}", shape="Order")).body["items"]
    assert (item["product_id"], item["code"], item["name"]) == (None, "A", "Caneca")


async def test_orders_need_the_scopes_of_orders(empty_shop: Any) -> None:
    await empty_shop.create(app={"scopes": ["read_products", "read_orders"]}, bucket=False)
    assert (await empty_shop.call("GET", "/orders")).status == 200
    answer = await empty_shop.call("PUT", "/orders/1/status", {"status": "paid"})
    assert (answer.status, answer.code) == (403, "insufficient_scope")


async def test_the_history_tells_who_did_what_when(shop: Any) -> None:
    order = await shop.order()
    change = {"status": "preparing", "occurred_at": "2026-08-03T10:59:00Z", "note": "Na bancada 3"}
    await shop.call("PUT", f"/orders/{order['id']}/status", change)
    history = (await shop.call("GET", f"/orders/{order['id']}/history", shape="HistoryLine")).body
    assert [(line["status"], line["payment_status"], line["actor"]) for line in history] == [
        ("awaiting_payment", "pending", "customer"),
        ("paid", "paid", "platform"),
        ("preparing", "paid", "app:erp"),
    ]
    assert history[-1] | {"status": None} == {
        "status": None,
        "payment_status": "paid",
        "occurred_at": "2026-08-03T07:59:00-03:00",
        "recorded_at": "2026-08-03T08:00:00-03:00",
        "actor": "app:erp",
        "note": "Na bancada 3",
    }
