"""`pedido.incluir.php` (contract, orders §2): what is taken, what is refused, what it leaves behind."""

from __future__ import annotations

import orjson
import pytest

import schemas


def item(**changed) -> dict:
    line = {"codigo": "X", "descricao": "Algo", "unidade": "UN", "quantidade": "1", "valor_unitario": "10.00"}
    return {"item": {name: value for name, value in {**line, **changed}.items() if value is not None}}


def reasons(reply) -> list[str]:
    """The texts of a record-level refusal, in the list form of the official sample."""
    [entry] = reply.retorno["registros"]
    return [reason["erro"] for reason in entry["registro"]["erros"]]


async def test_an_order_is_answered_with_its_id_and_number(erp):
    token = (await erp.world())["token"]
    reply = await erp.insert(token)
    order, record = (await erp.orders())[0], reply.retorno["registros"]["registro"]
    assert reply.retorno["status"] == "OK"
    assert record == {"sequencia": "1", "status": "OK", "id": order["id"], "numero": order["numero"]}


async def test_an_order_is_kept_as_it_was_sent(erp):
    token = (await erp.world())["token"]
    await erp.insert(token, obs_internas="nota", data_prevista="08/08/2026")
    [order] = await erp.orders()
    assert {name: order[name] for name in ("numero_ecommerce", "id_ecommerce", "ecommerce", "situacao")} == {
        "numero_ecommerce": "100245",
        "id_ecommerce": 8123,
        "ecommerce": "Webstore",
        "situacao": "aprovado",
    }
    assert (order["obs"], order["obs_interna"], order["data_prevista"]) == (
        "Pedido Webstore 100245",
        "nota",
        "08/08/2026",
    )
    assert (order["marcadores"], order["forma_pagamento"], order["frete_por_conta"]) == (["webstore"], "pix", "R")


async def test_the_totals_are_reckoned_from_items_freight_and_discount(erp):
    token = (await erp.world())["token"]
    await erp.insert(token, outras_despesas="1.00", parcelas=None)
    [order] = await erp.orders()
    assert (order["total_produtos"], order["total_pedido"]) == ("59.80", "70.70")


async def test_each_line_is_rounded_to_the_cent_by_itself(erp):
    token = (await erp.world())["token"]
    # 25.005 and 5.005: in one sum they would make 30.01.
    lines = [item(quantidade="0.75", valor_unitario="33.34"), item(quantidade="0.5", valor_unitario="10.01")]
    await erp.insert(token, itens=lines, parcelas=None)
    [order] = await erp.orders()
    assert order["total_produtos"] == "30.02"


async def test_orders_are_numbered_in_their_sequence(erp):
    token = (await erp.world())["token"]
    for _ in range(3):
        await erp.insert(token)
    orders = await erp.orders()
    assert [order["numero"] for order in orders] == [1, 2, 3]
    assert len({order["id"] for order in orders}) == 3


async def test_numbers_and_texts_are_taken_alike(erp):
    token = (await erp.world())["token"]
    await erp.insert(
        token,
        itens=[item(quantidade=2, valor_unitario=10.5)],
        valor_frete=1,
        valor_desconto=None,
        parcelas=[{"parcela": {"valor": 22}}],
    )
    [order] = await erp.orders()
    assert order["total_pedido"] == "22.00"


async def test_without_a_date_the_order_is_of_today_in_brasilia(erp):
    token = (await erp.world())["token"]
    # The world begins at eight in the morning of 3 August; thirteen hours on it is the fourth in UTC only.
    await erp.advance(13.5 * 3600)
    await erp.insert(token, data_pedido=None)
    assert (await erp.orders())[0]["data_pedido"] == "03/08/2026"


