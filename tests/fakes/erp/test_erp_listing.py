"""`produtos.pesquisa.php`: pages and filters (contract, products §1)."""

from __future__ import annotations

import pytest

FIELDS = [
    "id", "nome", "codigo", "preco", "preco_promocional", "preco_custo", "preco_custo_medio",
    "unidade", "gtin", "tipoVariacao", "localizacao", "situacao", "data_criacao",
]  # fmt: skip


async def listed(erp, token, **params) -> list[dict]:
    """The rows of one page."""
    reply = await erp.call("produtos.pesquisa.php", token, **params)
    return [row["produto"] for row in reply.retorno.get("produtos", [])]


async def add(erp, nome: str, **fields) -> dict:
    return await erp.door("POST", "worlds/loja/products", {"nome": nome, **fields})


async def test_a_row_has_the_documented_fields_in_their_order(erp):
    token = (await erp.world(products=1))["token"]
    assert list((await listed(erp, token))[0]) == FIELDS


async def test_a_hundred_rows_make_a_page_and_the_last_holds_the_rest(erp):
    token = (await erp.world(products=205, variations_share=0))["token"]
    pages = [await erp.call("produtos.pesquisa.php", token, pagina=page) for page in (1, 2, 3)]
    assert [len(page.retorno["produtos"]) for page in pages] == [100, 100, 5]
    assert [(page.retorno["pagina"], page.retorno["numero_paginas"]) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    ids = [row["produto"]["id"] for page in pages for row in page.retorno["produtos"]]
    assert len(set(ids)) == 205


async def test_no_page_is_the_first_page(erp):
    token = (await erp.world(products=3))["token"]
    assert await listed(erp, token) == await listed(erp, token, pagina=1) == await listed(erp, token, pagina="x")


@pytest.mark.parametrize("text", ["camiseta", "CAMI", "básica", "cam-001", "M-00"])
async def test_a_search_is_loose_on_name_and_code(erp, text):
    token = (await erp.world())["token"]
    await add(erp, "Camiseta Básica", codigo="CAM-001")
    await add(erp, "Caneca", codigo="CAN-1")
    assert [row["codigo"] for row in await listed(erp, token, pesquisa=text)] == ["CAM-001"]


async def test_the_barcode_filter_wants_the_whole_barcode(erp):
    token = (await erp.world())["token"]
    await add(erp, "Caneca", gtin="7890000000017")
    assert len(await listed(erp, token, gtin="7890000000017")) == 1
    assert await listed(erp, token, gtin="789000") == []


async def test_the_state_filter_shows_deleted_ones_only_when_asked_for(erp):
    token = (await erp.world())["token"]
    for code, state in [("A-1", "A"), ("I-1", "I"), ("E-1", "E")]:
        await add(erp, "Caneca", codigo=code, situacao=state)
    assert [row["codigo"] for row in await listed(erp, token)] == ["A-1", "I-1"]
    for state in "AIE":
        assert [row["codigo"] for row in await listed(erp, token, situacao=state)] == [f"{state}-1"]


async def test_the_creation_date_filter_means_from_that_moment_on(erp):
    token = (await erp.world())["token"]
    await add(erp, "Velha", data_criacao="02/03/2024 09:15:00")
    await add(erp, "Nova", data_criacao="02/03/2024 09:15:01")
    assert len(await listed(erp, token, dataCriacao="02/03/2024 09:15:00")) == 2
    assert [row["nome"] for row in await listed(erp, token, dataCriacao="02/03/2024 09:15:01")] == ["Nova"]


async def test_a_change_date_is_no_filter_and_is_journalled_as_ignored(erp):
    token = (await erp.world(products=2))["token"]
    assert len(await listed(erp, token, dataAlteracao="01/01/2030")) >= 2
    assert (await erp.journal())[-1]["ignored"] == ["dataAlteracao"]


async def test_no_product_carries_a_tag(erp):
    token = (await erp.world(products=2))["token"]
    assert (await erp.call("produtos.pesquisa.php", token, idTag=31)).code == 20


async def test_variations_stand_beside_their_parents_unless_the_world_says_otherwise(erp):
    token = (await erp.world())["token"]
    await add(erp, "Camiseta", codigo="C", variacoes=[{"codigo": "C-A", "grade": {"Cor": "Azul"}}])
    assert [row["tipoVariacao"] for row in await listed(erp, token)] == ["P", "V"]
    await erp.door("PATCH", "worlds/loja", {"list_variations": False})
    assert [row["tipoVariacao"] for row in await listed(erp, token)] == ["P"]


async def test_older_rows_lack_five_fields(erp):
    token = (await erp.world(products=1, old_rows=True))["token"]
    lacking = {"gtin", "tipoVariacao", "localizacao", "situacao", "data_criacao"}
    assert set((await listed(erp, token))[0]) == set(FIELDS) - lacking


async def test_a_changed_product_is_listed_as_changed(erp):
    token = (await erp.world(products=1))["token"]
    product = (await erp.products())[0]
    await listed(erp, token)
    await erp.door("PATCH", f"worlds/loja/products/{product['id']}", {"preco": "12.34"})
    assert (await listed(erp, token))[0]["preco"] == "12.34"


async def test_a_search_that_finds_one_keeps_its_list_in_every_mood(erp):
    for seed in range(8):
        name = f"loja-{seed}"
        token = (await erp.world(name, seed=seed, products=1, variations_share=0, moods=True))["token"]
        reply = await erp.call("produtos.pesquisa.php", token)
        assert isinstance(reply.retorno["produtos"], list)
