"""What the app writes on orders (§10.1, 10.8)."""

from __future__ import annotations

from typing import Any

import pytest

KEY = "35260711222333000181550010000001231123456786"
OTHER_KEY = "35260711222333000181550010000001241123456783"
INVOICE = {
    "number": 123,
    "series": 1,
    "access_key": KEY,
    "issued_at": "2026-08-03T10:30:00Z",
    "amount": "10.00",
    "xml_url": None,
    "danfe_url": None,
}
TRACKING = {"tracking_code": "OY123456785BR", "tracking_url": "https://rastreio.exemplo.com.br/OY123456785BR"}
REFERENCE = {"system": "olist_erp", "id": "741", "number": "18", "imported_at": "2026-08-03T08:00:00-03:00"}

# §10.1, written out.
TABLE = {
    "awaiting_payment": {"payment_review", "paid", "cancelled"},
    "payment_review": {"awaiting_payment", "paid", "cancelled"},
    "paid": {"preparing", "invoiced", "ready_to_ship", "shipped", "delivered", "cancelled"},
    "preparing": {"invoiced", "ready_to_ship", "shipped", "delivered", "cancelled"},
    "invoiced": {"ready_to_ship", "shipped", "delivered", "cancelled"},
    "ready_to_ship": {"shipped", "delivered", "cancelled"},
    "shipped": {"delivered", "not_delivered"},
    "not_delivered": {"shipped", "cancelled"},
    "delivered": set[str](),
    "cancelled": set[str](),
}
WAY = {"not_delivered": ["shipped", "not_delivered"]}


@pytest.fixture
async def shop(shop: Any) -> Any:
    await shop.put("A")
    return shop


async def write(shop: Any, order: dict[str, Any], what: str, document: dict[str, Any]) -> Any:
    return await shop.call("PUT", f"/orders/{order['id']}/{what}", document, shape=None)


def to(status: str, **more: Any) -> dict[str, Any]:
    return {"status": status, **({"reason": "other"} if status == "cancelled" else {}), **more}


async def order_in(shop: Any, status: str) -> dict[str, Any]:
    """An order paid by transfer, so that the app may move it anywhere, in a status."""
    order = await shop.order(status="awaiting_payment", payment="bank_transfer")
    if status in ("awaiting_payment", "payment_review", "cancelled"):
        steps = [] if status == "awaiting_payment" else [status]
    else:
        steps = ["paid", *([] if status == "paid" else WAY.get(status, [status]))]
    for step in steps:
        order = (await write(shop, order, "status", to(step))).body
    assert order["status"] == status
    return {key: value for key, value in order.items() if key != "history"}


@pytest.mark.parametrize("before", TABLE)
async def test_every_cell_of_the_status_table_holds(shop: Any, before: str) -> None:
    for after in TABLE:
        order = await order_in(shop, before)
        answer = await write(shop, order, "status", to(after))
        if after == before:
            assert (answer.status, answer.body) == (200, order)
        elif after in TABLE[before]:
            assert (answer.status, answer.body["status"]) == (200, after)
            assert answer.body["version"] == order["version"] + 1
        else:
            assert (answer.status, answer.code) == (409, "invalid_transition")
            allowed = {detail["message"] for detail in answer.body["error"]["details"]}
            assert allowed == TABLE[before]


@pytest.mark.parametrize("payment", ["pix", "credit_card", "boleto"])
async def test_what_a_gateway_confirms_is_not_the_apps_to_say(shop: Any, payment: str) -> None:
    order = await shop.order(status="awaiting_payment", payment=payment)
    for status in ("paid", "payment_review"):
        answer = await write(shop, order, "status", {"status": status})
        assert (answer.status, answer.code) == (409, "payment_managed_by_gateway")