async def test_an_item_takes_its_product_by_code(erp):
    token = (await erp.world())["token"]
    product = await erp.door("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "CAN-01"})
    await erp.insert(token)
    assert (await erp.orders())[0]["itens"][0]["id_produto"] == product["id"]


async def test_an_unknown_code_is_kept_as_free_text(erp):
    token = (await erp.world())["token"]
    await erp.insert(token)
    assert (await erp.orders())[0]["itens"][0] == {
        "codigo": "CAN-01",
        "descricao": "Caneca branca",
        "unidade": "UN",
        "quantidade": "2.00",
        "valor_unitario": "29.90",
        "info_adicional": "",
        "id_produto": 0,
    }


async def test_an_unknown_code_is_refused_by_name_where_the_world_says_so(erp):
    token = (await erp.world(refuse_unknown_codes=True))["token"]
    lines = [item(codigo="NADA-1"), item(codigo="NADA-2"), item(codigo="")]
    refused = reasons(await erp.insert(token, itens=lines, parcelas=None))
    assert ["NADA-1" in refused[0], "NADA-2" in refused[1], len(refused)] == [True, True, 2]
    assert await erp.orders() == []


async def test_an_unknown_code_in_an_order_of_no_integration_is_never_refused(erp):
    token = (await erp.world(refuse_unknown_codes=True))["token"]
    assert (await erp.insert(token, id_ecommerce=None)).retorno["status"] == "OK"
    refused = await erp.insert(token, id_ecommerce=None, headers={"Developer-Id": "integrador"})
    assert refused.retorno["status"] == "Erro"


async def test_every_missing_field_is_told_at_once_with_code_31_inside_the_record(erp):
    token = (await erp.world())["token"]
    reply = await erp.insert(token, cliente={"codigo": "X"}, itens=[item(descricao="", quantidade=None)], parcelas=None)
    assert (reply.status, reply.retorno["status"], reply.code) == (200, "Erro", None)
    assert reply.retorno["status_processamento"] == 2
    assert reply.retorno["registros"][0]["registro"]["codigo_erro"] == "31"
    told = reasons(reply)
    assert told[0] == "O nome do cliente deve ser informado"
    assert len(told) == 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"itens": []}, "Os itens do pedido devem ser informados"),
        ({"itens": [{"descricao": "sem item"}]}, "Os itens do pedido devem ser informados"),
        ({"cliente": None}, "O nome do cliente deve ser informado"),
        ({"situacao": "voando"}, "A situação voando é inválida"),
        ({"situacao": "dados_incompletos"}, "A situação dados_incompletos é inválida"),
        ({"data_pedido": "2026-08-03"}, "A data 2026-08-03 do campo data_pedido é inválida"),
        ({"valor_frete": "14,90"}, "O valor 14,90 do campo valor_frete é inválido"),
        ({"id_ecommerce": "abc"}, "O valor abc do campo id_ecommerce é inválido"),
    ],
)
async def test_what_cannot_be_understood_is_refused_and_inserts_nothing(erp, changed, said):
    token = (await erp.world())["token"]
    assert said in reasons(await erp.insert(token, **changed))
    assert (await erp.orders(), await erp.contacts()) == ([], [])


async def test_instalments_must_add_up_to_the_total(erp):
    token = (await erp.world())["token"]
    reply = await erp.insert(token, valor_frete="14.91")
    assert reasons(reply) == ["O valor total das parcelas deve ser igual ao valor total da venda."]
    assert reply.retorno["registros"][0]["registro"]["erros"][0]["campo"] == "parcelas"
    await erp.door("PATCH", "worlds/loja", {"check_instalments": False})
    assert (await erp.insert(token, valor_frete="14.91")).retorno["status"] == "OK"


async def test_long_texts_are_cut_or_refused(erp):
    token = (await erp.world())["token"]
    long = {"nome": "Maria " * 10}
    await erp.insert(token, cliente=long, obs="x" * 101)
    [order] = await erp.orders()
    assert (len(order["cliente"]["nome"]), len(order["obs"])) == (30, 100)
    await erp.door("PATCH", "worlds/loja", {"refuse_long_texts": True})
    assert len(reasons(await erp.insert(token, cliente=long, obs="x" * 101))) == 2


@pytest.mark.parametrize("situacao", ["Aberto", "aprovado", "preparando envio", "Pronto para envio", "NAO_ENTREGUE"])
async def test_situations_are_taken_as_codes_and_words_in_any_case(erp, situacao):
    token = (await erp.world())["token"]
    assert (await erp.insert(token, situacao=situacao)).retorno["status"] == "OK"


async def test_without_a_situation_an_order_is_open(erp):
    token = (await erp.world())["token"]
    await erp.insert(token, situacao=None)
    assert (await erp.orders())[0]["situacao"] == "aberto"


async def test_the_issuers_freight_is_stored_as_the_senders(erp):
    token = (await erp.world())["token"]
    await erp.insert(token, frete_por_conta="E")
    assert (await erp.orders())[0]["frete_por_conta"] == "R"


async def test_the_same_number_twice_makes_two_orders(erp):
    token = (await erp.world())["token"]
    for _ in range(2):
        assert (await erp.insert(token)).retorno["status"] == "OK"
    assert len(await erp.orders()) == 2


async def test_the_same_number_twice_is_code_30_where_the_world_says_so(erp):
    token = (await erp.world(refuse_duplicate_orders=True))["token"]
    await erp.insert(token)
    reply = await erp.insert(token)
    assert reply.retorno["registros"][0]["registro"]["codigo_erro"] == "30"
    assert reasons(reply) == ["Registro em duplicidade"]
    assert (await erp.insert(token, id_ecommerce=4)).retorno["status"] == "OK"
    assert len(await erp.orders()) == 2


@pytest.mark.parametrize(
    "pedido",
    [
        "{",
        "[]",
        "<pedido></pedido>",
        orjson.dumps({"cliente": {"nome": "X"}}).decode(),
        orjson.dumps({"pedidos": [{"pedido": {}}]}).decode(),
        orjson.dumps(orjson.dumps({"pedido": {}}).decode()).decode(),
    ],
)
async def test_what_has_no_inner_pedido_is_code_3_and_was_not_processed(erp, pedido):
    token = (await erp.world())["token"]
    reply = await erp.call("pedido.incluir.php", token, pedido=pedido)
    assert (reply.code, reply.retorno["status_processamento"]) == (3, 1)
    assert reply.retorno["erros"] == [{"erro": "ERRO JSON mal formado ou inválido"}]


