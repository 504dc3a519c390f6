"""`pedidos.pesquisa.php` and `pedido.obter.php` (contract, orders §3 and §4)."""

from __future__ import annotations

import pytest

import schemas


async def three(erp, **settings) -> str:
    """A world with three orders: Marina's, João's and Marina's again; the last is cancelled."""
    token = (await erp.world(plan="potencializar", **settings))["token"]
    john = {"codigo": "WS-2", "nome": "João Silva", "cpf_cnpj": "22255588846"}
    await erp.insert(token)
    await erp.advance(86400)
    await erp.insert(
        token, numero_pedido_ecommerce="1002450", cliente=john, data_pedido="04/08/2026", situacao="aberto"
    )
    await erp.insert(token, numero_pedido_ecommerce="7", data_pedido="05/08/2026", marcadores=None)
    last = (await erp.orders())[-1]["id"]
    await erp.door("POST", f"worlds/loja/orders/{last}/situation", {"situacao": "cancelado"})
    return token


async def numbers(erp, token: str, **filters) -> list[int]:
    """The numbers of the orders found, [] for code 20."""
    reply = await erp.call("pedidos.pesquisa.php", token, **filters)
    if reply.code == 20:
        return []
    return [row["pedido"]["numero"] for row in reply.retorno["pedidos"]]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [1, 2, 3]),
        ({"pagina": 1}, [1, 2, 3]),
        ({"sort": "DESC"}, [3, 2, 1]),
        ({"numero": 2}, [2]),
        ({"numero": 9}, []),
        ({"numeroEcommerce": "100245"}, [1]),
        ({"numeroEcommerce": "10024"}, []),
        ({"cliente": "marina"}, [1, 3]),
        ({"cliente": "WS-2"}, [2]),
        ({"cpf_cnpj": "111.444.777-35"}, [1, 3]),
        ({"cpf_cnpj": "22255588846"}, [2]),
        ({"dataInicial": "04/08/2026"}, [2, 3]),
        ({"dataFinal": "04/08/2026"}, [1, 2]),
        ({"dataInicial": "04/08/2026", "dataFinal": "04/08/2026"}, [2]),
        ({"situacao": "cancelado"}, [3]),
        ({"situacao": "aprovado"}, [1]),
        ({"dataAtualizacao": "04/08/2026 08:00:00"}, [2, 3]),
        ({"dataAtualizacao": "04/08/2026 08:00:01"}, []),
        ({"marcador": "webstore"}, [1, 2]),
        ({"marcador": "outro"}, []),
        ({"idVendedor": "5"}, []),
        ({"nomeVendedor": "Ana"}, []),
        ({"situacaoOcorrencia": "cancelado"}, [1, 2, 3]),
        ({"situacaoOcorrencia": "aprovado", "dataInicialOcorrencia": "04/08/2026"}, [3]),
        ({"situacaoOcorrencia": "cancelado", "dataFinalOcorrencia": "03/08/2026"}, []),
        ({"cliente": "marina", "situacao": "cancelado"}, [3]),
    ],
)
async def test_a_filter_lets_through_what_it_names(erp, filters, found):
    token = await three(erp)
    assert await numbers(erp, token, **filters) == found


async def test_the_search_by_platform_number_can_be_inexact(erp):
    token = await three(erp, loose_number_search=True)
    assert await numbers(erp, token, numeroEcommerce="100245") == [1, 2]
    await erp.door("PATCH", "worlds/loja", {"loose_number_search": False})
    assert await numbers(erp, token, numeroEcommerce="100245") == [1]


async def test_nothing_found_is_code_20(erp):
    token = (await erp.world())["token"]
    reply = await erp.call("pedidos.pesquisa.php", token, numero=1)
    assert (reply.code, reply.retorno["erros"]) == (20, [{"erro": "A Consulta não retornou registros"}])


@pytest.mark.parametrize(
    ("field", "value"), [("situacao", "voando"), ("dataInicial", "2026-08-03"), ("dataAtualizacao", "ontem")]
)
async def test_a_filter_that_makes_no_sense_is_code_31_with_its_field(erp, field, value):
    token = await three(erp)
    reply = await erp.call("pedidos.pesquisa.php", token, **{field: value})
    assert (reply.code, reply.retorno["erros"][0]["campo"]) == (31, field)


async def test_a_hundred_orders_make_a_page(erp):
    world = await erp.world(plan="potencializar")
    for count in range(105):
        if count % 25 == 0:
            await erp.advance(60)
        await erp.insert(world["token"], numero_pedido_ecommerce=str(count))
    await erp.advance(60)
    first = (await erp.call("pedidos.pesquisa.php", world["token"])).retorno
    assert (len(first["pedidos"]), first["pagina"], first["numero_paginas"]) == (100, 1, 2)
    assert await numbers(erp, world["token"], pagina=2) == [101, 102, 103, 104, 105]
    assert (await erp.call("pedidos.pesquisa.php", world["token"], pagina=3)).code == 23
    page = await erp.door("GET", "worlds/loja/orders?offset=100&limit=2")
    assert (page["total"], [order["numero"] for order in page["orders"]]) == (105, [101, 102])