async def test_a_transfer_confirmed_by_the_app_is_paid(shop: Any) -> None:
    order = await order_in(shop, "paid")
    assert (order["payment_status"], order["payments"][0]["status"]) == ("paid", "paid")
    assert order["paid_at"] == order["payments"][0]["paid_at"] == "2026-08-03T08:00:00-03:00"


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ({}, ("status", "required")),
        ({"status": "enviado"}, ("status", "not_allowed_value")),
        ({"status": "cancelled"}, ("reason", "required")),
        ({"status": "cancelled", "reason": "desistiu"}, ("reason", "not_allowed_value")),
        ({"status": "shipped", "reason": "other"}, ("reason", "not_allowed_value")),
        ({"status": "shipped", "occurred_at": "2026-08-03T08:05:01-03:00"}, ("occurred_at", "too_large")),
        ({"status": "shipped", "occurred_at": "2026-13-01T00:00:00Z"}, ("occurred_at", "invalid_format")),
        ({"status": "shipped", "occurred_at": "0001-01-01T00:00:00+23:59"}, ("occurred_at", "invalid_format")),
        ({"status": "shipped", "note": "x" * 301}, ("note", "too_long")),
        ({"status": "shipped", "tracking_code": "X"}, ("tracking_code", "unknown_field")),
        ({"status": "shipped", "shipment": {}}, ("shipment", "required")),
        ({"status": "shipped", "shipment": {"code": "X"}}, ("shipment.code", "unknown_field")),
        ({"status": "invoiced", "invoice": {**INVOICE, "access_key": KEY[:-1] + "0"}},
         ("invoice.access_key", "invalid_check_digit")),
    ],
)  # fmt: skip
async def test_wrong_status_writes_are_refused_and_change_nothing(
    shop: Any, document: dict[str, Any], detail: tuple[str, str]
) -> None:
    order = await shop.order()
    answer = await write(shop, order, "status", document)
    assert (answer.status, answer.details) == (422, {detail})
    assert (await shop.call("GET", f"/orders/{order['id']}")).body["version"] == order["version"]


async def test_a_move_may_lie_five_minutes_ahead(shop: Any) -> None:
    document = {"status": "shipped", "occurred_at": "2026-08-03T08:05:00-03:00"}
    answer = await write(shop, await shop.order(), "status", document)
    assert answer.body["shipping"]["shipped_at"] == "2026-08-03T08:05:00-03:00"


async def test_times_of_past_summers_are_shown_with_the_offset_of_the_contract(shop: Any) -> None:
    document = {"status": "shipped", "occurred_at": "2018-12-01T12:00:00Z"}
    answer = await write(shop, await shop.order(), "status", document)
    assert answer.body["shipping"]["shipped_at"] == "2018-12-01T09:00:00-03:00"


async def test_shipment_and_invoice_come_with_the_status_as_one_change(shop: Any) -> None:
    order = await shop.order()
    document = {"status": "shipped", "shipment": {**TRACKING, "volumes": 2}, "invoice": INVOICE}
    answer = await write(shop, order, "status", document)
    shown = answer.body
    assert (shown["status"], shown["version"]) == ("shipped", order["version"] + 1)
    assert shown["shipping"] == {
        **order["shipping"],
        **TRACKING,
        "volumes": 2,
        "shipped_at": "2026-08-03T08:00:00-03:00",
    }
    assert shown["invoice"] == {**INVOICE, "issued_at": "2026-08-03T07:30:00-03:00"}
    again = await write(shop, order, "status", document)
    assert again.body == shown


async def test_a_wrong_invoice_leaves_the_status_alone(shop: Any) -> None:
    order = await shop.order()
    await write(shop, order, "invoice", INVOICE)
    answer = await write(shop, order, "status", {"status": "invoiced", "invoice": {**INVOICE, "access_key": OTHER_KEY}})
    assert (answer.status, answer.code) == (409, "invoice_already_set")
    assert (await shop.call("GET", f"/orders/{order['id']}")).body["status"] == "paid"


@pytest.mark.parametrize("status", TABLE)
async def test_a_shipment_is_taken_from_paid_to_shipped(shop: Any, status: str) -> None:
    answer = await write(shop, await order_in(shop, status), "shipment", TRACKING)
    if status in ("awaiting_payment", "payment_review"):
        assert (answer.status, answer.code) == (409, "order_not_paid")
    elif status in ("delivered", "cancelled"):
        assert (answer.status, answer.code) == (409, "order_closed")
    else:
        assert (answer.status, answer.body["status"]) == (200, status)
        assert answer.body["shipping"]["tracking_code"] == "OY123456785BR"


async def test_tracking_may_come_after_shipped_and_its_repeat_is_silent(shop: Any) -> None:
    order = (await write(shop, await shop.order(), "status", {"status": "shipped"})).body
    answer = await write(shop, order, "shipment", TRACKING)
    assert answer.body["version"] == order["version"] + 1
    assert (await write(shop, order, "shipment", TRACKING)).body == answer.body


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ({}, (None, "required")),
        ({"carrier": "Correios"}, ("carrier", "unknown_field")),
        ({"carrier_code": "sedex"}, ("carrier_code", "not_allowed_value")),
        ({"tracking_code": "X" * 61}, ("tracking_code", "too_long")),
        ({"tracking_url": "rastreio"}, ("tracking_url", "invalid_format")),
        ({"volumes": 0}, ("volumes", "too_small")),
        ({"estimated_delivery_at": "2026-02-30"}, ("estimated_delivery_at", "invalid_format")),
        ({"shipped_at": "2026-08-03T25:00:00Z"}, ("shipped_at", "invalid_format")),
    ],
)
async def test_wrong_shipments_are_refused(shop: Any, document: dict[str, Any], detail: tuple[str, str]) -> None:
    answer = await write(shop, await shop.order(), "shipment", document)
    assert (answer.status, answer.details) == (422, {detail})


