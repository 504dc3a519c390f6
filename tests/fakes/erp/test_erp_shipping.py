"""Shipping forms, expedition, separation and the freight quotation."""

from __future__ import annotations

from typing import Any

import orjson
import pytest


@pytest.fixture
async def token(erp: Any) -> str:
    made = await erp.world(products=3, variations_share=0)
    return str(made["token"])


async def _released(erp: Any, token: str, **changed: Any) -> int:
    """The id of the expedition of a new order that is ready to be sent."""
    order = await erp.inserted(token, **changed)
    await erp.call("pedido.alterar.situacao", token, id=order, situacao="pronto_envio")
    answer = await erp.call("expedicao.obter.php", token, idObjeto=order, tipoObjeto="venda")
    return int(answer.retorno["expedicao"]["id"])


async def _changed(erp: Any, token: str, expedition: int, **fields: Any) -> Any:
    document = orjson.dumps({"expedicao": fields}).decode()
    return await erp.call("expedicao.alterar.php", token, idExpedicao=expedition, expedicao=document)


async def _grouped(erp: Any, token: str, *expeditions: int) -> Any:
    document = orjson.dumps({"expedicoes": [{"expedicao": {"id": each}} for each in expeditions]}).decode()
    return await erp.call("expedicao.incluir.agrupamento.php", token, expedicoes=document)


async def test_shipping_forms_are_listed_and_shown_with_their_services(erp: Any, token: str) -> None:
    listed = (await erp.call("formas.envio.pesquisa.php", token)).retorno["registros"]
    assert [each["registro"]["tipo"] for each in listed] == ["C", "T", "S"]
    shown = (await erp.call("formas.envio.obter.php", token, id=11)).retorno["forma_envio"]
    assert [each["forma_frete"]["descricao"] for each in shown["formas_frete"]] == ["PAC", "SEDEX"]
    assert (await erp.call("formas.envio.obter.php", token, id=99)).code == 32
    assert (await erp.call("formas.envio.obter.php", token)).code == 10


async def test_an_order_that_is_ready_enters_the_expedition_once(erp: Any, token: str) -> None:
    first = await _released(erp, token)
    order = (await erp.orders())[0]["id"]
    assert (await erp.call("expedicao.liberar.objetos.php", token, idObjeto=order, tipoObjeto="venda")).code is None
    found = await erp.call("expedicao.obter.php", token, idObjeto=order, tipoObjeto="venda")
    assert found.retorno["expedicao"]["id"] == first


async def test_the_expedition_is_searched_by_form_and_day(erp: Any, token: str) -> None:
    expedition = await _released(erp, token)

    async def found(**filters: str) -> list[int]:
        answer = await erp.call("expedicao.pesquisa.php", token, **filters)
        return [each["expedicao"]["id"] for each in answer.retorno.get("expedicoes", [])]

    assert await found(formaEnvio="C") == []
    assert await found(formaEnvio="C", incluirNaoDefinidas="S") == [expedition]
    await _changed(erp, token, expedition, idFormaEnvio=11, idFormaFrete=13)
    assert await found(formaEnvio="11") == [expedition]
    assert await found(formaEnvio="C", dataInicial="04/08/2026") == []
    assert await found(formaEnvio="C", dataInicial="03/08/2026", dataFinal="03/08/2026") == [expedition]
    assert (await erp.call("expedicao.pesquisa.php", token)).code == 10
    assert (await erp.call("expedicao.pesquisa.php", token, formaEnvio="Z")).code == 31
    assert (await erp.call("expedicao.pesquisa.php", token, formaEnvio="C", dataFinal="ontem")).code == 31


