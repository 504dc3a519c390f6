"""The disorder of the wire: present by default, the same for the same seed, absent on request (transport §3.7)."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from fake_erp import moods, profiles


async def answers(erp, world: str, seed: int, count: int = 20) -> list[bytes]:
    """The details of the first products, asked for at once."""
    token = (await erp.world(world, seed=seed, products=count, moods=True))["token"]
    ids = [product["id"] for product in await erp.products(world)]
    await erp.door("PATCH", f"worlds/{world}", {"plan": "potencializar"})
    replies = [await erp.call("produto.obter.php", token, id=product_id) for product_id in ids]
    return [reply.body for reply in replies]


async def test_the_same_world_made_again_answers_with_the_same_bytes(erp):
    first = await answers(erp, "loja", 7)
    await erp.door("DELETE", "worlds/loja")
    assert await answers(erp, "loja", 7) == first


async def test_another_seed_disorders_otherwise(erp):
    first = await answers(erp, "loja", 7)
    await erp.door("DELETE", "worlds/loja")
    assert await answers(erp, "loja", 8) != first


async def test_calls_in_flight_together_do_not_change_each_others_answers(erp):
    token = (await erp.world(products=10, moods=True))["token"]
    ids = [product["id"] for product in await erp.products()]
    one_by_one = [(await erp.call("produto.obter.php", token, id=i)).body for i in ids]
    together = await asyncio.gather(*(erp.call("produto.obter.php", token, id=i) for i in reversed(ids)))
    assert [reply.body for reply in reversed(together)] == one_by_one


async def test_without_moods_numbers_are_numbers_and_decimals_are_texts(erp):
    token = (await erp.world(products=20))["token"]
    for product in await erp.products():
        reply = await erp.call("produto.obter.php", token, id=product["id"])
        record = reply.retorno["produto"]
        assert reply.retorno["status_processamento"] == 3
        assert (record["id"], record["preco"], record["nome"]) == (product["id"], product["preco"], product["nome"])


async def test_a_code_of_digits_comes_as_a_number_in_some_rows_and_never_loses_a_digit(erp):
    token = (await erp.world(moods=True))["token"]
    codes = [f"47{number:03}" for number in range(30)] + [f"00{number:03}" for number in range(10)]
    for code in codes:
        await erp.door("POST", "worlds/loja/products", {"nome": f"Caneca {code}", "codigo": code})
    rows = (await erp.call("produtos.pesquisa.php", token)).retorno["produtos"]
    listed = [row["produto"]["codigo"] for row in rows]
    assert [str(code) for code in listed] == codes
    assert {type(code) for code in listed} == {str, int}


async def test_lists_of_one_come_as_an_object_at_times_and_empty_ones_in_three_ways(erp):
    token = (await erp.world(moods=True))["token"]
    ones, nones = set(), set()
    for number in range(24):
        made = await erp.door(
            "POST", "worlds/loja/products", {"nome": f"Caneca {number}", "anexos": ["https://x.exemplo.com.br/1.jpg"]}
        )
        record = (await erp.call("produto.obter.php", token, id=made["id"])).retorno["produto"]
        ones.add(type(record["anexos"]))
        nones.add(repr(record.get("imagens_externas", "absent")))
    assert ones == {list, dict}
    assert nones == {"[]", "''", "'absent'"}


async def test_truth_at_the_door_has_no_moods(erp):
    await erp.world(products=30, moods=True)
    for product in await erp.products():
        assert isinstance(product["id"], int)
        assert isinstance(product["anexos"], list)
        assert product["preco"] == f"{Decimal(product['preco']):.2f}"
        assert product["nome"] == product["nome"].strip()


@pytest.mark.parametrize("text", ["59.90", "0.00", "5", "-3.5", "36.3200", "0.373", "1234567.891"])
@pytest.mark.parametrize("roll", range(4))
def test_every_spelling_of_a_decimal_says_the_same(text, roll):
    assert Decimal(str(moods.DECIMAL.moody(text, roll))) == Decimal(text)


def test_padding_adds_blanks_and_nothing_else():
    spellings = [moods.TEXT.moody("Caneca", roll) for roll in range(256)]
    assert {spelling.strip() for spelling in spellings} == {"Caneca"}
    assert {moods.TEXT.moody("", roll) for roll in range(256)} == {"", None}


def shapes(value, path: str = "") -> set[str]:
    """Where which kind of value stands."""
    if isinstance(value, dict):
        return {path + "{}"}.union(*(shapes(inner, f"{path}.{name}") for name, inner in value.items()))
    if isinstance(value, list):
        return {path + "[]"}.union(*(shapes(inner, f"{path}[]") for inner in value))
    return {f"{path}:{type(value).__name__}"}


async def read(erp, moods) -> dict[str, object]:
    """What the listing and the details of some products say under these moods."""
    token = (await erp.world(seed=3, products=30, plan="potencializar", moods=moods))["token"]
    answers: dict[str, object] = {"rows": (await erp.call("produtos.pesquisa.php", token)).retorno}
    for product in await erp.products():
        answers[str(product["codigo"])] = (await erp.call("produto.obter.php", token, id=product["id"])).retorno
    await erp.door("DELETE", "worlds/loja")
    return answers


async def test_only_the_moods_that_are_named_are_met(erp):
    calm, wild = await read(erp, False), await read(erp, True)
    numbers, lists, both = (
        await read(erp, ["numbers"]),
        await read(erp, ["lists"]),
        await read(erp, ["lists", "numbers"]),
    )
    assert await read(erp, []) == calm
    assert await read(erp, list(moods.NAMES)) == wild
    assert len({repr(each) for each in (calm, wild, numbers, lists, both)}) == 5
    # Ids come as text, and nothing else differs.
    changed = shapes(numbers) ^ shapes(calm)
    assert changed and all(place.endswith((":str", ":int")) for place in changed)
    assert all("anexo" in place or "imagens" in place or "variac" in place for place in shapes(lists) ^ shapes(calm))
    status, refused = await erp.door_status("POST", "worlds", {"name": "loja", "moods": ["numbers", "humour"]})
    assert (status, "known: numbers, decimals" in refused["error"]) == (400, True)


async def test_one_call_in_ten_meets_trouble_where_the_world_says_so(erp):
    await erp.world(call_profile="rough", plan="potencializar")
    world = erp.fake.worlds.get("loja")
    met = [profiles.trouble(world, number) for number in range(1, 1001)]
    kinds = {fault.what for fault in met if fault}
    assert kinds == {"html_502", "empty_body", "cut", "stall", "answer_lost"}
    assert 70 < sum(fault is not None for fault in met) < 130
    waiting = {asyncio.create_task(erp.call("info.php", world.token)) for _ in range(25)}
    while waiting:
        # Whoever stalls waits for the world's clock.
        await erp.advance(60)
        done, waiting = await asyncio.wait(waiting, timeout=0.05)
        _ = [task.exception() for task in done]
    assert [each["fault"] for each in await erp.journal()] == [fault and fault.what for fault in met[:25]]
    await erp.door("PATCH", "worlds/loja", {"call_profile": "calm"})
    assert [profiles.trouble(world, number) for number in range(1, 1001)] == [None] * 1000
