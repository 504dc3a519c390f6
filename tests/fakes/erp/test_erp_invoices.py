"""Invoices: made of an order, authorised or cancelled by a person, read and searched."""

from __future__ import annotations

from typing import Any

import pytest

TOKEN = "token-da-loja"


@pytest.fixture(autouse=True)
async def _world(erp: Any) -> None:
    await erp.world(token=TOKEN)


async def _generate(erp: Any, order: int, **params: str) -> Any:
    return await erp.call("gerar.nota.fiscal.pedido.php", TOKEN, id=order, **params)


async def _made(erp: Any, order: int) -> int:
    return int((await _generate(erp, order)).retorno["registros"]["registro"]["idNotaFiscal"])


async def _authorise(erp: Any, note: int) -> dict[str, Any]:
    shown: dict[str, Any] = await erp.door("POST", f"worlds/loja/invoices/{note}/authorise")
    return shown


async def test_an_invoice_is_made_pending_and_the_order_names_it(erp: Any) -> None:
    order = await erp.inserted(TOKEN)
    record = (await _generate(erp, order)).retorno["registros"]["registro"]
    assert (record["numero"], record["serie"]) == ("000001", "1")
    note = (await erp.call("nota.fiscal.obter.php", TOKEN, id=record["idNotaFiscal"])).retorno["nota_fiscal"]
    assert (note["situacao"], note["descricao_situacao"], note["id_venda"]) == (1, "Pendente", order)
    assert (note["valor_nota"], note["numero_ecommerce"], len(note["chave_acesso"])) == ("69.70", "100245", 44)
    assert note["cliente"]["cpf_cnpj"] == "111.444.777-35"
    assert [each["item"]["valor_total"] for each in note["itens"]] == ["59.80"]
    read = (await erp.call("pedido.obter.php", TOKEN, id=order)).retorno["pedido"]
    assert read["id_nota_fiscal"] == record["idNotaFiscal"]


async def test_an_invoice_tells_who_buys_who_carries_and_who_took_the_money(erp: Any) -> None:
    agent = {"nome": "Mercado", "cnpj": "11.222.333/0001-81", "cnpjPagamento": ""}
    paid = {"tipo_pagamento": "17", "valor": "69.70", "codigo_autorizacao": "E1"}
    delivery = {"endereco": "Rua do Exemplo", "nome_destinatario": "Caio"}
    order = await erp.inserted(
        TOKEN,
        endereco_entrega=delivery,
        forma_envio="C",
        forma_frete="PAC",
        intermediador=agent,
        pagamentos_integrados=[{"pagamento_integrado": paid}],
    )
    note = (await erp.call("nota.fiscal.obter.php", TOKEN, id=await _made(erp, order))).retorno["nota_fiscal"]
    assert (note["forma_envio"], note["forma_frete"]) == (
        {"id": 11, "descricao": "Correios"},
        {"id": 12, "descricao": "PAC"},
    )
    assert (note["transportador"], note["intermediador"]) == ({"nome": ""}, agent)
    assert [each["pagamento_integrado"]["valor"] for each in note["pagamentos_integrados"]] == ["69.70"]
    [row] = (await erp.call("notas.fiscais.pesquisa.php", TOKEN, tipoNota="S")).retorno["notas_fiscais"]
    assert row["nota_fiscal"]["cliente"] == note["cliente"]
    assert row["nota_fiscal"]["endereco_entrega"] == note["endereco_entrega"]
    assert note["endereco_entrega"]["nome_destinatario"] == "Caio"


async def test_a_second_invoice_is_refused_unless_the_first_was_cancelled(erp: Any) -> None:
    order = await erp.inserted(TOKEN)
    note = await _made(erp, order)
    [refused] = (await _generate(erp, order)).retorno["registros"]
    assert refused["registro"]["codigo_erro"] == "31"
    assert "já possui a nota fiscal 000001" in str(refused)
    await erp.door("POST", f"worlds/loja/invoices/{note}/cancel")
    assert await _made(erp, order) == note + 1


@pytest.mark.parametrize("moves", [True, False])
async def test_an_authorised_invoice_moves_its_order_and_is_told(erp: Any, platform: Any, moves: bool) -> None:
    settings = {"invoice_webhook_url": platform.url, "probe": False, "note_moves_order": moves}
    await erp.door("PATCH", "worlds/loja", settings)
    order = await erp.inserted(TOKEN)
    note = await _made(erp, order)
    assert (await _authorise(erp, note))["situacao"] == 6
    await erp.flush()
    assert [(each["idNotaFiscalTiny"], each["valorNota"]) for each in platform.dados] == [(note, 69.7)]
    [kept] = await erp.orders()
    assert kept["situacao"] == ("faturado" if moves else "aprovado")
    status, answer = await erp.door_status("POST", f"worlds/loja/invoices/{note}/authorise")
    assert status == 400 and "está autorizada" in answer["error"]


