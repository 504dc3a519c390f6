"""The bucket, the one error shape for everything, and faults on order (§12–14)."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import aiohttp.web
import orjson
import pytest


async def test_forty_calls_pass_and_the_next_waits_as_long_as_it_is_told(empty_shop: Any) -> None:
    await empty_shop.create()
    for left in range(39, -1, -1):
        answer = await empty_shop.call("GET", "")
        assert answer.status == 200
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Reset"]) == ("40", "20")
    refused = await empty_shop.call("GET", "")
    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (429, "rate_limited", "1")
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    await empty_shop.advance(seconds=1)
    assert [(await empty_shop.call("GET", "")).status for _ in range(3)] == [200, 200, 429]


async def test_a_batch_costs_a_unit_per_ten_lines_and_nothing_when_refused(empty_shop: Any) -> None:
    await empty_shop.create()
    items = {"items": [{"product_id": 1, "quantity": 1}] * 41}
    for left in (35, 30, 25, 20, 15, 10, 5, 0):
        assert (await empty_shop.call("POST", "/stock/batch", items)).headers["X-RateLimit-Remaining"] == str(left)
    await empty_shop.advance(seconds=2)
    refused = await empty_shop.call("POST", "/stock/batch", items)
    assert (refused.status, refused.headers["X-RateLimit-Remaining"]) == (429, "4")
    assert refused.headers["Retry-After"] == "1"


async def test_each_store_has_its_own_bucket(empty_shop: Any) -> None:
    await empty_shop.create()
    for _ in range(40):
        await empty_shop.call("GET", "")
    assert (await empty_shop.call("GET", "")).status == 429
    assert (await empty_shop.call("GET", "", store=1)).status == 200


async def test_the_bucket_can_be_switched_off(shop: Any) -> None:
    assert {(await shop.call("GET", "")).status for _ in range(60)} == {200}


async def test_unknown_paths_and_methods_have_the_error_shape(shop: Any) -> None:
    assert (await shop.call("GET", "/nada")).code == "not_found"
    assert (await shop.call("GET", "/products/abc")).code == "not_found"
    wrong = await shop.call("POST", "/products", {})
    assert (wrong.status, wrong.code, wrong.headers["Allow"]) == (405, "method_not_allowed", "GET")


async def test_bodies_must_be_json_of_bearable_size(shop: Any) -> None:
    path = "/products/by-code/A"
    assert (await shop.call("PUT", path, data=b"{", headers={"Content-Type": "application/json"})).code == (
        "malformed_json"
    )
    form = await shop.call("PUT", path, data=b"{}", headers={"Content-Type": "text/plain"})
    assert (form.status, form.code) == (415, "unsupported_media_type")
    big = b'{"name":"' + b"a" * (2 * 2**20) + b'"}'
    large = await shop.call("PUT", path, data=big, headers={"Content-Type": "application/json"})
    assert (large.status, large.code) == (413, "payload_too_large")
    assert (await shop.call("PUT", path, [])).details == {(None, "invalid_format")}


async def test_every_answer_has_a_request_id(shop: Any) -> None:
    first, second = await shop.call("GET", ""), await shop.call("GET", "/products/1")
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert second.body["error"]["request_id"] == second.headers["X-Request-Id"]


async def order(shop: Any, what: str, **more: Any) -> None:
    answer = await shop.door("POST", "/demo/faults", {"call": "PUT /products/by-code/{code}", "what": what, **more})
    assert answer.status == 201, answer.body


@pytest.mark.parametrize(
    ("what", "with_", "status", "code"),
    [
        ("status", {"status": 503}, 503, "maintenance"),
        ("status", {"status": 500}, 500, "internal_error"),
        ("rate_limited", {"retry_after": 7}, 429, "rate_limited"),
        ("maintenance", {}, 503, "maintenance"),
    ],
)
async def test_an_ordered_refusal_happens_once_and_changes_nothing(
    shop: Any, what: str, with_: dict[str, Any], status: int, code: str
) -> None:
    await order(shop, what, **{"with": with_})
    answer = await shop.put("A")
    assert (answer.status, answer.code) == (status, code)
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) >= 1
    assert (await shop.put("A")).status == 201


async def test_a_proxy_page_has_no_json(shop: Any) -> None:
    await order(shop, "html_502")
    answer = await shop.put("A")
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (502, "text/html")


@pytest.mark.parametrize(("what", "found"), [("cut", 404), ("answer_lost", 200)])
async def test_a_cut_call_did_not_happen_and_a_lost_answer_did(shop: Any, what: str, found: int) -> None:
    # aiohttp repeats a cut PUT once by itself: both attempts are cut.
    await order(shop, what, calls=2)
    with pytest.raises(aiohttp.ClientError):
        await shop.put("A")
    assert (await shop.call("GET", "/products/by-code/A")).status == found


async def test_faults_strike_the_calls_that_they_name(shop: Any) -> None:
    await order(shop, "status", first=2, calls=2, **{"with": {"status": 500}})
    assert [(await shop.put("A")).status for _ in range(4)] == [201, 500, 500, 200]
    assert (await shop.call("GET", "/products")).status == 200


async def test_statistics_count_calls_by_endpoint_and_refusals(shop: Any) -> None:
    await order(shop, "rate_limited")
    await shop.put("A")
    await shop.put("A")
    await shop.call("GET", "/products")
    counted = (await shop.door("GET", "/demo/statistics")).body
    assert counted["calls"] == {"GET /products": 1, "PUT /products/by-code/{code}": 2}
    assert (counted["rate_limited"], counted["total"]) == (1, 3)


async def test_the_journal_has_every_call_and_no_secret(shop: Any) -> None:
    report = {"connection": "connected", "stock_webhook_url": "https://conector.example/estoque/segredo"}
    await shop.call("PATCH", "/apps/erp/settings", report, shape="AppSettings")
    await shop.put("A", name="x" * 150, description_html="y" * 9000)
    entries = await shop.journal("api")
    assert [(entry["call"], entry["status"]) for entry in entries] == [
        ("PATCH /apps/erp/settings", 200),
        ("PUT /products/by-code/{code}", 201),
    ]
    assert orjson.loads(entries[0]["body"])["stock_webhook_url"] == "https://conector.example/····"
    assert len(entries[1]["body"]) == 2048
    assert shop.store["access_token"] not in str(entries)


async def test_the_journal_keeps_the_lines_of_a_whole_batch_of_stock(shop: Any) -> None:
    lines = [{"product_id": 700_000_000_000 + n, "variant_id": 800_000_000_000 + n, "quantity": n} for n in range(50)]
    await shop.call("POST", "/stock/batch", {"items": lines})
    (entry,) = await shop.journal("api")
    assert orjson.loads(entry["body"])["items"] == lines


async def test_a_full_journal_refuses_before_anything_changes(fake: Any, shop: Any) -> None:
    world = fake.worlds.get("demo")
    world.journal._limit = len(world.journal)
    refused = await shop.put("A")
    assert (refused.status, refused.code) == (507, "journal_full")
    assert not world.stores[shop.store["id"]].products


async def test_a_slow_answer_takes_its_time_on_the_worlds_clock(shop: Any) -> None:
    await order(shop, "slow", **{"with": {"seconds": 90}})
    waiting = asyncio.ensure_future(shop.put("A"))
    while not await shop.journal("api"):
        pass
    assert (await shop.call("GET", "/products")).body == []
    await shop.advance(seconds=90)
    assert (await waiting).status == 201


HOSTILE = [
    b"",
    b"null",
    b'"text"',
    b"[" * 5000,
    b'{"name": "\\ud800"}',
    b'{"name": "a\\u0000b", "price": "1.00"}',
    b'{"items": [[], null, 5, {"product_id": true, "quantity": 1e400}]}',
    b'{"items": {"0": 1}}',
    b'{"quantity": 123456789012345678901234567890}',
    b'{"related": {"product_codes": [{}]}, "variants": [null, 5], "package": []}',
    b'{"events": {"a": 1}, "url": ["x"]}',
    b"\xff\xfe\x00",
]


@pytest.mark.parametrize("body", HOSTILE)
async def test_no_body_brings_the_server_down(shop: Any, body: bytes) -> None:
    product = (await shop.put("B")).body["id"]
    calls = [
        ("PUT", "/products/by-code/A"),
        ("PATCH", f"/products/{product}"),
        ("PUT", f"/products/{product}/images"),
        ("PUT", f"/products/{product}/stock"),
        ("POST", "/stock/batch"),
        ("PATCH", "/apps/erp/settings"),
        ("POST", "/webhooks"),
    ]
    for method, path in calls:
        answer = await shop.call(method, path, data=body, headers={"Content-Type": "application/json"})
        assert answer.status < 500, (method, path)


async def test_a_caller_who_dies_in_the_middle_of_a_body_is_no_error(shop: Any, fake: Any, caplog: Any) -> None:
    # A server as the program has it, which lets a handler end though nobody waits for it.
    runner = aiohttp.web.AppRunner(fake.site())
    await runner.setup()
    try:
        await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
        _, writer = await asyncio.open_connection(*runner.addresses[0])
        lines = (
            f"PUT /demo/api/v1/stores/{shop.store['id']}/products/by-code/A HTTP/1.1",
            f"Authorization: Bearer {shop.store['access_token']}",
            *("Host: a", "User-Agent: tests (a@exemplo.com.br)", "Content-Type: application/json"),
            *("Content-Length: 99", "", '{"name"'),
        )
        writer.write("\r\n".join(lines).encode())
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()
        await asyncio.sleep(0.05)
    finally:
        await runner.cleanup()
    assert caplog.records == []
    assert (await shop.journal("api"))[-1]["status"] is None