async def test_a_call_without_pedido_is_code_10(erp):
    token = (await erp.world())["token"]
    assert (await erp.call("pedido.incluir.php", token)).code == 10


async def test_an_insertion_counts_in_the_quota_and_in_the_statistics(erp):
    token = (await erp.world())["token"]
    for _ in range(2):
        await erp.insert(token)
    told = await erp.door("GET", "worlds/loja/statistics")
    assert (told["calls_by_service"], told["orders_inserted"]) == ({"pedido.incluir.php": 2}, 2)
    assert [minute["calls"] for minute in told["minutes"]] == [2]


async def test_an_insertion_is_on_record(erp):
    token = (await erp.world())["token"]
    order = await erp.inserted(token)
    [entry] = await erp.journal(kind="order_inserted")
    assert (entry["id"], entry["numero_ecommerce"], entry["by"]) == (order, "100245", "api")


async def test_the_orders_customer_is_registered(erp):
    token = (await erp.world())["token"]
    await erp.insert(token)
    [contact], [order] = await erp.contacts(), await erp.orders()
    assert (contact["nome"], contact["cpf_cnpj"], contact["tipo"]) == ("Marina Prado Amostra", "11144477735", "Cliente")
    assert order["id_contato"] == contact["id"]


@pytest.mark.parametrize(
    "buyer",
    [
        {"codigo": "WS-88213", "nome": "Outra"},
        {"cpf_cnpj": "111.444.777-35", "nome": "Outra"},
    ],
)
async def test_a_customer_is_found_by_code_or_document(erp, buyer):
    token = (await erp.world())["token"]
    await erp.insert(token)
    await erp.insert(token, cliente=buyer)
    [contact] = await erp.contacts()
    assert (contact["nome"], contact["endereco"]) == ("Outra", "Rua das Amostras")


async def test_a_customer_is_found_by_name_only_where_neither_has_a_document(erp):
    token = (await erp.world())["token"]
    await erp.insert(token)
    for _ in range(2):
        await erp.insert(token, cliente={"nome": "Marina Prado Amostra"})
    assert len(await erp.contacts()) == 2


async def test_a_customer_that_is_not_to_be_updated_stays_and_gives_the_order_its_data(erp):
    token = (await erp.world())["token"]
    await erp.insert(token)
    await erp.insert(token, cliente={"codigo": "WS-88213", "nome": "Outra", "atualizar_cliente": "N"})
    assert [contact["nome"] for contact in await erp.contacts()] == ["Marina Prado Amostra"]
    assert (await erp.orders())[1]["cliente"]["nome"] == "Marina Prado Amostra"


async def test_a_customer_is_no_longer_found_by_a_code_that_was_replaced(erp):
    token = (await erp.world())["token"]
    await erp.insert(token)
    # Found by its document, since nobody has the new code.
    await erp.insert(token, cliente={"codigo": "NOVO", "nome": "Marina", "cpf_cnpj": "11144477735"})
    await erp.insert(token, cliente={"codigo": "WS-88213", "nome": "Terceira"})
    assert [contact["nome"] for contact in await erp.contacts()] == ["Marina", "Terceira"]


@pytest.mark.parametrize("seed", range(8))
async def test_every_answer_fits_its_schema_in_every_mood(erp, seed):
    token = (await erp.world(seed=seed, moods=True, refuse_duplicate_orders=True))["token"]
    for changed in ({}, {}, {"cliente": None}, {"numero_pedido_ecommerce": "2"}):
        document = {"retorno": (await erp.insert(token, **changed)).retorno}
        assert schemas.problems("erp/pedido.incluir.answer", document) == []


async def test_registros_come_as_one_object_and_at_times_as_a_list(erp):
    token = (await erp.world(moods=True, plan="potencializar"))["token"]
    kinds = {type((await erp.insert(token)).retorno["registros"]) for _ in range(40)}
    assert kinds == {dict, list}


async def test_codes_that_nobody_knows_are_kept_as_sent(erp):
    token = (await erp.world())["token"]
    order = await erp.inserted(token, forma_pagamento="conchas", forma_envio="Carroça")
    read = (await erp.call("pedido.obter.php", token, id=order)).retorno["pedido"]
    assert (read["forma_pagamento"], read["forma_envio"]) == ("conchas", "Carroça")


@pytest.mark.parametrize("service", ["pedido.incluir", "pedido.incluir.php"])
async def test_the_name_is_answered_with_and_without_php(erp, service):
    token = (await erp.world())["token"]
    pedido = orjson.dumps({"pedido": erp.sample}).decode()
    assert (await erp.call(service, token, pedido=pedido)).retorno["status"] == "OK"
    assert schemas.problems("erp/pedido.incluir.request", {"token": token, "formato": "json", "pedido": pedido}) == []
    assert schemas.problems("erp/pedido.incluir.pedido.request", {"pedido": erp.sample}) == []