async def test_a_second_invoice_needs_replace(shop: Any) -> None:
    order = await shop.order()
    first = (await write(shop, order, "invoice", INVOICE)).body
    assert (first["status"], first["version"]) == ("paid", order["version"] + 1)
    assert (await write(shop, order, "invoice", INVOICE)).body == first
    other = {**INVOICE, "number": 124, "access_key": OTHER_KEY}
    assert (await write(shop, order, "invoice", other)).code == "invoice_already_set"
    replaced = await write(shop, order, "invoice", {**other, "replace": True})
    assert replaced.body["invoice"]["access_key"] == OTHER_KEY
    assert "replace" not in replaced.body["invoice"]


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"number": 0}, ("number", "too_small")),
        ({"series": 1000}, ("series", "too_large")),
        ({"access_key": KEY[:-1]}, ("access_key", "invalid_format")),
        ({"access_key": KEY[:-1] + "0"}, ("access_key", "invalid_check_digit")),
        ({"amount": "10"}, ("amount", "invalid_format")),
        ({"model": 55}, ("model", "unknown_field")),
    ],
)
async def test_wrong_invoices_are_refused(shop: Any, change: dict[str, Any], detail: tuple[str, str]) -> None:
    answer = await write(shop, await shop.order(), "invoice", {**INVOICE, **change})
    assert (answer.status, answer.details) == (422, {detail})


async def test_an_order_is_imported_once(shop: Any) -> None:
    order = await shop.order()
    first = await write(shop, order, "external-reference", REFERENCE)
    assert (first.status, first.body["external_reference"]) == (200, REFERENCE)
    same_moment = {**REFERENCE, "imported_at": "2026-08-03T11:00:00Z"}
    assert (await write(shop, order, "external-reference", same_moment)).body == first.body
    for change in ({"id": "742"}, {"number": None}, {"imported_at": "2026-08-03T11:00:01Z"}):
        answer = await write(shop, order, "external-reference", {**REFERENCE, **change})
        assert (answer.status, answer.code) == (409, "already_referenced")


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"system": "erp"}, ("system", "not_allowed_value")),
        ({"id": 741}, ("id", "invalid_format")),
        ({"imported_at": "ontem"}, ("imported_at", "invalid_format")),
        ({"link": "x"}, ("link", "unknown_field")),
    ],
)
async def test_wrong_references_are_refused(shop: Any, change: dict[str, Any], detail: tuple[str, str]) -> None:
    answer = await write(shop, await shop.order(), "external-reference", {**REFERENCE, **change})
    assert answer.status == 422
    assert detail in answer.details


async def test_delivered_and_sent_again_leave_their_times(shop: Any) -> None:
    order = await shop.order()
    await write(shop, order, "status", {"status": "shipped"})
    await write(shop, order, "status", {"status": "not_delivered"})
    await shop.advance(hours=24)
    again = (await write(shop, order, "status", {"status": "shipped"})).body
    assert again["shipping"]["shipped_at"] == "2026-08-04T08:00:00-03:00"
    done = (await write(shop, order, "status", {"status": "delivered"})).body
    assert done["shipping"]["delivered_at"] == "2026-08-04T08:00:00-03:00"


@pytest.mark.parametrize(("status", "after"), [("paid", "refunded"), ("awaiting_payment", "voided")])
async def test_the_gateway_gives_the_money_back_some_ticks_after_a_cancellation(
    shop: Any, status: str, after: str
) -> None:
    order = await shop.order(status=status)
    cancelled = (await write(shop, order, "status", {"status": "cancelled", "reason": "fraud"})).body
    assert (cancelled["cancel_reason"], cancelled["cancelled_at"]) == ("fraud", "2026-08-03T08:00:00-03:00")
    assert cancelled["payment_status"] == order["payment_status"]
    await shop.advance(seconds=10)
    await shop.door("POST", "/demo/webhooks/flush")
    shown = (await shop.call("GET", f"/orders/{order['id']}")).body
    assert (shown["status"], shown["payment_status"], shown["payments"][0]["status"]) == ("cancelled", after, after)
