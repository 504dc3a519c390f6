"""Subscriptions, signed deliveries, retries (§11)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

import schemas
from fake_webstore.signature import sign

CALENDAR_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440)


async def subscribe(shop: Any, url: str, *events: str) -> dict[str, Any]:
    answer = await shop.call("POST", "/webhooks", {"url": url, "events": list(events)}, shape="Webhook")
    assert answer.status == 201
    return dict(answer.body)


async def flush(shop: Any) -> int:
    return int((await shop.door("POST", "/demo/webhooks/flush")).body["attempts"])


def test_the_worked_example_of_the_contract_holds() -> None:
    signature = sign("whsec_example", 1785542400, b'{"event_id":"evt_01","event":"order.paid"}')
    assert signature == "sha256=a45d1cefccf9b759adc065a88043fa1f4b38e196369da558023a9fe5eb91ebb8"


async def test_a_secret_is_shown_once(shop: Any) -> None:
    made = await subscribe(shop, "https://conector.example/w", "product.updated")
    assert len(made["secret"]) == 43
    listed = (await shop.call("GET", "/webhooks", shape="Webhook")).body
    assert listed == [{key: value for key, value in made.items() if key != "secret"}]
    assert "secret" not in (await shop.call("GET", f"/webhooks/{made['id']}")).body
    assert made["secret"] not in str(await shop.journal("api"))


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"url": "http://conector.example/w", "events": ["order.paid"]}, "url"),
        ({"url": "nada", "events": ["order.paid"]}, "url"),
        ({"url": "https://c.example/w", "events": []}, "events"),
        ({"url": "https://c.example/w", "events": ["order.eaten"]}, "events[0]"),
        ({"url": "https://c.example/w"}, "events"),
    ],
)
async def test_wrong_subscriptions_are_refused(shop: Any, document: dict[str, Any], field: str) -> None:
    answer = await shop.call("POST", "/webhooks", document)
    assert answer.status == 422
    assert {name for name, _ in answer.details} == {field}


async def test_a_url_is_subscribed_once_and_a_store_has_ten(shop: Any) -> None:
    await subscribe(shop, "https://c.example/0", "order.paid")
    again = await shop.call("POST", "/webhooks", {"url": "https://c.example/0", "events": ["order.paid"]})
    assert (again.status, again.code) == (409, "duplicate_webhook")
    for number in range(1, 10):
        await subscribe(shop, f"https://c.example/{number}", "order.paid")
    eleventh = await shop.call("POST", "/webhooks", {"url": "https://c.example/x", "events": ["order.paid"]})
    assert eleventh.status == 422


async def test_a_deleted_subscription_is_gone(shop: Any, receiver: Any) -> None:
    made = await subscribe(shop, receiver.url, "product.created")
    assert (await shop.call("DELETE", f"/webhooks/{made['id']}")).status == 204
    assert (await shop.call("GET", f"/webhooks/{made['id']}")).status == 404
    await shop.put("A")
    assert await flush(shop) == 0


async def test_a_delivery_is_thin_and_signed(shop: Any, receiver: Any) -> None:
    made = await subscribe(shop, receiver.url, "product.created")
    product = (await shop.put("A")).body
    await flush(shop)
    ((headers, body),) = receiver.got
    event = receiver.events[0]
    assert schemas.problems("webstore/WebhookEvent", event) == []
    assert event["resource"] == {
        "type": "product",
        "id": product["id"],
        "version": 1,
        "updated_at": product["updated_at"],
    }
    assert headers["X-Webstore-Event"] == "product.created"
    assert headers["X-Webstore-Store-Id"] == str(shop.store["id"])
    assert headers["X-Webstore-Attempt"] == "1"
    signed = headers["X-Webstore-Timestamp"].encode() + b"." + body
    digest = hmac.new(made["secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Webstore-Hmac-SHA256"] == f"sha256={digest}"


async def test_catalogue_changes_are_announced_and_echoes_and_stock_are_not(shop: Any, receiver: Any) -> None:
    await subscribe(shop, receiver.url, "product.created", "product.updated", "product.deleted")
    product = (await shop.put("A")).body["id"]
    await shop.put("A")
    await shop.call("PUT", f"/products/{product}/stock", {"quantity": 4})
    await shop.put("A", name="Nova")
    await shop.call("DELETE", f"/products/{product}")
    await flush(shop)
    assert sorted(event["event"] for event in receiver.events) == [
        "product.created",
        "product.deleted",
        "product.updated",
    ]


async def test_another_stores_changes_are_not_announced(shop: Any, receiver: Any) -> None:
    await subscribe(shop, receiver.url, "product.created")
    await shop.call("PUT", "/products/by-code/A", {"name": "x", "price": "1.00"}, store=1)
    assert await flush(shop) == 0


async def test_retries_follow_the_calendar_and_end_dead_after_nine_attempts(shop: Any, receiver: Any) -> None:
    made = await subscribe(shop, receiver.url, "product.created")
    receiver.usual = 500
    await shop.put("A")
    assert await flush(shop) == 1
    for attempts, minutes in enumerate(CALENDAR_MINUTES, start=1):
        await shop.advance(seconds=minutes * 60 - 1)
        await flush(shop)
        assert len(receiver.got) == attempts
        await shop.advance(seconds=1)
        await flush(shop)
        assert len(receiver.got) == attempts + 1
    await shop.advance(hours=100)
    await flush(shop)
    assert len(receiver.got) == 9
    assert [headers["X-Webstore-Attempt"] for headers, _ in receiver.got] == [str(n) for n in range(1, 10)]
    assert len({headers["X-Webstore-Delivery"] for headers, _ in receiver.got}) == 9
    assert len({body for _, body in receiver.got}) == 1
    listed = (await shop.call("GET", f"/webhooks/{made['id']}/deliveries", shape="Delivery")).body
    assert [line["status"] for line in listed] == ["dead"] + ["failed"] * 8


async def test_a_success_after_a_failure_ends_the_retries(shop: Any, receiver: Any) -> None:
    await subscribe(shop, receiver.url, "product.created")
    receiver.statuses = [302, 404]
    await shop.put("A")
    for _ in range(4):
        await flush(shop)
        await shop.advance(minutes=5)
    assert len(receiver.got) == 3


async def test_three_dead_deliveries_in_a_row_switch_the_subscription_off(shop: Any, receiver: Any) -> None:
    made = await subscribe(shop, receiver.url, "product.created")
    receiver.usual = 500
    for code in "ABC":
        await shop.put(code)
    for minutes in (0, *CALENDAR_MINUTES):
        await shop.advance(minutes=minutes)
        await flush(shop)
    assert (await shop.call("GET", f"/webhooks/{made['id']}")).body["active"] is False
    await shop.put("D")
    assert await flush(shop) == 0


async def test_410_deletes_the_subscription_at_once(shop: Any, receiver: Any) -> None:
    made = await subscribe(shop, receiver.url, "product.created")
    receiver.usual = 410
    await shop.put("A")
    await flush(shop)
    assert (await shop.call("GET", f"/webhooks/{made['id']}")).status == 404


async def test_a_receiver_that_is_not_there_is_a_failure(shop: Any) -> None:
    made = await subscribe(shop, "http://127.0.0.1:1/hook", "product.created")
    await shop.put("A")
    await flush(shop)
    (line,) = (await shop.call("GET", f"/webhooks/{made['id']}/deliveries", shape="Delivery")).body
    assert (line["status"], line["response_status"], line["next_attempt_at"]) == (
        "failed",
        None,
        "2026-08-03T08:01:00-03:00",
    )


@pytest.mark.parametrize("what", ["duplicate", "drop", "wrong_signature", "old_timestamp"])
async def test_webhook_faults_strike_once(shop: Any, receiver: Any, what: str) -> None:
    made = await subscribe(shop, receiver.url, "product.created")
    await shop.door("POST", "/demo/webhooks/faults", {"what": what, "calls": 1})
    await shop.put("A")
    await flush(shop)
    await shop.put("B")
    await flush(shop)
    seen = []
    for headers, body in receiver.got:
        timestamp = int(headers["X-Webstore-Timestamp"])
        good = sign(made["secret"], timestamp, body) == headers["X-Webstore-Hmac-SHA256"]
        seen.append((good, timestamp == 1785754800))
    fine = (True, True)
    assert (
        seen
        == {
            "duplicate": [fine, fine, fine],
            "drop": [fine],
            "wrong_signature": [(False, True), fine],
            "old_timestamp": [(True, False), fine],
        }[what]
    )
    if what == "duplicate":
        assert receiver.events[0]["event_id"] == receiver.events[1]["event_id"]


async def test_deliveries_are_in_the_journal_without_the_secret(shop: Any, receiver: Any) -> None:
    made = await subscribe(shop, receiver.url, "product.created")
    await shop.put("A")
    await flush(shop)
    (entry,) = await shop.journal("webhook")
    assert (entry["event"], entry["status"], entry["attempt"], entry["url"]) == (
        "product.created",
        200,
        1,
        receiver.url,
    )
    assert entry["resource"] == receiver.events[0]["resource"]["id"]
    assert made["secret"] not in str(entry)
