"""What the fake does to a careful client by itself: moods, rough calls, messages out of order; and overselling."""

from __future__ import annotations

from typing import Any

import aiohttp
import orjson
import pytest


async def _raw(shop: Any, path: str) -> bytes:
    about = shop.store
    headers = {"Authorization": f"Bearer {about['access_token']}", "User-Agent": "tests (a@exemplo.com.br)"}
    async with shop.http.get(f"{shop.base}/api/v1/stores/{about['id']}{path}", headers=headers) as answer:
        assert answer.status == 200
        return bytes(await answer.read())


def _known(document: Any) -> list[str]:
    return [key for key in document if not key.startswith("x_")]


async def test_moods_change_the_spelling_and_nothing_else(empty_shop: Any) -> None:
    await empty_shop.create(bucket=False, stores=[{"installed": True, "products": 3}])
    product = (await empty_shop.call("GET", "/products")).body[0]["id"]
    plain = await _raw(empty_shop, f"/products/{product}")
    changed = await empty_shop.door("PATCH", "/demo", {"moods": True})
    assert changed.body["moods"] == ["escapes", "key_order", "layout", "new_keys"]
    moody = [await _raw(empty_shop, f"/products/{product}") for _ in range(40)]
    expected = orjson.loads(plain)
    for text in moody:
        document = orjson.loads(text)
        assert set(_known(document)) == set(expected)
        assert {key: document[key] for key in ("name", "price", "options")} == {
            key: expected[key] for key in ("name", "price", "options")
        }
    assert any(list(orjson.loads(text)) != list(expected) for text in moody)
    assert any(set(orjson.loads(text)) - set(expected) for text in moody)
    assert any(b"\n" in text for text in moody) and any(b"\n" not in text for text in moody)
    assert any(b"\\u00" in text for text in moody)
    listed = (await empty_shop.call("GET", "/products", shape="Product")).body
    assert [each["id"] for each in listed] == sorted(each["id"] for each in listed)


@pytest.mark.parametrize("name", ["key_order", "new_keys", "escapes", "layout"])
async def test_a_single_mood_does_only_its_own(empty_shop: Any, name: str) -> None:
    await empty_shop.create(bucket=False, moods=[name], stores=[{"installed": True, "products": 3}])
    texts = [await _raw(empty_shop, "/products") for _ in range(30)]
    documents = [orjson.loads(text)[0] for text in texts]
    assert {
        "key_order": any(_known(each) != _known(documents[0]) for each in documents),
        "new_keys": any(set(each) != set(documents[0]) for each in documents),
        "escapes": any(text.isascii() for text in texts) and not all(text.isascii() for text in texts),
        "layout": any(b"\n" in text for text in texts),
    } == {each: each == name for each in ("key_order", "new_keys", "escapes", "layout")}


async def test_two_worlds_of_one_seed_are_in_the_same_mood(empty_shop: Any) -> None:
    seen = []
    for _ in range(2):
        await empty_shop.create(bucket=False, moods=True, stores=[{"installed": True, "products": 3}])
        seen.append([await _raw(empty_shop, "/products") for _ in range(10)])
        await empty_shop.door("DELETE", "/demo")
    assert seen[0] == seen[1]
    assert len(set(seen[0])) > 5


async def test_a_rough_world_strikes_about_one_call_in_ten_and_says_so(empty_shop: Any) -> None:
    await empty_shop.create(bucket=False, call_profile="rough")
    met: list[str] = []
    for _ in range(120):
        try:
            answer = await empty_shop.call("GET", "", timeout=aiohttp.ClientTimeout(total=1))
            met.append(str(answer.status))
        except aiohttp.ClientError:
            met.append("cut")
        except TimeoutError:
            met.append("slow")
    struck = [entry["fault"] for entry in await empty_shop.journal("api") if entry["fault"]]
    assert 4 <= len(struck) <= 30
    assert {"502", "503"} & set(met)
    calm = await empty_shop.door("PATCH", "/demo", {"call_profile": "calm"})
    assert calm.body["call_profile"] == "calm"
    assert {(await empty_shop.call("GET", "")).status for _ in range(30)} == {200}


async def _subscribed(shop: Any, receiver: Any) -> None:
    answer = await shop.call("POST", "/webhooks", {"url": receiver.url, "events": ["product.created"]})
    assert answer.status == 201


