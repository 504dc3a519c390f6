"""How a webhook is delivered: probes, confirmation, retries, faults by exact count (stock webhook §1 and §2.4)."""

from __future__ import annotations

import asyncio

import pytest

MINUTE = 60


async def mapped(erp, platform, count: int = 1, **settings) -> list[int]:
    """A world with so many mapped products whose webhooks go to the platform."""
    await erp.world(stock_webhook_url=platform.url, products=count, variations_share=0, **settings)
    ids = [product["id"] for product in await erp.products()]
    entries = [{"idProduto": product, "skuMapeamento": f"PLAT-{product}"} for product in ids]
    await erp.door("POST", "worlds/loja/mappings", entries)
    return ids


async def move(erp, product: int, quantity: int) -> None:
    await erp.door("POST", "worlds/loja/stock", {"idProduto": product, "quantidade": quantity})


async def order(erp, what: str, call: str = "webhook:estoque", **more) -> None:
    status, answer = await erp.door_status("POST", "worlds/loja/faults", {"call": call, "what": what, **more})
    assert status == 201, answer


def balances(platform) -> list[int]:
    return [dados["saldo"] for dados in platform.dados]


async def test_saving_an_address_probes_it_with_get_and_an_empty_post(erp, platform):
    await erp.world()
    described = await erp.door("PATCH", "worlds/loja", {"stock_webhook_url": platform.url})
    assert [request.method for request in platform.requests] == ["GET", "HEAD", "OPTIONS", "POST"]
    assert {request.body for request in platform.requests} == {b""}
    assert "SEGREDO" not in str(described)
    assert [entry["status"] for entry in await erp.journal(kind="probe")] == [200] * 4


@pytest.mark.parametrize("name", ["stock_webhook_url", "situation_webhook_url", "tracking_webhook_url"])
async def test_an_address_that_does_not_answer_get_with_200_is_refused(erp, platform, name):
    await erp.world()
    platform.status = 204
    status, answer = await erp.door_status("PATCH", "worlds/loja", {name: platform.url})
    assert (status, "Não foi possível acessar a URL" in answer["error"]) == (400, True)
    assert (await erp.door("GET", "worlds/loja"))[name] == ""


async def test_an_address_where_nobody_listens_is_refused(erp):
    await erp.world()
    document = {"stock_webhook_url": "http://127.0.0.1:9/x"}
    assert (await erp.door_status("PATCH", "worlds/loja", document))[0] == 400


async def test_an_empty_post_that_is_not_confirmed_does_no_harm(erp, platform):
    await erp.world()
    platform.statuses = [200, 405, 405, 500]
    assert (await erp.door_status("PATCH", "worlds/loja", {"stock_webhook_url": platform.url}))[0] == 200


async def test_an_address_can_be_saved_without_a_probe(erp, platform):
    await erp.world()
    status, _ = await erp.door_status("PATCH", "worlds/loja", {"stock_webhook_url": platform.url, "probe": False})
    assert (status, platform.requests) == (200, [])


@pytest.mark.parametrize("address", ["ftp://x/y", "no address", "http://", "http://[", 5])
async def test_what_is_no_address_is_refused(erp, address):
    await erp.world()
    assert (await erp.door_status("PATCH", "worlds/loja", {"stock_webhook_url": address}))[0] == 400


async def test_an_address_can_be_taken_away(erp, platform):
    [product] = await mapped(erp, platform)
    await erp.door("PATCH", "worlds/loja", {"stock_webhook_url": ""})
    await move(erp, product, 3)
    assert await erp.deliveries() == []


async def test_the_addresses_secret_is_neither_shown_nor_on_record(erp, platform):
    [product] = await mapped(erp, platform)
    await erp.door("PATCH", "worlds/loja", {"situation_webhook_url": platform.url})
    await move(erp, product, 3)
    await erp.flush()
    shown = [await erp.door("GET", f"worlds/loja{page}") for page in ("", "/journal", "/deliveries")]
    assert "SEGREDO" not in str(shown)
    assert "http://127.0.0.1" in str(shown[2])


