"""Each error code by its natural cause (contract, transport §3.4 and §3.5). HTTP says 200 all along."""

from __future__ import annotations

import pytest


async def test_no_token_is_code_1(erp):
    reply = await erp.send("POST", "info.php", data={"formato": "json"})
    assert (reply.status, reply.code, reply.retorno["status_processamento"]) == (200, 1, 1)


async def test_an_unknown_token_is_code_2_as_in_the_documented_sample(erp):
    reply = await erp.call("info.php", "TOKEN_DE_TESTE")
    assert reply.retorno == {
        "status_processamento": 1,
        "status": "Erro",
        "codigo_erro": 2,
        "erros": [{"erro": "token invalido"}],
    }


async def test_a_plan_without_api_is_code_5_and_grants_no_calls(erp):
    world = await erp.world(plan="comecar")
    reply = await erp.call("info.php", world["token"])
    assert (reply.status, reply.code, reply.headers["x-limit-api"]) == (200, 5, "0")


async def test_an_account_without_access_is_code_5(erp):
    world = await erp.world(api_access=False)
    assert (await erp.call("info.php", world["token"])).code == 5


async def test_a_blocked_company_is_code_8_until_it_is_freed(erp):
    world = await erp.world()
    await erp.door("PATCH", "worlds/loja", {"blocked": True})
    assert (await erp.call("info.php", world["token"])).code == 8
    await erp.door("PATCH", "worlds/loja", {"blocked": False})
    assert (await erp.call("info.php", world["token"])).code is None


@pytest.mark.parametrize("service", ["produto.obter.php", "produto.obter.estoque.php"])
async def test_a_missing_id_is_code_10_that_names_the_parameter(erp, service):
    world = await erp.world()
    reply = await erp.call(service, world["token"])
    assert reply.code == 10
    assert "id" in reply.retorno["erros"][0]["erro"]


async def test_an_id_that_is_no_number_is_code_10_that_quotes_it(erp):
    world = await erp.world()
    reply = await erp.call("produto.obter.php", world["token"], id="CAM-001")
    assert reply.code == 10
    assert "CAM-001" in reply.retorno["erros"][0]["erro"]


async def test_an_unknown_product_is_code_20(erp):
    world = await erp.world()
    assert (await erp.call("produto.obter.php", world["token"], id=5)).code == 20


async def test_the_stock_of_an_unknown_product_is_code_32(erp):
    world = await erp.world()
    assert (await erp.call("produto.obter.estoque.php", world["token"], id=5)).code == 32


async def test_an_empty_listing_is_code_20_without_a_list(erp):
    world = await erp.world()
    reply = await erp.call("produtos.pesquisa.php", world["token"])
    assert reply.code == 20
    assert reply.retorno["erros"] == [{"erro": "A Consulta não retornou registros"}]
    assert "produtos" not in reply.retorno


async def test_a_page_past_the_last_is_code_23(erp):
    world = await erp.world(products=1, variations_share=0)
    assert (await erp.call("produtos.pesquisa.php", world["token"], pagina=2)).code == 23


@pytest.mark.parametrize(
    ("name", "value"),
    [("situacao", "Z"), ("dataCriacao", "2024-03-02"), ("dataCriacao", "31/02/2024"), ("idListaPreco", 4)],
)
async def test_a_filter_that_makes_no_sense_is_code_31_with_its_field(erp, name, value):
    world = await erp.world(products=1)
    reply = await erp.call("produtos.pesquisa.php", world["token"], **{name: value})
    assert reply.code == 31
    assert reply.retorno["erros"][0]["campo"] == name


@pytest.mark.parametrize(("what", "code"), [("unexpected", 35), ("maintenance", 99)])
async def test_trouble_of_the_erp_itself_is_ordered_as_a_fault(erp, what, code):
    world = await erp.world()
    await erp.door("POST", "worlds/loja/faults", {"call": "info.php", "what": what})
    assert (await erp.call("info.php", world["token"])).code == code