async def test_an_expedition_keeps_what_is_not_named(erp: Any, token: str) -> None:
    expedition = await _released(erp, token)
    await _changed(erp, token, expedition, volumes=2, pesoBruto="1.5", codigoRastreamento="AA1BR")
    await _changed(erp, token, expedition, idFormaEnvio=11, idFormaFrete=12)
    shown = (await erp.call("expedicao.obter.php", token, idExpedicao=expedition)).retorno["expedicao"]
    assert (shown["volumes"], shown["pesoBruto"], shown["codigoRastreamento"]) == (2, "1.500", "AA1BR")
    assert (shown["formaEnvio"], shown["formaFrete"]) == ("Correios", "PAC")
    # A service of another form is kept out.
    await _changed(erp, token, expedition, idFormaEnvio=21, idFormaFrete=12)
    shown = (await erp.call("expedicao.obter.php", token, idExpedicao=expedition)).retorno["expedicao"]
    assert (shown["formaEnvio"], shown["formaFrete"]) == ("Transportadora Exemplo", "")
    assert (await _changed(erp, token, expedition, volumes="muitos")).code == 31


async def test_groups_are_of_one_form_and_have_labels_once_concluded(erp: Any, token: str) -> None:
    expeditions = [await _released(erp, token, numero_pedido_ecommerce=str(number)) for number in range(2)]
    assert (await _grouped(erp, token, *expeditions)).code == 31
    for expedition in expeditions:
        await _changed(erp, token, expedition, idFormaEnvio=11)
    group = (await _grouped(erp, token, *expeditions)).retorno["registros"]["registro"]["idAgrupamento"]
    assert (await _grouped(erp, token, expeditions[0])).code == 31
    labels = "expedicao.obter.etiquetas.impressao.php"
    assert (await erp.call(labels, token, idAgrupamento=group)).code == 31
    assert (await erp.call("expedicao.concluir.agrupamento.php", token, idAgrupamento=group)).code is None
    assert len((await erp.call(labels, token, idAgrupamento=group)).retorno["links"]) == 2
    assert (await erp.call("expedicao.concluir.agrupamento.php", token, idAgrupamento=group)).code == 31
    assert (await erp.call("expedicao.concluir.agrupamento.php", token, idAgrupamento=5)).code == 32


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"idExpedicao": "7"}, 32),
        ({"idExpedicao": "x"}, 10),
        ({}, 10),
        ({"idObjeto": "7"}, 10),
        ({"idObjeto": "7", "tipoObjeto": "venda"}, 32),
        ({"idObjeto": "7", "tipoObjeto": "caixa"}, 31),
    ],
)
async def test_an_expedition_that_is_not_there_is_refused(
    erp: Any, token: str, params: dict[str, str], code: int
) -> None:
    assert (await erp.call("expedicao.obter.php", token, **params)).code == code


async def test_only_what_exists_is_released(erp: Any, token: str) -> None:
    assert (await erp.call("expedicao.liberar.objetos.php", token, idObjeto=7, tipoObjeto="venda")).code == 32
    assert (await erp.call("expedicao.liberar.objetos.php", token, idObjeto=7, tipoObjeto="notafiscal")).code == 32


async def test_an_approved_order_waits_for_its_separation(erp: Any, token: str) -> None:
    order = await erp.inserted(token)
    rows = (await erp.send("GET", "separacoes/pesquisar", params={"token": token, "formato": "json"})).retorno
    assert [(each["id"], each["situacao"]) for each in rows["separacoes"]] == [(order, 1)]
    shown = (await erp.call("separacao.obter.php", token, idSeparacao=order)).retorno["separacao"]
    assert shown["numero"] == 1
    assert (await erp.call("separacoes/pesquisar", token, situacao="3")).code == 20
    assert (await erp.call("separacoes/pesquisar", token, situacao="9")).code == 31
    assert (await erp.call("separacao.obter.php", token, id=5)).code == 32


async def test_the_separation_goes_on_at_the_door(erp: Any, token: str) -> None:
    order = await erp.inserted(token)
    path = f"worlds/loja/orders/{order}/separation"
    assert await erp.door("POST", path, {"situacao": 3}) == {"id": order, "situacao": 3}
    assert (await erp.call("separacao.obter.php", token, id=order)).retorno["separacao"]["situacao"] == 3
    assert (await erp.door_status("POST", path, {"situacao": 9}))[0] == 400
    unapproved = await erp.inserted(token, situacao="aberto")
    assert (await erp.door_status("POST", f"worlds/loja/orders/{unapproved}/separation", {"situacao": 3}))[0] == 404