async def test_200_confirms_and_nothing_is_sent_again(erp, platform):
    [product] = await mapped(erp, platform)
    await move(erp, product, 3)
    assert (await erp.flush())["waiting"] == 0
    assert len(platform.messages) == 1
    [delivery] = await erp.deliveries()
    assert (delivery["state"], [a["status"] for a in delivery["attempts"]]) == ("delivered", [200])


@pytest.mark.parametrize("status", [201, 202, 204, 301, 404, 500, 503])
async def test_anything_but_200_is_sent_again_after_five_minutes(erp, platform, status):
    [product] = await mapped(erp, platform)
    platform.statuses = [status]
    await move(erp, product, 3)
    await erp.flush()
    await erp.advance(5 * MINUTE - 1)
    assert await erp.flush() == {"attempts": 0, "waiting": 1}
    await erp.advance(1)
    await erp.flush()
    assert balances(platform) == [3, 3]
    assert (await erp.deliveries())[0]["state"] == "delivered"


async def test_a_retry_says_what_was_true_when_it_was_made(erp, platform):
    [product] = await mapped(erp, platform)
    platform.statuses = [503]
    await move(erp, product, 3)
    await erp.flush()
    await move(erp, product, 8)
    await erp.flush()
    await erp.advance(5 * MINUTE)
    await erp.flush()
    assert balances(platform) == [3, 8, 3]


async def test_a_platform_that_is_away_counts_as_a_failure(erp, platform):
    [product] = await mapped(erp, platform)
    await erp.door("PATCH", "worlds/loja", {"stock_webhook_url": "http://127.0.0.1:9/x", "probe": False})
    await move(erp, product, 3)
    await erp.flush()
    assert [a["status"] for a in (await erp.deliveries())[0]["attempts"]] == ["ClientConnectorError"]


@pytest.mark.parametrize("at_once", [1, 8])
async def test_messages_of_one_product_arrive_in_order(erp, platform, at_once):
    [product] = await mapped(erp, platform, deliveries_at_once=at_once)
    for quantity in range(40):
        await move(erp, product, quantity)
    await erp.flush()
    assert balances(platform) == list(range(40))


@pytest.mark.parametrize(("at_once", "seen"), [(1, 1), (2, 2), (8, 3)])
async def test_so_many_messages_are_under_way_at_once_as_the_world_says(erp, platform, at_once, seen):
    products = await mapped(erp, platform, count=3, deliveries_at_once=at_once)
    platform.gate = asyncio.Event()
    for product in products:
        await move(erp, product, 5)
    sending = asyncio.create_task(erp.flush())
    async with asyncio.timeout(10):
        while len(platform.requests) < seen:
            platform.came.clear()
            await platform.came.wait()
    # Whatever else might leave has had its time: these go through the same loop.
    for _ in range(5):
        await erp.deliveries()
    assert len(platform.requests) == seen
    platform.gate.set()
    await sending
    assert len(platform.requests) == 3


async def test_messages_leave_by_themselves(erp, platform):
    [product] = await mapped(erp, platform)
    await move(erp, product, 3)
    await asyncio.wait_for(platform.came.wait(), 10)
    assert balances(platform) == [3]


async def test_a_duplicate_is_sent_twice(erp, platform):
    [product] = await mapped(erp, platform)
    await order(erp, "duplicate")
    for quantity in (3, 4):
        await move(erp, product, quantity)
        await erp.flush()
    assert balances(platform) == [3, 3, 4]


async def test_a_dropped_message_never_leaves(erp, platform):
    [product] = await mapped(erp, platform)
    await order(erp, "drop", first=2)
    for quantity in (3, 4, 5):
        await move(erp, product, quantity)
        await erp.flush()
    assert balances(platform) == [3, 5]
    assert [delivery["state"] for delivery in await erp.deliveries()] == ["delivered", "dropped", "delivered"]


