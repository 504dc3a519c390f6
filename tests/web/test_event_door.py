"""The shop's events: refused unless the shop signed these very bytes now, kept before they are answered."""

import asyncio
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from connector.store import work
from connector.web.doors import is_signed
from scenarios.harness.clock import RealClock


@pytest.fixture
def post(installed):
    async def send(body, headers):
        async with installed.http.post(f"{installed.url}/webstore/eventos", data=body, headers=headers) as answer:
            return answer.status

    return send


async def test_a_signed_event_is_kept_and_answered(post, signed, kept):
    assert await post(*await signed()) == 200
    assert await kept("webstore") == 1


async def test_an_unsigned_event_is_refused(post, signed, kept):
    body, headers = await signed()
    del headers["X-Webstore-Hmac-SHA256"]
    assert (await post(body, headers), await kept("webstore")) == (401, 0)


@pytest.mark.parametrize("seconds_ago", [301, 3600, -320])
async def test_an_event_that_is_not_of_now_is_refused(post, signed, kept, seconds_ago):
    assert await post(*await signed(seconds_ago=seconds_ago)) == 401
    assert await kept("webstore") == 0


@pytest.mark.parametrize("seconds_ago", [290, -290])
async def test_clocks_may_differ_a_little(post, signed, seconds_ago):
    assert await post(*await signed(seconds_ago=seconds_ago)) == 200


@pytest.mark.parametrize("place", [0, 10, -1])
async def test_one_changed_byte_is_seen(post, signed, kept, place):
    body, headers = await signed()
    changed = bytearray(body)
    changed[place] ^= 1
    assert (await post(bytes(changed), headers), await kept("webstore")) == (401, 0)


@pytest.mark.parametrize("header", ["X-Webstore-Timestamp", "X-Webstore-Hmac-SHA256"])
@pytest.mark.parametrize("value", [None, "", "x", "²", "sha256=", "9" * 400])
async def test_a_signature_that_is_missing_or_malformed_is_refused(post, signed, kept, header, value):
    body, headers = await signed()
    headers.pop(header) if value is None else headers.update({header: value})
    assert (await post(body, headers), await kept("webstore")) == (401, 0)


@pytest.mark.parametrize("number", [None, "", "abc", "-1", "²", "1" * 19])
async def test_without_the_stores_number_the_subscription_is_not_ended(post, signed, number):
    body, headers = await signed()
    headers.pop("X-Webstore-Store-Id") if number is None else headers.update({"X-Webstore-Store-Id": number})
    assert await post(body, headers) == 400


async def test_an_unknown_store_ends_the_subscription(post, signed):
    body, headers = await signed()
    assert await post(body, {**headers, "X-Webstore-Store-Id": "999999999999999999"}) == 410


async def test_a_repeated_event_is_answered_and_changes_nothing(post, signed, kept):
    message = await signed()
    assert [await post(*message) for _ in range(3)] == [200, 200, 200]
    assert await kept("webstore") == 1


async def test_the_same_event_many_times_at_once_is_kept_once(post, signed, kept):
    message = await signed()
    assert set(await asyncio.gather(*(post(*message) for _ in range(20)))) == {200}
    assert await kept("webstore") == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b'"event"', b'{"event": "order.paid"}', b"\xff\xfe"])
async def test_a_signed_body_that_is_no_event_is_refused(installed, post, signed, kept, body):
    _, headers = await signed()
    secret = installed.product.env.vault.open((await installed.store()).subscription_secret)
    headers["X-Webstore-Hmac-SHA256"] = signature(secret, headers["X-Webstore-Timestamp"], body)
    assert (await post(body, headers), await kept("webstore")) == (400, 0)


async def test_a_body_that_is_not_packed_as_it_says_is_refused(post, signed):
    body, headers = await signed()
    assert await post(body, {**headers, "Content-Encoding": "gzip"}) == 400


async def test_a_body_beyond_all_measure_is_refused(post, signed, kept):
    _, headers = await signed()
    assert (await post(b" " * (2**20 + 1), headers), await kept("webstore")) == (413, 0)


async def test_uninstalling_ends_the_stores_events(installed, post, signed):
    message = await signed()
    assert await post(*await signed("app.uninstalled", "e-2")) == 200
    assert (await installed.store()).uninstalled_at is not None
    assert await post(*message) == 410


async def test_a_configured_event_leads_to_the_panels_settings_being_read(installed, post, signed):
    def times_read():
        return installed.shop.statistics()["calls"].get("GET /apps/erp/settings", 0)

    async def at_rest():
        counts = await installed.product.env.db.read(work.counts, installed.store_id())
        return "running" not in counts and times_read() > 0

    await installed.until(at_rest, "the first reading")
    before = times_read()
    assert await post(*await signed("app.configured", "e-3")) == 200

    async def read_again():
        return times_read() > before

    await installed.until(read_again, "the settings")


async def test_the_signature_is_the_contracts():
    example = {
        "X-Webstore-Timestamp": "1785542400",
        "X-Webstore-Hmac-SHA256": "sha256=a45d1cefccf9b759adc065a88043fa1f4b38e196369da558023a9fe5eb91ebb8",
    }
    body = b'{"event_id":"evt_01","event":"order.paid"}'
    at = datetime(2026, 8, 1, tzinfo=UTC)
    assert is_signed(example, body, "whsec_example", at)
    assert not is_signed(example, body, "whsec_other", at)
    assert not is_signed(example, body, "whsec_example", RealClock().now().replace(year=2030))


def signature(secret, timestamp, body):
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
