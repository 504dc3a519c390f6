"""The gateway: what is paid at once or later, reviewed, refused, expires or comes back; several payments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import schemas

D = Decimal
LATER = 10


@pytest.fixture(autouse=True)
async def _goods(shop: Any) -> None:
    await shop.stocked("A", 100)


async def now(shop: Any, order: dict[str, Any]) -> dict[str, Any]:
    path = f"/demo/stores/{order['store_id']}/orders/{order['id']}"
    shown: dict[str, Any] = (await shop.door("GET", path)).body
    assert schemas.problems("webstore/Order", {k: v for k, v in shown.items() if k != "history"}) == []
    return shown


def states(order: dict[str, Any]) -> tuple[str, str, set[str]]:
    return order["status"], order["payment_status"], {payment["status"] for payment in order["payments"]}


async def available(shop: Any, product: int) -> float:
    answer = await shop.call("GET", f"/products/{product}/stock")
    return float(answer.body["available"])


@pytest.mark.parametrize(("method", "seconds"), [("pix", 30 * 60), ("boleto", 3 * 24 * 3600)])
async def test_what_is_not_paid_in_time_expires_and_gives_its_stock_back(shop: Any, method: str, seconds: int) -> None:
    product = await shop.stocked("CAN-01", 5)
    wish = {"items": [{"code": "CAN-01", "quantity": 2}], "payment": method, "status": "awaiting_payment"}
    order = await shop.order(**wish)
    await shop.advance(seconds=seconds - 1)
    assert states(await now(shop, order)) == ("awaiting_payment", "pending", {"pending"})
    assert await available(shop, product) == 3
    await shop.advance(seconds=1)
    await shop.door("POST", "/demo/webhooks/flush")
    ended = await now(shop, order)
    assert states(ended) == ("cancelled", "expired", {"expired"})
    assert (ended["cancel_reason"], ended["history"][-1]["actor"]) == ("payment", "platform")
    assert await available(shop, product) == 5
    await shop.advance(seconds=LATER)
    await shop.door("POST", "/demo/webhooks/flush")
    assert (await now(shop, order))["version"] == ended["version"]


async def test_what_was_paid_in_time_does_not_expire(shop: Any) -> None:
    order = await shop.order(payment="pix", status="awaiting_payment", pay_after=600)
    await shop.advance(seconds=600)
    await shop.door("POST", "/demo/webhooks/flush")
    assert states(await now(shop, order)) == ("paid", "paid", {"paid"})
    await shop.advance(seconds=3600)
    await shop.door("POST", "/demo/webhooks/flush")
    assert (await now(shop, order))["status"] == "paid"


async def test_a_card_is_reviewed_and_then_taken_or_refused(shop: Any) -> None:
    taken, refused = [await shop.order(payment="credit_card", status="payment_review") for _ in range(2)]
    assert states(await now(shop, taken)) == ("payment_review", "in_review", {"in_review"})
    assert states((await shop.on_order(taken, "pay")).body) == ("paid", "paid", {"paid"})
    assert states((await shop.on_order(refused, "refuse")).body) == ("cancelled", "refused", {"refused"})
    again = await shop.on_order(taken, "refuse")
    assert (again.status, "invalid_transition" in again.body["error"]) == (400, True)


async def test_money_comes_back_in_part_and_whole(shop: Any) -> None:
    order = await shop.order(payment="credit_card", status="paid")
    part = (await shop.on_order(order, "refund", {"amount": "0.01"})).body
    assert (part["status"], part["payment_status"]) == ("paid", "partially_refunded")
    assert (await shop.on_order(order, "refund")).body["payment_status"] == "refunded"
    for document, said in (({}, "only what was paid"), ({"amount": "x"}, "amount must be a number")):
        answer = await shop.on_order(order, "refund", document)
        assert (answer.status, said in answer.body["error"]) == (400, True)
    waiting = await shop.order(payment="pix", status="awaiting_payment")
    assert (await shop.on_order(waiting, "refund")).status == 400
    paid = await shop.order(status="paid")
    answer = await shop.on_order(paid, "refund", {"amount": "9999999"})
    assert (answer.status, "amount must be" in answer.body["error"]) == (400, True)


async def test_several_payments_make_up_the_whole_order(shop: Any) -> None:
    payments = [{"method": "voucher", "amount": "5.37"}, {"method": "credit_card", "installments": 3}]
    order = await shop.order(payments=payments, coupon=None, gift={"is_gift": False})
    assert [payment["method"] for payment in order["payments"]] == ["voucher", "credit_card"]
    amounts = [D(payment["amount"]) for payment in order["payments"]]
    assert (amounts[0], sum(amounts)) == (D("5.37"), D(order["total"]))
    assert [len(payment["installments"]) for payment in order["payments"]] == [1, 3]
    assert order["payments"][0]["gateway"] is None
    assert states(order) == ("paid", "paid", {"paid"})


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"payments": [{"method": "pix"}]}, "2 to 5"),
        ({"payments": "pix"}, "2 to 5"),
        ({"payments": [{"method": "pix"}, {"method": "boleto"}]}, "every payment but the last needs an amount"),
        ({"payments": [{"method": "pix", "amount": "1"}, {"method": "pix", "amount": "1"}]}, "but the last"),
        ({"payments": [{"method": "pix", "amount": 999_999}, {"method": "pix"}]}, "the whole order to"),
        ({"payments": [{"method": "pix", "amount": 0}, {"method": "pix"}]}, "above 0"),
        ({"payments": [{"method": "gold", "amount": 1}, {"method": "pix"}]}, "method must be one of"),
        ({"payments": [{"method": "pix", "amount": 1, "installments": 2}, {"method": "pix"}]}, "installments of pix"),
        ({"payments": [{"method": "pix", "amount": 1}, {"method": "pix"}], "payment": "pix"}, "not both"),
        ({"payments": [1, 2]}, "a payment is an object"),
        ({"pay_after": 60}, "for an order that waits"),
        ({"pay_after": "soon", "status": "awaiting_payment"}, "number of seconds"),
        ({"channel": "pigeon"}, "channel must be one of"),
        ({"intermediary": {"name": "X"}}, "belongs to channel marketplace"),
        ({"intermediary": {"name": 5}, "channel": "marketplace"}, "intermediary"),
    ],
)
async def test_what_no_checkout_can_do_is_refused_and_takes_nothing(shop: Any, wish: dict[str, Any], said: str) -> None:
    before = (await shop.door("GET", f"/demo/stores/{shop.store['id']}/orders")).body["total"]
    answer = await shop.checkout(**wish)
    assert (answer.status, said in answer.body["error"]) == (400, True), answer.body
    assert (await shop.door("GET", f"/demo/stores/{shop.store['id']}/orders")).body["total"] == before


async def test_a_marketplace_order_names_who_brought_it(shop: Any) -> None:
    order = await shop.order(channel="marketplace", intermediary={"seller_account": "conta-7"})
    assert order["channel"] == "marketplace"
    assert order["intermediary"]["seller_account"] == "conta-7"
    assert schemas.problems("webstore/Order", {k: v for k, v in order.items() if k != "history"}) == []
    listed = (await shop.call("GET", "/orders?channel=marketplace")).body
    assert [each["id"] for each in listed] == [order["id"]]
    assert (await shop.order())["intermediary"] is None


@pytest.mark.parametrize(
    ("method", "is_offline", "has_card"),
    [("debit_card", False, True), ("wallet", False, False), ("other", True, False), ("bank_transfer", True, False)],
)
async def test_each_way_to_pay_has_its_own_facts(shop: Any, method: str, is_offline: bool, has_card: bool) -> None:
    order = await shop.order(payment=method)
    assert schemas.problems("webstore/Order", {k: v for k, v in order.items() if k != "history"}) == []
    [payment] = order["payments"]
    assert (payment["method"], payment["offline"]) == (method, is_offline)
    assert (payment["gateway"] is None, payment["card_last4"] is not None) == (is_offline, has_card)


async def test_money_can_be_charged_back(shop: Any, receiver: Any) -> None:
    await shop.call("POST", "/webhooks", {"url": receiver.url, "events": ["order.updated"]})
    order = await shop.order(payment="credit_card")
    back = (await shop.on_order(order, "chargeback")).body
    assert states(back) == ("paid", "chargeback", {"chargeback"})
    await shop.door("POST", "/demo/webhooks/flush")
    assert [event["resource"]["version"] for event in receiver.events] == [back["version"]]
    again = await shop.on_order(order, "chargeback")
    assert (again.status, "only what was paid" in again.body["error"]) == (400, True)


@pytest.mark.parametrize(
    ("wish", "modality", "carrier", "cost"),
    [
        ({"delivery": "own_delivery"}, "own_delivery", "own", "9.90"),
        ({"delivery": "digital"}, "digital", "own", "0.00"),
        ({"delivery": "pickup"}, "pickup", "own", "0.00"),
        ({"shipping_address": None}, "pickup", "own", "0.00"),
        ({"shipping_address": None, "delivery": "digital"}, "digital", "own", "0.00"),
        # 16.40 and 2.15 for the one kilogram begun; who names a service gets no rebate.
        ({"service": "PAC"}, "carrier", "correios", "18.55"),
    ],
)
async def test_how_goods_travel_can_be_chosen(
    shop: Any, wish: dict[str, Any], modality: str, carrier: str, cost: str
) -> None:
    order = await shop.order(**wish)
    assert schemas.problems("webstore/Order", {k: v for k, v in order.items() if k != "history"}) == []
    shipping = order["shipping"]
    assert (shipping["modality"], shipping["carrier_code"], shipping["charged_cost"]) == (modality, carrier, cost)
    assert (order["shipping_address"] is None) == (modality in ("pickup", "digital"))
    assert order["shipping_cost"] == cost


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"delivery": "balloon"}, "delivery must be one of"),
        ({"service": "Sedex"}, "service must be one of"),
        ({"service": "SEDEX", "delivery": "pickup"}, "belongs to delivery carrier"),
        ({"delivery": "carrier", "shipping_address": None}, "needs a shipping address"),
        ({"delivery": "digital", "shipping_address": {"street": "Rua"}}, "has no shipping address"),
    ],
)
async def test_ways_that_do_not_exist_are_refused(shop: Any, wish: dict[str, Any], said: str) -> None:
    answer = await shop.checkout(**wish)
    assert (answer.status, said in answer.body["error"]) == (400, True), answer.body