async def test_a_message_whose_confirmation_is_lost_is_sent_again(erp, platform):
    [product] = await mapped(erp, platform)
    await order(erp, "answer_lost")
    await move(erp, product, 3)
    await erp.flush()
    await erp.advance(5 * MINUTE)
    await erp.flush()
    assert balances(platform) == [3, 3]


async def test_a_late_message_leaves_so_many_seconds_later(erp, platform):
    [product] = await mapped(erp, platform)
    await order(erp, "late", **{"with": {"seconds": 90}})
    await move(erp, product, 3)
    await erp.flush()
    await erp.advance(89)
    await erp.flush()
    assert platform.messages == []
    await erp.advance(1)
    await erp.flush()
    assert balances(platform) == [3]


async def test_a_reordered_message_is_overtaken_by_the_next(erp, platform):
    [product] = await mapped(erp, platform)
    await order(erp, "reorder")
    for quantity in (3, 4, 5):
        await move(erp, product, quantity)
    await erp.flush()
    assert balances(platform) == [4, 5, 3] or balances(platform) == [4, 3, 5]


async def test_a_reordered_message_that_nothing_overtakes_leaves_after_a_minute(erp, platform):
    [product] = await mapped(erp, platform)
    await order(erp, "reorder")
    await move(erp, product, 3)
    await erp.flush()
    await erp.advance(60)
    await erp.flush()
    assert balances(platform) == [3]


async def test_faults_of_webhooks_and_of_calls_are_counted_apart(erp, platform):
    [product] = await mapped(erp, platform)
    await order(erp, "cut", call="*")
    await order(erp, "drop")
    await move(erp, product, 3)
    await erp.flush()
    listed = await erp.door("GET", "worlds/loja/faults")
    assert [(fault["call"], fault["left"]) for fault in listed] == [("*", 1), ("webhook:estoque", 0)]
    await erp.door("DELETE", "worlds/loja/faults")
    assert await erp.door("GET", "worlds/loja/faults") == []


@pytest.mark.parametrize(
    "document",
    [
        {"call": "webhook:estoque", "what": "cut"},
        {"call": "webhook:conta:precos", "what": "drop"},
        {"call": "webhook:produto", "what": "reorder"},
        {"call": "info.php", "what": "drop"},
        {"call": "webhook:estoque", "what": "drop", "with": {"seconds": 3}},
    ],
)
async def test_a_fault_that_a_webhook_cannot_have_is_refused(erp, document):
    await erp.world()
    assert (await erp.door_status("POST", "worlds/loja/faults", document))[0] == 400


async def test_every_attempt_is_on_record(erp, platform):
    [product] = await mapped(erp, platform)
    platform.statuses = [500]
    await move(erp, product, 3)
    await erp.flush()
    await erp.advance(5 * MINUTE)
    await erp.flush()
    entries = await erp.journal(kind="webhook")
    assert [(entry["attempt"], entry["status"], entry["dados"]["saldo"]) for entry in entries] == [
        (1, 500, 3),
        (2, 200, 3),
    ]


async def test_the_log_can_be_read_in_parts(erp, platform):
    products = await mapped(erp, platform, count=3)
    platform.statuses = [500]
    for product in products:
        await move(erp, product, 3)
        await erp.flush()
    part = await erp.door("GET", "worlds/loja/deliveries?offset=1&limit=1")
    assert (part["total"], [d["id"] for d in part["deliveries"]], part["waiting"]) == (3, [2], 1)
    assert (await erp.door("GET", "worlds/loja/deliveries?state=waiting"))["total"] == 1
    assert (await erp.door("GET", "worlds/loja/deliveries?tipo=rastreio"))["total"] == 0


async def test_a_world_that_ends_sends_nothing_more(erp, platform):
    [product] = await mapped(erp, platform)
    platform.statuses = [500]
    await move(erp, product, 3)
    await erp.flush()
    await erp.door("DELETE", "worlds/loja")
    assert len(platform.messages) == 1
