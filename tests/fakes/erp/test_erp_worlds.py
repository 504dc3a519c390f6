"""Worlds are accounts that know nothing of each other; what they did is on record, without their tokens."""

from __future__ import annotations

import re

import orjson
import pytest

from fake_erp.app import FakeErp
from scenarios.harness.clock import RealClock


async def test_the_token_says_whose_account_is_meant(erp):
    first, second = await erp.world("a", cnpj="11222333000181"), await erp.world("b", cnpj="22333444000181")
    shown = [(await erp.call("info.php", world["token"])).retorno["conta"]["cnpj_cpf"] for world in (first, second)]
    assert shown == ["11.222.333/0001-81", "22.333.444/0001-81"]


async def test_a_change_in_one_world_does_not_show_in_another(erp):
    await erp.world("a", products=1)
    await erp.world("b", products=1)
    before = await erp.products("b")
    product = (await erp.products("a"))[0]
    await erp.door("PATCH", f"worlds/a/products/{product['id']}", {"preco": "1.00"})
    await erp.door("POST", "worlds/a/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": 999})
    assert await erp.products("b") == before
    assert await erp.journal("b") == []


async def test_a_world_is_described_when_it_is_made(erp):
    world = await erp.world(products=4, plan="Começar")
    assert re.fullmatch(r"[0-9a-f]{64}", world["token"])
    assert re.fullmatch(r"\d{14}", world["cnpj"])
    assert (world["plan"], world["calls_per_minute"], world["products"]) == ("comecar", 0, 4)
    assert world["depots"] == [{"nome": "Geral", "desconsiderar": "N"}, {"nome": "Avarias", "desconsiderar": "S"}]


async def test_the_same_name_and_seed_make_the_same_world(erp):
    first, truth = await erp.world(products=10), await erp.products()
    await erp.door("DELETE", "worlds/loja")
    assert (await erp.world(products=10), await erp.products()) == (first, truth)


async def test_a_new_token_replaces_the_old_one(erp):
    old = (await erp.world())["token"]
    await erp.door("PATCH", "worlds/loja", {"token": "outro-token-de-teste"})
    assert (await erp.call("info.php", old)).code == 2
    assert (await erp.call("info.php", "outro-token-de-teste")).code is None


async def test_a_deleted_world_takes_its_token_along(erp):
    token = (await erp.world())["token"]
    await erp.door("DELETE", "worlds/loja")
    assert (await erp.call("info.php", token)).code == 2


async def test_a_call_leaves_one_entry_that_masks_the_token(erp):
    token = (await erp.world(products=1))["token"]
    await erp.call("produto.obter.php", token, id=5, nota=f"x{token}x")
    await erp.send("POST", "info.php", data={"token": token, "Token": token})
    entry = (await erp.journal())[0]
    assert (entry["service"], entry["method"], entry["dialect"]) == ("produto.obter.php", "POST", "form")
    assert (entry["code"], entry["status"], entry["fault"], entry["ignored"]) == (20, 200, None, ["nota"])
    assert entry["params"]["token"] == "····" + token[-4:]
    assert entry["started"] <= entry["ended"]
    assert token.encode() not in orjson.dumps(await erp.door("GET", "worlds/loja/journal"))


async def test_unknown_tokens_are_in_the_root_journal_and_masked(erp):
    await erp.call("info.php", "um-token-desconhecido-9999")
    await erp.call("info.php", "")
    entries = await erp.door("GET", "journal")
    assert [(entry["code"], entry["params"]["token"]) for entry in entries] == [(2, "····9999"), (1, "····")]


async def test_a_token_under_a_misspelt_name_is_masked_too(erp):
    token = (await erp.world())["token"]
    await erp.send("POST", "info.php", data={"Token": token, "formato": "json"})
    assert token.encode() not in orjson.dumps(await erp.door("GET", "journal"))


async def test_a_full_journal_refuses_the_call_and_nothing_changes(erp):
    token = (await erp.world(journal_limit=2, products=1))["token"]
    await erp.call("info.php", token)
    await erp.call("info.php", token)
    refused = await erp.call("info.php", token)
    assert refused.status == 507
    assert b"journal" in refused.body
    assert (await erp.door("GET", "worlds/loja/statistics"))["calls"] == 2
    before = await erp.products()
    status, _ = await erp.door_status("PATCH", f"worlds/loja/products/{before[0]['id']}", {"preco": "1.00"})
    assert status == 409
    assert await erp.products() == before


async def test_two_fakes_in_one_process_share_nothing():
    first, second = FakeErp(RealClock()), FakeErp(RealClock())
    first.create_world(name="loja")
    assert (len(first.worlds), len(second.worlds)) == (1, 0)


@pytest.mark.parametrize("products", [0, 30])
async def test_products_are_counted_as_a_merchant_counts_them(erp, products):
    assert (await erp.world(products=products))["products"] == products
    assert len(await erp.products()) == products


async def test_truth_comes_in_slices(erp):
    await erp.world(products=5)
    everything = await erp.products()
    page = await erp.door("GET", "worlds/loja/products?offset=2&limit=2")
    assert (page["total"], page["products"]) == (5, everything[2:4])