async def test_the_door_shows_what_is_in_the_expedition(erp: Any, token: str) -> None:
    expedition = await _released(erp, token)
    [shown] = await erp.door("GET", "worlds/loja/expeditions")
    assert (shown["id"], shown["kind"]) == (expedition, "venda")


async def _quote(erp: Any, document: Any, token: str | None = None, integration: int = 8123) -> tuple[int, Any]:
    own = erp.fake.worlds.get("loja").integrations.main.token
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    address = f"{erp.api}/webhook/api/v1/parceiro/{integration}/cotar"
    async with erp.session.post(address, data=body, headers={"Token": own if token is None else token}) as answer:
        raw = await answer.read()
        return answer.status, orjson.loads(raw) if raw.startswith(b"{") else raw.decode()


@pytest.fixture
async def mapped(erp: Any, token: str) -> dict[str, Any]:
    product = (await erp.products())[0]
    await erp.door("PATCH", f"worlds/loja/products/{product['id']}", {"peso_bruto": "0.500", "dias_preparacao": 3})
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": product["id"], "skuMapeamento": "CAN-01"})
    return dict(product)


@pytest.mark.usefixtures("mapped")
async def test_a_quotation_prices_each_item_in_the_merchants_order(erp: Any) -> None:
    asked = {"cep_destino": "88036000", "itens": [{"sku": "CAN-01", "quantidade": 2}]}
    status, answer = await _quote(erp, asked)
    [entry] = answer["cotacoes"]
    assert status == 200 and entry["sku"] == "CAN-01"
    assert [(each["nome_forma_frete"], each["preco"], each["prazo"]) for each in entry["opcoes"]] == [
        ("PAC", 17.2, 7),
        ("SEDEX", 28.6, 2),
        ("Rodoviário", 20.2, 9),
        ("Retirada", 0, 0),
    ]


@pytest.mark.usefixtures("mapped")
async def test_a_grouped_quotation_is_one_for_the_basket(erp: Any) -> None:
    options = {"cotar_agrupado": True, "considerar_dias_preparacao": True, "agrupar_tipo_entrega": True}
    items = [{"sku": "CAN-01", "quantidade": 2}, {"sku": "CAN-01", "quantidade": 1, "peso": 3}]
    _, answer = await _quote(erp, {"cep_destino": "88036000", "itens": items, "opcoes": options})
    assert answer["opcoes"] == options
    unasked = {"cotar_agrupado": True, "considerar_dias_preparacao": True}
    _, answer = await _quote(erp, {"cep_destino": "88036000", "itens": items, "opcoes": unasked})
    assert answer["opcoes"] == options
    pac = answer["cotacoes"][0]
    assert (pac["nome_forma_frete"], pac["preco"], pac["prazo"]) == ("PAC", 24.1, 10)


@pytest.mark.usefixtures("mapped")
@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"cep_destino": "88036000"}, "Parameter 'itens' not found"),
        ({"itens": [{"sku": "CAN-01"}]}, "Parameter 'cep_destino' not found"),
        ({"cep_destino": "88036000", "itens": [{"sku": "LUA"}]}, "Item 'LUA' não encontrado."),
        ({"cep_destino": "88036000", "itens": [3]}, "Item '' não encontrado."),
        (b"{", "Invalid JSON"),
        (b"[]", "Invalid JSON"),
    ],
)
async def test_a_quotation_that_cannot_be_made_is_http_400(erp: Any, document: Any, told: str) -> None:
    assert await _quote(erp, document) == (400, {"error": told})


@pytest.mark.usefixtures("mapped")
async def test_a_wrong_token_is_http_200_with_a_plain_text(erp: Any) -> None:
    assert await _quote(erp, {}, token="errado") == (200, "token invalido")
    assert await _quote(erp, {}, integration=5) == (200, "token invalido")