async def test_a_message_can_be_held_back_so_that_others_overtake_it(shop: Any, receiver: Any) -> None:
    await _subscribed(shop, receiver)
    fault = {"call": "product.created", "what": "reorder", "with": {"seconds": 60}}
    assert (await shop.door("POST", "/demo/webhooks/faults", fault)).status == 201
    first, second = [(await shop.put(code)).body["id"] for code in ("A", "B")]
    await shop.door("POST", "/demo/webhooks/flush")
    assert [event["resource"]["id"] for event in receiver.events] == [second]
    await shop.advance(seconds=60)
    await shop.door("POST", "/demo/webhooks/flush")
    assert [event["resource"]["id"] for event in receiver.events] == [second, first]
    # It is the first attempt still.
    assert [headers["X-Webstore-Attempt"] for headers, _ in receiver.got] == ["1", "1"]


@pytest.mark.parametrize("seconds", [0, -1, "soon", True, 86_401])
async def test_a_delay_that_makes_no_sense_is_refused(shop: Any, seconds: Any) -> None:
    answer = await shop.door("POST", "/demo/webhooks/faults", {"what": "reorder", "with": {"seconds": seconds}})
    assert (answer.status, '"seconds"' in answer.body["error"]) == (400, True)


@pytest.mark.parametrize("profile", ["reordered", "duplicated", "lost"])
async def test_a_delivery_profile_strikes_some_messages(empty_shop: Any, receiver: Any, profile: str) -> None:
    await empty_shop.create(bucket=False, delivery_profile=profile)
    await _subscribed(empty_shop, receiver)
    made = [(await empty_shop.put(f"P-{number}")).body["id"] for number in range(40)]
    for _ in range(2):
        await empty_shop.door("POST", "/demo/webhooks/flush")
        await empty_shop.advance(seconds=31)
    got = [event["resource"]["id"] for event in receiver.events]
    if profile == "reordered":
        assert sorted(got) == made
        assert got != made
    elif profile == "duplicated":
        assert set(got) == set(made)
        assert 40 < len(got) < 65
    else:
        assert set(got) < set(made)
        assert 15 < len(got) < 40


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"moods": "all"}, "moods must be"),
        ({"moods": ["happy"]}, "moods must be"),
        ({"call_profile": "stormy"}, "call_profile must be one of calm, rough"),
        ({"delivery_profile": 5}, "delivery_profile must be one of"),
    ],
)
async def test_a_disorder_that_does_not_exist_is_refused(empty_shop: Any, settings: Any, words: str) -> None:
    answer = await empty_shop.door("POST", "", {"name": "demo", **settings})
    assert (answer.status, words in answer.body["error"]) == (400, True)
    await empty_shop.create()
    changed = await empty_shop.door("PATCH", "/demo", settings)
    assert (changed.status, words in changed.body["error"]) == (400, True)


async def _tell(shop: Any, **quantities: float) -> Any:
    return await shop.door("PUT", f"/demo/stores/{shop.store['id']}/erp-stock", quantities)


async def _oversold(shop: Any) -> list[dict[str, Any]]:
    return list((await shop.door("GET", f"/demo/stores/{shop.store['id']}/oversold")).body)


async def test_a_sale_of_what_the_erp_has_no_longer_is_counted_with_its_age(shop: Any) -> None:
    await shop.stocked("A", 5)
    await shop.stocked("B", 5)
    await shop.order(items=[{"code": "A"}])
    assert await _oversold(shop) == []
    assert (await _tell(shop, A=2)).body == {"told": 1}
    await shop.advance(seconds=90)
    await shop.order(items=[{"code": "A"}, {"code": "B", "quantity": 3}])
    assert await _oversold(shop) == []
    late = await shop.order(items=[{"code": "A", "quantity": 3}])
    [line] = await _oversold(shop)
    assert line | {"sold_at": ""} == {
        "order_id": late["id"],
        "number": late["number"],
        "code": "A",
        "missing": 2,
        "erp_had": 2,
        "sold_at": "",
        "age_seconds": 90.0,
    }
    await shop.advance(seconds=10)
    await shop.order(items=[{"code": "A"}])
    assert [(line["missing"], line["age_seconds"]) for line in await _oversold(shop)] == [(2, 90.0), (1, 100.0)]
    await _tell(shop, A=1)
    await shop.order(items=[{"code": "A"}])
    assert len(await _oversold(shop)) == 2
    assert (await shop.door("GET", "/demo/statistics")).body["oversold"] == 2


@pytest.mark.parametrize("body", [[1], {"A": "5"}, {"A": True}, {"A": None}])
async def test_what_is_told_must_be_numbers(shop: Any, body: Any) -> None:
    answer = await shop.door("PUT", f"/demo/stores/{shop.store['id']}/erp-stock", body)
    assert answer.status == 400
    assert "must be a" in answer.body["error"]