async def test_a_row_is_no_order_and_shows_a_description(erp):
    token = await three(erp)
    row = (await erp.call("pedidos.pesquisa.php", token, numero=1)).retorno["pedidos"][0]["pedido"]
    assert (row["situacao"], row["valor"], row["nome"]) == ("Aprovado", 69.7, "Marina Prado Amostra")
    assert "itens" not in row


async def obtained(erp, token: str, order: int, service: str = "pedido.obter.php") -> dict:
    return (await erp.call(service, token, id=order)).retorno["pedido"]


@pytest.mark.parametrize("service", ["pedido.obter", "pedido.obter.php"])
async def test_an_order_is_read_under_the_names_of_reading(erp, service):
    token = (await erp.world())["token"]
    order = await erp.inserted(token, obs_internas="nota", nome_deposito="Geral")
    read = await obtained(erp, token, order, service)
    assert (read["numero_ecommerce"], read["obs_interna"], read["deposito"]) == ("100245", "nota", "Geral")
    assert read["ecommerce"] == {
        "id": "8123",
        "numeroPedidoEcommerce": "100245",
        "numeroPedidoCanalVenda": "",
        "nomeEcommerce": "Webstore",
        "canalVenda": "",
    }
    assert (read["total_produtos"], read["total_pedido"], read["valor_frete"]) == ("59.80", "69.70", "14.90")
    assert read["itens"][0]["item"]["quantidade"] == "2.00"
    assert (read["situacao"], read["data_pedido"], read["id_nota_fiscal"]) == ("Aprovado", "03/08/2026", 0)
    assert read["parcelas"][0]["parcela"]["valor"] == "69.70"


async def test_documents_and_postal_codes_are_punctuated_unless_the_world_says_otherwise(erp):
    token = (await erp.world())["token"]
    order = await erp.inserted(token)
    customer = (await obtained(erp, token, order))["cliente"]
    assert (customer["cpf_cnpj"], customer["cep"]) == ("111.444.777-35", "88.010-000")
    await erp.door("PATCH", "worlds/loja", {"mask_documents": False})
    customer = (await obtained(erp, token, order))["cliente"]
    assert (customer["cpf_cnpj"], customer["cep"]) == ("11144477735", "88010000")


async def test_another_delivery_address_is_read_back(erp):
    token = (await erp.world())["token"]
    assert "endereco_entrega" not in await obtained(erp, token, await erp.inserted(token))
    order = await erp.inserted(token, endereco_entrega={"nome_destinatario": "Ana", "cep": "88036-000"})
    assert (await obtained(erp, token, order))["endereco_entrega"]["nome_destinatario"] == "Ana"


@pytest.mark.parametrize("named", [5, "numero"])
async def test_an_unknown_id_is_code_32_and_a_number_is_no_id(erp, named):
    token = (await erp.world())["token"]
    await erp.insert(token)
    reply = await erp.call("pedido.obter.php", token, id=1 if named == "numero" else named)
    assert (reply.code, reply.retorno["erros"]) == (32, [{"erro": "Pedido não localizado"}])


async def test_the_days_of_an_order_are_filled_as_they_come(erp):
    token = (await erp.world())["token"]
    order = await erp.inserted(token)
    for situacao in ("faturado", "enviado"):
        await erp.door("POST", f"worlds/loja/orders/{order}/situation", {"situacao": situacao})
        await erp.advance(86400)
    read = await obtained(erp, token, order)
    assert [read[f"data_{day}"] for day in ("faturamento", "envio", "entrega")] == ["03/08/2026", "04/08/2026", ""]


@pytest.mark.parametrize("seed", range(6))
async def test_every_answer_fits_its_schema_in_every_mood(erp, seed):
    token = await three(erp, seed=seed, moods=True)
    searched = await erp.call("pedidos.pesquisa.php", token)
    assert schemas.problems("erp/pedidos.pesquisa.answer", {"retorno": searched.retorno}) == []
    for order in await erp.orders():
        reply = await erp.call("pedido.obter.php", token, id=order["id"])
        assert schemas.problems("erp/pedido.obter.answer", {"retorno": reply.retorno}) == []


async def test_the_platforms_number_is_at_times_missing_but_never_everywhere(erp):
    token = (await erp.world(moods=True, plan="potencializar"))["token"]
    lacking = set()
    for _ in range(50):
        await erp.insert(token)
        order = (await erp.orders())[-1]["id"]
        await erp.advance(2)
        read = await obtained(erp, token, order)
        lacking.add(("numero_ecommerce" in read, "ecommerce" in read))
    assert lacking == {(True, True), (False, True), (True, False)}


@pytest.mark.parametrize(
    ("service", "params"),
    [
        ("pedidos.pesquisa", {"numeroEcommerce": "100245", "pagina": "1"}),
        ("pedido.obter", {"id": "810000001"}),
        ("pedido.alterar.situacao", {"id": "810000001", "situacao": "enviado"}),
    ],
)
async def test_a_request_that_fits_its_schema_is_understood_whole(erp, service, params):
    token = (await erp.world())["token"]
    form = {"token": token, "formato": "json", **params}
    assert schemas.problems(f"erp/{service}.request", form) == []
    for name in (service, f"{service}.php"):
        assert (await erp.send("POST", name, data=form)).status == 200
    assert [entry["ignored"] for entry in await erp.journal()] == [[], []]
