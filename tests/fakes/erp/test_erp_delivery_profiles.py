"""What a world does to a share of its messages on their way, and addresses that are given up (order webhooks §9)."""

from __future__ import annotations

import pytest

MINUTE = 60
COUNT = 40


async def told(erp, platform, profile: str, seed: int = 1, name: str = "loja") -> list[int]:
    """Forty products are moved, one after another; the quantities in order of arrival. Number n moves to n."""
    await erp.world(
        name, stock_webhook_url=platform.url, products=COUNT, variations_share=0, seed=seed, delivery_profile=profile
    )
    ids = [product["id"] for product in await erp.products(name)]
    entries = [{"idProduto": product, "skuMapeamento": f"P{product}"} for product in ids]
    await erp.door("POST", f"worlds/{name}/mappings", entries)
    for number, product in enumerate(ids, 1):
        await erp.door("POST", f"worlds/{name}/stock", {"idProduto": product, "quantidade": number})
        await erp.flush(name)
    return [dados["saldo"] for dados in platform.dados]


async def struck(erp, name: str = "loja") -> list[int]:
    return [each["id"] for each in await erp.deliveries(name) if each["disturbed"]]


async def test_messages_come_in_order_unless_the_world_says_otherwise(erp, platform):
    assert await told(erp, platform, "in_order") == list(range(1, COUNT + 1))
    assert await struck(erp) == []


@pytest.mark.parametrize("profile", ["reordered", "duplicated", "late", "burst", "lost_answer"])
async def test_a_share_of_the_messages_is_struck_and_everything_arrives_in_the_end(erp, platform, profile):
    await told(erp, platform, profile)
    some = await struck(erp)
    assert 4 <= len(some) <= 16
    await erp.advance(11 * MINUTE)
    await erp.flush()
    arrived = [dados["saldo"] for dados in platform.dados]
    assert set(arrived) == set(range(1, COUNT + 1))
    twice = some if profile in ("duplicated", "lost_answer") else []
    assert sorted(number for number in set(arrived) if arrived.count(number) == 2) == twice
    assert {each["state"] for each in await erp.deliveries()} == {"delivered"}


async def test_a_reordered_message_is_overtaken(erp, platform):
    arrived = await told(erp, platform, "reordered")
    overtaken = [number for number in arrived if max(arrived[: arrived.index(number)], default=0) > number]
    held = await struck(erp)
    # Where two in a row were held back, the next one overtakes both; nothing came after the last.
    assert set(overtaken) <= set(held)
    assert len(overtaken) >= len(held) - 1


async def test_late_messages_come_within_ten_minutes(erp, platform):
    arrived = await told(erp, platform, "late")
    late = await struck(erp)
    assert sorted(set(range(1, COUNT + 1)) - set(arrived)) == late
    delays = [each["disturbed"][0]["seconds"] for each in await erp.deliveries() if each["disturbed"]]
    assert len(set(delays)) > 1
    assert all(1 <= delay <= 600 for delay in delays)


async def test_a_burst_leaves_together_at_the_end_of_the_minute(erp, platform):
    arrived = await told(erp, platform, "burst")
    held = await struck(erp)
    assert arrived == [number for number in range(1, COUNT + 1) if number not in held]
    await erp.advance(MINUTE)
    assert (await erp.flush())["attempts"] == len(held)


async def test_the_same_world_has_the_same_disorder_and_another_seed_another(erp, platform):
    await told(erp, platform, "late")
    first = [each["disturbed"] for each in await erp.deliveries()]
    await erp.door("DELETE", "worlds/loja")
    await told(erp, platform, "late")
    assert [each["disturbed"] for each in await erp.deliveries()] == first
    await erp.door("DELETE", "worlds/loja")
    await told(erp, platform, "late", seed=2)
    assert [each["disturbed"] for each in await erp.deliveries()] != first


async def test_what_was_done_is_on_record_and_who_did_it(erp, platform):
    await told(erp, platform, "duplicated")
    entries = await erp.journal(kind="webhook_disturbed")
    assert [entry["delivery"] for entry in entries] == await struck(erp)
    assert {(entry["what"], entry["by"]) for entry in entries} == {("duplicate", "profile")}


async def test_a_fault_by_count_comes_before_the_profile(erp, platform):
    await erp.world(stock_webhook_url=platform.url, products=1, variations_share=0, delivery_profile="late")
    product = (await erp.products())[0]["id"]
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": product, "skuMapeamento": "P"})
    await erp.door("POST", "worlds/loja/faults", {"call": "webhook:estoque", "what": "drop", "calls": 20})
    for number in range(20):
        await erp.door("POST", "worlds/loja/stock", {"idProduto": product, "quantidade": number})
    await erp.flush()
    assert {each["what"] for d in await erp.deliveries() for each in d["disturbed"]} == {"drop"}
    assert platform.messages == []


async def test_an_unknown_profile_is_refused(erp):
    assert (await erp.door_status("POST", "worlds", {"name": "loja", "delivery_profile": "lost"}))[0] == 400


async def failing(erp, platform, attempts: int, family: str = "stock_webhook_url", **settings) -> None:
    """So many attempts in a row fail at one address, each of another message."""
    await erp.world(products=1, variations_share=0, **{family: platform.url}, **settings)
    product = (await erp.products())[0]["id"]
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": product, "skuMapeamento": "P"})
    platform.status = 500
    await fail(erp, product, attempts)


async def fail(erp, product: int, attempts: int) -> None:
    for number in range(attempts):
        await erp.door("POST", "worlds/loja/stock", {"idProduto": product, "quantidade": number})
    await erp.flush()


@pytest.mark.parametrize(("family", "channel"), [("stock_webhook_url", 8123), ("account_stock_webhook_url", 0)])
async def test_twenty_failures_in_a_row_take_the_address_away_where_the_world_says_so(erp, platform, family, channel):
    await failing(erp, platform, 19, family, drop_address_after_failures=True)
    assert (await erp.door("GET", "worlds/loja"))[family] != ""
    await fail(erp, (await erp.products())[0]["id"], 1)
    assert (await erp.door("GET", "worlds/loja"))[family] == ""
    [entry] = await erp.journal(kind="address_dropped")
    assert (entry["channel"], entry["tipo"], entry["failures"]) == (channel, "estoque", 20)
    [dropped] = (await erp.door("GET", "worlds/loja/deliveries"))["dropped_addresses"]
    assert (dropped["channel"], dropped["tipo"], "SEGREDO" in dropped["url"]) == (channel, "estoque", False)
    await fail(erp, (await erp.products())[0]["id"], 3)
    assert len(platform.messages) == 20


async def test_an_address_stays_however_often_it_fails_unless_the_world_says_otherwise(erp, platform):
    await failing(erp, platform, 40)
    assert (await erp.door("GET", "worlds/loja"))["stock_webhook_url"] != ""
    assert (await erp.door("GET", "worlds/loja/deliveries"))["dropped_addresses"] == []


async def test_one_success_begins_the_count_anew(erp, platform):
    await failing(erp, platform, 19, drop_address_after_failures=True)
    product = (await erp.products())[0]["id"]
    platform.status = 200
    await fail(erp, product, 1)
    platform.status = 500
    await fail(erp, product, 19)
    assert (await erp.door("GET", "worlds/loja"))["stock_webhook_url"] != ""
