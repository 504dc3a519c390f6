"""Changing, marking, posting and despatching an order."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

TOKEN = "token-da-loja"


@pytest.fixture(autouse=True)
async def _world(erp: Any) -> None:
    await erp.world(token=TOKEN, products=0)


async def _read(erp: Any, order: int) -> dict[str, Any]:
    shown: dict[str, Any] = (await erp.call("pedido.obter.php", TOKEN, id=order)).retorno["pedido"]
    return shown


async def _change(erp: Any, order: int, **fields: Any) -> Any:
    return await erp.call("pedido.alterar.php", TOKEN, id=order, dados_pedido=orjson.dumps(fields).decode())


async def _stocked(erp: Any, amount: str = "10") -> int:
    """The id of the product that the sample's item names, with so much in stock."""
    made = await erp.door("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "CAN-01"})
    await erp.door("POST", "worlds/loja/stock", {"idProduto": made["id"], "quantidade": amount})
    return int(made["id"])


async def _stock(erp: Any, product: int) -> tuple[str, str]:
    shown = await erp.door("GET", f"worlds/loja/products/{product}")
    return shown["saldo"], shown["saldoReservado"]


async def test_what_is_named_changes_and_the_rest_stays(erp: Any) -> None:
    order = await erp.inserted(TOKEN)
    await _change(erp, order, obs_interna="por dentro", data_prevista="10/08/2026", data_envio="05/08/2026 10:00:00")
    read = await _read(erp, order)
    assert (read["obs"], read["obs_interna"]) == ("Pedido Webstore 100245", "por dentro")
    assert (read["data_prevista"], read["data_envio"]) == ("10/08/2026", "05/08/2026")


async def test_the_data_may_come_as_a_json_body(erp: Any) -> None:
    order = await erp.inserted(TOKEN)
    body = orjson.dumps({"dados_pedido": {"obs": "pelo corpo"}})
    address = f"pedido.alterar?token={TOKEN}&formato=json&id={order}"
    answer = await erp.send("POST", address, data=body, headers={"Content-Type": "application/json"})
    assert answer.retorno["status"] == "OK"
    assert (await _read(erp, order))["obs"] == "pelo corpo"


async def test_flat_instalments_must_add_up(erp: Any) -> None:
    order = await erp.inserted(TOKEN)
    refused = await _change(erp, order, parcelas=[{"dias": 30, "data": "02/09/2026", "valor": "1.00"}])
    assert refused.code == 10 and refused.retorno["erros"][0]["campo"] == "parcelas"
    halves = [{"dias": days, "data": "02/09/2026", "valor": "34.85"} for days in (30, 60)]
    assert (await _change(erp, order, parcelas=halves)).code is None
    read = await _read(erp, order)
    assert [each["parcela"]["valor"] for each in read["parcelas"]] == ["34.85", "34.85"]
    assert read["condicao_pagamento"] == "30 60"


@pytest.mark.parametrize(
    ("sent", "code"),
    [({}, 10), ({"dados_pedido": "{"}, 3), ({"dados_pedido": "[1]"}, 3), ({"dados_pedido": '{"data_envio":"x"}'}, 31)],
)
async def test_a_change_that_cannot_be_read_is_refused(erp: Any, sent: dict[str, str], code: int) -> None:
    order = await erp.inserted(TOKEN)
    assert (await erp.call("pedido.alterar.php", TOKEN, id=order, **sent)).code == code


async def _mark(erp: Any, verb: str, order: int, *markers: dict[str, Any]) -> Any:
    document = orjson.dumps({"marcadores": [{"marcador": each} for each in markers]}).decode()
    return await erp.call(f"pedido.marcadores.{verb}", TOKEN, idPedido=order, marcadores=document)


async def test_a_marker_keeps_its_id_over_orders(erp: Any) -> None:
    first = await erp.inserted(TOKEN)
    second = await erp.inserted(TOKEN, marcadores=None)
    [known] = (await _read(erp, first))["marcadores"]
    assert (await _mark(erp, "incluir", second, {"descricao": "urgente"}, {"id": known["marcador"]["id"]})).code is None
    shown = [each["marcador"] for each in (await _read(erp, second))["marcadores"]]
    assert [each["descricao"] for each in shown] == ["urgente", "webstore"]
    assert shown[1] == known["marcador"]
    await _mark(erp, "remover", second, {"descricao": "URGENTE"}, {"descricao": "nunca"})
    assert [each["marcador"]["descricao"] for each in (await _read(erp, second))["marcadores"]] == ["webstore"]


async def test_a_marker_needs_an_id_or_a_description(erp: Any) -> None:
    order = await erp.inserted(TOKEN)
    assert (await _mark(erp, "incluir", order, {"cor": "x"})).code == 31
    assert (await _mark(erp, "incluir", order, {"id": 5})).code == 32
    assert (await _mark(erp, "incluir", 5, {"descricao": "x"})).code == 32


async def test_an_order_may_name_a_marker_by_its_id(erp: Any) -> None:
    [known] = (await _read(erp, await erp.inserted(TOKEN)))["marcadores"]
    by_id = [{"marcador": {"id": known["marcador"]["id"]}}, {"marcador": {"descricao": "urgente"}}]
    read = await _read(erp, await erp.inserted(TOKEN, marcadores=by_id))
    assert read["marcadores"][0] == known
    assert [each["marcador"]["descricao"] for each in read["marcadores"]] == ["webstore", "urgente"]


@pytest.mark.parametrize(("sent", "code"), [({"id": 5}, "32"), ({"cor": "x"}, "31")])
async def test_an_order_with_a_marker_that_is_none_is_refused(erp: Any, sent: dict[str, Any], code: str) -> None:
    [refused] = (await erp.insert(TOKEN, marcadores=[{"marcador": sent}])).retorno["registros"]
    assert refused["registro"]["codigo_erro"] == code
    assert await erp.orders() == []


async def test_stock_is_posted_once_and_comes_back(erp: Any) -> None:
    product = await _stocked(erp)
    order = await erp.inserted(TOKEN)
    assert await _stock(erp, product) == ("10", "2")
    assert (await erp.call("pedido.lancar.estoque.php", TOKEN, id=order)).code is None
    assert await _stock(erp, product) == ("8", "0")
    again = await erp.call("pedido.lancar.estoque.php", TOKEN, id=order)
    assert again.code == 31 and "Estoque já lançado" in str(again.retorno["erros"])
    assert (await erp.call("pedido.estornar.estoque.php", TOKEN, id=order)).code is None
    assert await _stock(erp, product) == ("10", "2")
    assert (await erp.call("pedido.estornar.estoque.php", TOKEN, id=order)).code == 31
    assert (await erp.call("pedido.lancar.estoque.php", TOKEN, id=5)).code == 32


async def test_reversing_the_stock_of_a_cancelled_order_reserves_nothing(erp: Any) -> None:
    product = await _stocked(erp)
    order = await erp.inserted(TOKEN, situacao="faturado")
    await erp.call("pedido.alterar.situacao", TOKEN, id=order, situacao="cancelado")
    assert await _stock(erp, product) == ("8", "0")
    await erp.call("pedido.estornar.estoque.php", TOKEN, id=order)
    assert await _stock(erp, product) == ("10", "0")


async def test_accounts_are_posted_once_and_reversed_once(erp: Any) -> None:
    order = await erp.inserted(TOKEN)
    codes = [
        (await erp.call(f"pedido.{verb}.contas.php", TOKEN, id=order)).code
        for verb in ("lancar", "lancar", "estornar", "estornar")
    ]
    assert codes == [None, 31, None, 31]


async def test_a_production_order_is_only_recorded(erp: Any) -> None:
    order = await erp.inserted(TOKEN)
    assert (await erp.call("gerar.ordem.producao.pedido.php", TOKEN, id=order)).code is None
    assert [each["order"] for each in await erp.journal(kind="production_order")] == [order]


async def test_what_was_not_registered_is_told_as_the_order_came_with_it(erp: Any, platform: Any) -> None:
    await erp.door("PATCH", "worlds/loja", {"tracking_webhook_url": platform.url, "probe": False})
    order = await erp.inserted(TOKEN, forma_envio="C", forma_frete="PAC", nome_transportador="Correios")
    await erp.call("cadastrar.codigo.rastreamento.pedido.php", TOKEN, id=order, codigoRastreamento="AA1BR")
    await erp.flush()
    [told] = platform.dados
    assert (told["codigoRastreio"], told["transportadora"]) == ("AA1BR", "Correios")
    assert (told["formaEnvio"], told["formaFrete"]) == ("Correios", "PAC")


async def test_despatch_data_are_read_back_and_told(erp: Any, platform: Any) -> None:
    await erp.door("PATCH", "worlds/loja", {"tracking_webhook_url": platform.url, "probe": False})
    order = await erp.inserted(TOKEN)
    sent = {"codigoRastreamento": "AA000000000BR", "formaEnvio": "C", "formaFrete": "PAC", "volumes": "2"}
    answer = await erp.call("cadastrar.codigo.rastreamento.pedido.php", TOKEN, id=order, **sent)
    assert answer.code is None
    await erp.flush()
    assert [each["codigoRastreio"] for each in platform.dados] == ["AA000000000BR"]
    read = await _read(erp, order)
    assert (read["codigo_rastreamento"], read["forma_envio"], read["forma_frete"]) == ("AA000000000BR", "C", "PAC")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"formaEnvio": "T", "transportadora": "Ninguém"}, 31),
        ({"formaEnvio": "T", "transportadora": "transportadora exemplo"}, None),
        ({"formaEnvio": "C", "transportadora": "Ninguém"}, None),
        ({"volumes": "muitos"}, 31),
        ({"dataPrevista": "amanhã"}, 31),
    ],
)
async def test_a_carrier_must_exist_and_numbers_be_numbers(erp: Any, sent: dict[str, str], code: int | None) -> None:
    order = await erp.inserted(TOKEN)
    assert (await erp.call("cadastrar.codigo.rastreamento.pedido.php", TOKEN, id=order, **sent)).code == code


