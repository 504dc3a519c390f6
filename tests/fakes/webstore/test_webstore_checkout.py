"""The checkout of the control door: what it places, what it refuses, and what may still be edited."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import schemas

D = Decimal


def sound(order: dict[str, Any]) -> None:
    """The document has its shape and its sums hold to the cent (§10.2, 10.5, 10.6)."""
    assert schemas.problems("webstore/Order", order) == []
    for item in order["items"]:
        full = (D(str(item["quantity"])) * D(item["unit_price"])).quantize(D("0.01"), "ROUND_HALF_UP")
        assert D(item["total"]) == full - D(item["discount"])
    assert D(order["subtotal"]) == sum(D(item["total"]) for item in order["items"])
    sums = D(order["subtotal"]) - D(order["discount"]) + D(order["shipping_cost"]) + D(order["surcharge"])
    assert D(order["total"]) == sums == sum(D(payment["amount"]) for payment in order["payments"])
    assert order["shipping"]["charged_cost"] == order["shipping_cost"]
    for payment in order["payments"]:
        parts = [D(part["amount"]) for part in payment["installments"]]
        assert sum(parts) == D(payment["amount"])
        assert len(set(parts[1:])) <= 1
        assert parts[0] >= parts[-1]


async def drawn(shop: Any, count: int = 150) -> list[dict[str, Any]]:
    await shop.create(stores=[{"products": 80, "installed": True}], bucket=False)
    answer = await shop.checkout(count=count, oversell=True)
    assert answer.status == 201, answer.body
    return list(answer.body["orders"])


async def test_drawn_orders_are_sound_and_of_every_kind(empty_shop: Any) -> None:
    orders = await drawn(empty_shop)
    for order in orders:
        sound(order)
    assert {order["customer"]["person_type"] for order in orders} == {"F", "J", "E"}
    assert {order["payments"][0]["method"] for order in orders} == {"pix", "credit_card", "boleto"}
    assert any(order["customer"]["ie"] for order in orders)
    assert any(order["coupon_code"] for order in orders)
    assert any(order["shipping_address"] != order["billing_address"] for order in orders)
    assert any(len(order["payments"][0]["installments"]) == 12 for order in orders)
    assert any(item["variant_id"] for order in orders for item in order["items"])
    assert any(D(item["discount"]) for order in orders for item in order["items"])


async def test_what_is_drawn_is_there(empty_shop: Any) -> None:
    await empty_shop.create(stores=[{"products": 12, "installed": True}], bucket=False)
    placed = 0
    while (answer := await empty_shop.checkout()).status == 201:
        placed += 1
        if placed > 2000:
            break
    assert "nothing available" in answer.body["error"]
    listed = await empty_shop.door("GET", f"/demo/stores/{empty_shop.store['id']}/products")
    for product in listed.body["products"]:
        for part in product["variants"] or [product]:
            assert part["stock"]["quantity"] >= part["stock"]["reserved"]


async def test_the_same_platform_and_requests_give_the_same_orders(empty_shop: Any) -> None:
    first = await drawn(empty_shop, 10)
    await empty_shop.door("DELETE", "/demo")
    assert await drawn(empty_shop, 10) == first


async def test_a_seed_of_its_own_gives_the_same_buyer_wherever_it_is_used(shop: Any) -> None:
    await shop.put("A")
    orders = [await shop.order(seed="maria") for _ in range(2)]
    orders.append(await shop.order(seed="outra"))
    ids = [order["customer"]["id"] for order in orders]
    assert ids[0] == ids[1] != ids[2]


async def test_numbers_run_per_store_and_may_be_given(empty_shop: Any) -> None:
    await empty_shop.create(stores=[{"installed": True, "first_order_number": 100245}], bucket=False)
    await empty_shop.put("A")
    assert (await empty_shop.order())["number"] == 100245
    assert (await empty_shop.order(number=200000))["number"] == 200000
    assert (await empty_shop.order())["number"] == 200001
    taken = await empty_shop.checkout(number=200000, oversell=True)
    assert (taken.status, "200000 already" in taken.body["error"]) == (400, True)


async def test_pix_gives_five_percent_on_what_the_coupon_left(shop: Any) -> None:
    await shop.put("A", price="100.00")
    order = await shop.order(payment="pix", coupon="PRIMEIRA10", status="awaiting_payment")
    sound(order)
    assert (order["subtotal"], order["discount"]) == ("100.00", "14.50")
    payment = order["payments"][0]
    assert payment["pix_copy_paste"]
    assert payment["expires_at"] == "2026-08-03T08:30:00-03:00"
    assert (payment["status"], payment["paid_at"]) == ("pending", None)


async def test_cents_left_over_go_to_the_first_installment(shop: Any) -> None:
    await shop.put("A", price="100.00")
    order = await shop.order(installments=3, shipping_address=None, gift={"is_gift": False})
    sound(order)
    assert [(part["amount"], part["due_date"]) for part in order["payments"][0]["installments"]] == [
        ("33.34", "2026-09-03"),
        ("33.33", "2026-10-03"),
        ("33.33", "2026-11-03"),
    ]
    assert order["payments"][0]["authorization_code"]


async def test_twelve_installments_carry_interest_as_surcharge(shop: Any) -> None:
    await shop.put("A", price="100.00")
    order = await shop.order(payment="credit_card", installments=12, shipping_address=None, gift={"is_gift": False})
    sound(order)
    assert (order["surcharge"], order["total"]) == ("2.99", "102.99")


async def test_a_gift_is_wrapped_for_ten_reais(shop: Any) -> None:
    await shop.put("A")
    order = await shop.order(payment="boleto", shipping_address=None, gift={"message": "Parabéns 🎉"})
    assert order["gift"] == {"is_gift": True, "message": "Parabéns 🎉", "hide_prices": True}
    assert (order["surcharge"], order["total"]) == ("10.00", "20.00")


async def test_wished_items_are_priced_as_the_shop_sells_them(shop: Any) -> None:
    await shop.put("KG", price="33.33", unit="KG")
    await shop.put("P", price="50.00", promotional_price="45.50", options=["Cor"],
                   variants=[{"code": "P-1", "option_values": ["Azul"]}])  # fmt: skip
    await shop.put("B", price="5.00")
    items = [
        {"code": "KG", "quantity": 1.125},
        {"code": "P-1", "quantity": 2},
        {"code": "B", "quantity": 3, "discount": 0.01},
        {"code": "B", "gift": True},
    ]
    order = await shop.order(items=items)
    sound(order)
    rows = [(item["code"], item["unit_price"], item["discount"], item["total"]) for item in order["items"]]
    assert rows == [
        ("KG", "33.33", "0.00", "37.50"),
        ("P-1", "50.00", "9.00", "91.00"),
        ("B", "5.00", "0.01", "14.99"),
        ("B", "5.00", "5.00", "0.00"),
    ]
    assert order["items"][1]["option_values"] == ["Azul"]
    assert order["items"][3]["gift"] is True


async def test_customer_and_addresses_are_taken_as_given(shop: Any) -> None:
    await shop.put("A")
    customer = {"kind": "J", "name": "Ipê Ltda", "cnpj": "12ABC34501DE35", "ie": "123", "icms_taxpayer": "contributor"}
    address = {"zip_code": "29010000", "city": "Vitória", "state": "ES", "number": "S/N"}
    order = await shop.order(customer=customer, shipping_address=address)
    sound(order)
    assert order["customer"] | customer == order["customer"] | {"kind": "J"}
    assert order["billing_address"]["recipient"] == "Ipê Ltda"
    assert order["shipping_address"] == order["billing_address"] | address
    assert (await shop.order(customer={"cpf": "52998224725"}))["customer"]["person_type"] == "F"


async def test_a_pick_up_has_no_shipping_address(shop: Any) -> None:
    await shop.put("A")
    order = await shop.order(shipping_address=None)
    sound(order)
    assert (order["shipping_address"], order["shipping"]["modality"]) == (None, "pickup")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"items": [{"code": "A", "quantity": 4}]}, "not enough of 'A': 4 asked, 3 available"),
        ({"items": [{"code": "A", "quantity": 2}, {"code": "A", "quantity": 2}]}, "2 asked, 1 available"),
        ({"count": 4, "items": [{"code": "A"}]}, "1 asked, 0 available"),
        ({"items": [{"code": "Z"}]}, "nothing with the code 'Z'"),
        ({"items": [{"code": "OFF"}]}, "'OFF' is not active"),
        ({"items": [{"code": "P"}]}, "name one of P-1"),
        ({"items": []}, "items must be"),
        ({"items": [{"code": "A", "price": 1}]}, "an item is"),
        ({"items": [{"code": "A", "quantity": 0}]}, "quantity must be"),
        ({"items": [{"code": "A", "discount": 10.01}]}, "more than its 10.00"),
        ({"items": [{"code": "A", "quantity": 1e20}]}, "quantity must be"),
        ({"items": [{"code": "A", "quantity": 0.0001}]}, "quantity must be"),
        ({"count": 0}, "count must be"),
        ({"payment": "cheque"}, "payment must be"),
        ({"payment": "pix", "installments": 2}, "installments are for credit_card"),
        ({"installments": 13}, "installments must be"),
        ({"status": "shipped"}, "status must be"),
        ({"customer": {"kind": "X"}}, "kind of a customer"),
        ({"customer": {"cpf": "1"}}, "customer.cpf: invalid_format"),
        ({"customer": {"nome": "Ana"}}, "customer has no field 'nome'"),
        ({"billing_address": {"zip_code": "30140-000"}}, "billing_address.zip_code: invalid_format"),
        ({"shipping_address": "x"}, "shipping_address must be"),
        ({"coupon": 10}, "coupon must be"),
        ({"nummer": 1}, "unknown key 'nummer'"),
    ],
)
async def test_what_cannot_be_sold_is_refused_and_holds_nothing(
    shop: Any, document: dict[str, Any], words: str
) -> None:
    product = await shop.stocked("A", 3)
    await shop.stocked("OFF", 3, active=False)
    await shop.put("P", options=["Cor"], variants=[{"code": "P-1", "option_values": ["Azul"]}])
    answer = await shop.checkout(**document)
    assert answer.status == 400
    assert words in answer.body["error"]
    assert (await shop.call("GET", f"/products/{product}/stock")).body["reserved"] == 0
    assert (await shop.call("GET", "/orders")).body == []


async def test_the_door_pays_and_cancels(shop: Any) -> None:
    await shop.put("A")
    order = await shop.order(status="awaiting_payment", payment="credit_card")
    paid = (await shop.on_order(order, "pay")).body
    sound({key: value for key, value in paid.items() if key != "history"})
    assert (paid["status"], paid["payment_status"]) == ("paid", "paid")
    assert (await shop.on_order(order, "pay")).status == 400
    assert (await shop.on_order(order, "cancel", {"reason": "tédio"})).status == 400
    cancelled = (await shop.on_order(order, "cancel", {"reason": "inventory"})).body
    assert (cancelled["cancel_reason"], cancelled["history"][-1]["actor"]) == ("inventory", "merchant")
    assert (await shop.on_order(order, "cancel")).status == 400


async def test_an_order_is_edited_until_it_is_imported(shop: Any) -> None:
    await shop.put("A")
    order = await shop.order()
    path = f"/demo/stores/{order['store_id']}/orders/{order['id']}"
    edited = (await shop.door("PATCH", path, {"shipping_address": {"number": "S/N"}})).body
    assert edited["shipping_address"] == order["shipping_address"] | {"number": "S/N"}
    assert (edited["version"], edited["total"]) == (order["version"] + 1, order["total"])
    for document in (
        {"shipping_address": None},
        {"customer": {"id": 1}},
        {"customer": None},
        {"billing_address": ["x"]},
        {"total": "1.00"},
    ):
        assert (await shop.door("PATCH", path, document)).status == 400
    reference = {"system": "olist_erp", "id": "1", "imported_at": "2026-08-03T08:00:00-03:00"}
    await shop.call("PUT", f"/orders/{order['id']}/external-reference", reference)
    refused = await shop.door("PATCH", path, {"customer_notes": "x"})
    assert (refused.status, "imported already" in refused.body["error"]) == (400, True)


async def test_the_door_lists_the_whole_truth_in_parts(shop: Any) -> None:
    await shop.put("A")
    orders = [await shop.order() for _ in range(3)]
    path = f"/demo/stores/{shop.store['id']}/orders"
    listed = (await shop.door("GET", f"{path}?offset=1&limit=1")).body
    assert listed == {"total": 3, "orders": [orders[1]]}
    assert (await shop.door("GET", f"{path}/{orders[1]['id']}")).body == orders[1]
    assert (await shop.door("GET", f"{path}/1")).status == 404