@pytest.mark.parametrize("needed", [True, False])
async def test_a_link_of_an_unauthorised_invoice_is_given_unless_the_world_says_otherwise(
    erp: Any, needed: bool
) -> None:
    await erp.door("PATCH", "worlds/loja", {"link_needs_authorisation": needed})
    note = await _made(erp, await erp.inserted(TOKEN))
    assert (await erp.call("nota.fiscal.obter.link.php", TOKEN, id=note)).code == (34 if needed else None)
    await _authorise(erp, note)
    link = (await erp.call("nota.fiscal.obter.link.php", TOKEN, id=note)).retorno["link_nfe"]
    assert link.startswith("https://")


async def test_only_an_authorised_invoice_goes_to_the_expedition(erp: Any) -> None:
    note = await _made(erp, await erp.inserted(TOKEN))
    release = {"idObjeto": note, "tipoObjeto": "notafiscal"}
    assert (await erp.call("expedicao.liberar.objetos.php", TOKEN, **release)).code == 34
    await _authorise(erp, note)
    assert (await erp.call("expedicao.liberar.objetos.php", TOKEN, **release)).code is None
    assert (await erp.call("expedicao.obter.php", TOKEN, **release)).code is None


async def test_filters_of_the_search_filter(erp: Any) -> None:
    first = await _made(erp, await erp.inserted(TOKEN))
    await erp.advance(86_400)
    customer = {"nome": "Caio", "cpf_cnpj": "52998224725"}
    second = await _made(erp, await erp.inserted(TOKEN, numero_pedido_ecommerce="7", cliente=customer, forma_envio="C"))
    await _authorise(erp, second)

    async def found(**filters: str) -> list[int]:
        retorno = (await erp.call("notas.fiscais.pesquisa.php", TOKEN, **filters)).retorno
        return [each["nota_fiscal"]["id"] for each in retorno.get("notas_fiscais", [])]

    assert await found(tipoNota="S") == [first, second]
    assert await found(tipoNota="E") == []
    assert await found(numero="000002") == [second]
    assert await found(cliente="caio") == [second]
    assert await found(cpf_cnpj="111.444.777-35") == [first]
    assert await found(situacao="6") == [second]
    assert await found(numeroEcommerce="100245") == [first]
    assert await found(tipoNota="S", idFormaEnvio="11") == [second]
    assert await found(dataInicial="04/08/2026") == [second]
    assert await found(dataFinal="03/08/2026") == [first]


@pytest.mark.parametrize(
    ("service", "params", "code"),
    [
        ("notas.fiscais.pesquisa.php", {}, 10),
        ("notas.fiscais.pesquisa.php", {"situacao": "99"}, 31),
        ("notas.fiscais.pesquisa.php", {"dataInicial": "x"}, 31),
        ("notas.fiscais.pesquisa.php", {"numero": "5"}, 20),
        ("nota.fiscal.obter.php", {"id": "5"}, 32),
        ("nota.fiscal.obter.link.php", {"id": "5"}, 32),
        ("gerar.nota.fiscal.pedido.php", {"id": "5"}, 32),
        ("gerar.nota.fiscal.pedido.php", {}, 10),
    ],
)
async def test_what_is_not_there_is_refused(erp: Any, service: str, params: dict[str, str], code: int) -> None:
    assert (await erp.call(service, TOKEN, **params)).code == code


async def test_an_unknown_model_is_refused(erp: Any) -> None:
    assert (await _generate(erp, await erp.inserted(TOKEN), modelo="CTe")).code == 31


async def test_the_door_makes_and_lists_invoices(erp: Any) -> None:
    order = await erp.inserted(TOKEN)
    made = await erp.door("POST", f"worlds/loja/orders/{order}/invoice", {"modelo": "NFCe"})
    assert [each["id"] for each in await erp.door("GET", "worlds/loja/invoices")] == [made["id"]]
    assert (await erp.door_status("POST", f"worlds/loja/orders/{order}/invoice"))[0] == 400
    assert (await erp.door_status("POST", "worlds/loja/invoices/5/cancel"))[0] == 404