@pytest.mark.parametrize(("sent", "shown"), [("PAC", "PAC"), ("pac", ""), ("Jegue", "")])
async def test_a_freight_service_that_is_not_registered_is_kept_out(erp: Any, sent: str, shown: str) -> None:
    order = await erp.inserted(TOKEN, forma_envio="C", forma_frete=sent)
    assert (await _read(erp, order))["forma_frete"] == shown


@pytest.mark.parametrize("parts", [True, False])
async def test_a_kit_is_taken_from_its_parts_unless_the_world_says_otherwise(erp: Any, parts: bool) -> None:
    await erp.door("PATCH", "worlds/loja", {"kit_parts": parts})
    part = await erp.door("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "CAN-02"})
    await erp.door("POST", "worlds/loja/stock", {"idProduto": part["id"], "quantidade": "10"})
    contents = [{"id_produto": part["id"], "quantidade": "3"}]
    kit = {"nome": "Kit", "codigo": "CAN-01", "classe_produto": "K", "kit": contents}
    made = await erp.door("POST", "worlds/loja/products", kit)
    order = await erp.inserted(TOKEN)
    assert (await _stock(erp, part["id"]), await _stock(erp, made["id"])) == (
        (("10", "6"), ("0", "0")) if parts else (("10", "0"), ("0", "2"))
    )
    await erp.call("pedido.lancar.estoque.php", TOKEN, id=order)
    assert (await _stock(erp, part["id"]), await _stock(erp, made["id"])) == (
        (("4", "0"), ("0", "0")) if parts else (("10", "0"), ("-2", "0"))
    )


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"id_natureza_operacao": "710004"}, 710_004),
        ({"nome_natureza_operacao": "devolução de venda"}, 710_004),
        ({"nome_natureza_operacao": "Escambo"}, 710_003),
        ({}, 710_003),
        ({"id_ecommerce": None}, 710_001),
        ({"cliente": {"nome": "Marina", "codigo": "ICMS"}}, 710_002),
    ],
)
async def test_an_orders_nature_is_its_own_or_the_integrations_or_the_accounts(
    erp: Any, sent: dict[str, Any], shown: int
) -> None:
    integration = erp.fake.worlds.get("loja").integrations.main
    integration.nature = "Venda para consumidor final de outro estado"
    integration.contributor_nature = "Venda de mercadorias a contribuinte do ICMS"
    await erp.door("POST", "worlds/loja/contacts", {"nome": "Contribuinte", "codigo": "ICMS", "contribuinte": "1"})
    order = await erp.inserted(TOKEN, **sent)
    assert (await _read(erp, order))["id_natureza_operacao"] == shown


async def test_a_kit_gives_back_the_parts_that_it_took(erp: Any) -> None:
    parts = [await erp.door("POST", "worlds/loja/products", {"nome": f"Parte {n}", "codigo": f"P{n}"}) for n in (1, 2)]
    contents = [[{"id_produto": part["id"], "quantidade": "3"}] for part in parts]
    kit = {"nome": "Kit", "codigo": "CAN-01", "classe_produto": "K", "kit": contents[0]}
    made = await erp.door("POST", "worlds/loja/products", kit)
    order = await erp.inserted(TOKEN)
    assert [await _stock(erp, part["id"]) for part in parts] == [("0", "6"), ("0", "0")]
    await erp.door("PATCH", f"worlds/loja/products/{made['id']}", {"kit": contents[1]})
    await erp.door("POST", f"worlds/loja/orders/{order}/situation", {"situacao": "cancelado"})
    assert [await _stock(erp, part["id"]) for part in parts] == [("0", "0"), ("0", "0")]
