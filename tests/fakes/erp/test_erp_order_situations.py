"""Situations and tracking (contract, orders §5, order webhooks §3 and §4), and what an order does to stock."""

from __future__ import annotations

import pytest

import schemas

PLACES = ("situation_webhook_url", "tracking_webhook_url", "stock_webhook_url")


async def shop(erp, platform, **settings) -> str:
    """A world whose three addresses are the platform's, with ten mapped mugs; its token."""
    world = await erp.world(**dict.fromkeys(PLACES, platform.url), **settings)
    mug = await erp.door("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "CAN-01", "estoque_atual": 10})
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": mug["id"], "skuMapeamento": "PLAT-77"})
    return world["token"]


async def reach(erp, order: int, situacao: str) -> None:
    status, answer = await erp.door_status("POST", f"worlds/loja/orders/{order}/situation", {"situacao": situacao})
    assert status == 200, answer
    await erp.flush()


async def stock(erp) -> tuple[str, str]:
    """The mug's balance and what is reserved of it."""
    [mug] = await erp.products()
    return mug["saldo"], mug["saldoReservado"]


def of_kind(platform, tipo: str) -> list[dict]:
    return [message["dados"] for message in platform.messages if message["tipo"] == tipo]


async def test_a_change_of_situation_is_told(erp, platform):
    token = await shop(erp, platform)
    order = await erp.inserted(token)
    await reach(erp, order, "enviado")
    assert of_kind(platform, "situacao_pedido") == [
        {
            "idPedidoEcommerce": "100245",
            "idVendaTiny": order,
            "situacao": "enviado",
            "descricaoSituacao": "Enviado",
        }
    ]


async def test_the_same_situation_again_is_no_change(erp, platform):
    token = await shop(erp, platform)
    order = await erp.inserted(token)
    await reach(erp, order, "aprovado")
    assert of_kind(platform, "situacao_pedido") == []


async def test_an_order_of_no_integration_or_another_one_is_not_told_of(erp, platform):
    token = await shop(erp, platform)
    for integration in (None, 4):
        await reach(erp, await erp.inserted(token, id_ecommerce=integration), "enviado")
    assert of_kind(platform, "situacao_pedido") == []


async def test_a_new_order_is_told_of_where_the_world_says_so(erp, platform):
    token = await shop(erp, platform)
    await erp.inserted(token)
    await erp.door("PATCH", "worlds/loja", {"announce_inserted": True})
    await erp.inserted(token, situacao="aberto")
    await erp.flush()
    assert [dados["situacao"] for dados in of_kind(platform, "situacao_pedido")] == ["aberto"]


@pytest.mark.parametrize("service", ["pedido.alterar.situacao", "pedido.alterar.situacao.php"])
async def test_the_api_moves_an_order_and_its_change_comes_back_as_an_echo(erp, platform, service):
    token = await shop(erp, platform)
    order = await erp.inserted(token)
    reply = await erp.call(service, token, id=order, situacao="preparando envio")
    await erp.flush()
    assert reply.retorno == {"status_processamento": 3, "status": "OK"}
    assert (await erp.orders())[0]["situacao"] == "preparando_envio"
    assert [dados["situacao"] for dados in of_kind(platform, "situacao_pedido")] == ["preparando_envio"]


async def test_there_is_no_echo_where_the_world_says_so(erp, platform):
    token = await shop(erp, platform, announce_api_changes=False)
    order = await erp.inserted(token)
    await erp.call("pedido.alterar.situacao", token, id=order, situacao="cancelado")
    await reach(erp, order, "aprovado")
    assert [dados["situacao"] for dados in of_kind(platform, "situacao_pedido")] == ["aprovado"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"situacao": "enviado"}, 10),
        ({"id": 810_000_001}, 10),
        ({"id": 5, "situacao": "enviado"}, 32),
        ({"id": 810_000_001, "situacao": "voando"}, 31),
        ({"id": 810_000_001, "situacao": "dados_incompletos"}, 31),
    ],
)
async def test_a_change_that_makes_no_sense_is_refused(erp, params, code):
    token = (await erp.world())["token"]
    await erp.inserted(token)
    assert (await erp.call("pedido.alterar.situacao", token, **params)).code == code


async def test_the_merchant_can_move_an_order_back_and_leave_it_incomplete(erp, platform):
    token = await shop(erp, platform)
    order = await erp.inserted(token, situacao="cancelado")
    for situacao in ("aprovado", "Dados incompletos"):
        await reach(erp, order, situacao)
    assert [step["situacao"] for step in (await erp.orders())[0]["historico"]] == [
        "cancelado",
        "aprovado",
        "dados_incompletos",
    ]


async def track(erp, order: int, **tracking) -> None:
    status, answer = await erp.door_status("POST", f"worlds/loja/orders/{order}/tracking", tracking)
    assert status == 200, answer
    await erp.flush()


async def test_a_tracking_code_is_told_and_read_back(erp, platform):
    token = await shop(erp, platform)
    order = await erp.inserted(token)
    sent = {"codigoRastreamento": "AA000000000BR", "transportadora": "Correios", "formaFrete": "PAC"}
    await track(erp, order, **sent)
    [dados] = of_kind(platform, "rastreio")
    assert (dados["idVendaTiny"], dados["idPedidoEcommerce"], dados["idEntregaEcommerce"]) == (order, "100245", 0)
    assert (dados["codigoRastreio"], dados["urlRastreio"], dados["transportadora"]) == ("AA000000000BR", "", "Correios")
    read = (await erp.call("pedido.obter.php", token, id=order)).retorno["pedido"]
    assert (read["codigo_rastreamento"], read["forma_frete"]) == ("AA000000000BR", "PAC")
    row = (await erp.call("pedidos.pesquisa.php", token)).retorno["pedidos"][0]["pedido"]
    assert row["codigo_rastreamento"] == "AA000000000BR"


@pytest.mark.parametrize(("body", "named"), [(b'{"idEntregaEcommerce": 77}', 77), (b"[]", 0), (b"ok", 0)])
async def test_a_delivery_that_the_platform_has_named_is_named_the_next_time(erp, platform, body, named):
    token = await shop(erp, platform)
    order = await erp.inserted(token)
    platform.body = body
    await track(erp, order, codigoRastreamento="AA1BR")
    await track(erp, order, urlRastreamento="https://rastreio.exemplo.com.br/AA1BR")
    assert [dados["idEntregaEcommerce"] for dados in of_kind(platform, "rastreio")] == [0, named]


@pytest.mark.parametrize(
    ("path", "document", "status"),
    [
        ("5/situation", {"situacao": "enviado"}, 404),
        ("x/situation", {"situacao": "enviado"}, 400),
        ("810000001/situation", {"situacao": "voando"}, 400),
        ("810000001/situation", {}, 400),
        ("810000001/tracking", {}, 400),
        ("810000001/tracking", {"codigoRastreamento": 5}, 400),
        ("810000001/tracking", {"colour": "x"}, 400),
    ],
)
async def test_a_bad_request_at_the_door_is_explained_and_changes_nothing(erp, path, document, status):
    token = (await erp.world())["token"]
    await erp.inserted(token)
    before = await erp.orders()
    got, answer = await erp.door_status("POST", f"worlds/loja/orders/{path}", document)
    assert (got, bool(answer["error"])) == (status, True)
    assert await erp.orders() == before


async def test_one_order_can_be_looked_at(erp):
    token = (await erp.world())["token"]
    order = await erp.inserted(token)
    assert (await erp.door("GET", f"worlds/loja/orders/{order}"))["id"] == order


async def test_an_order_reserves_and_cancelling_releases(erp, platform):
    token = await shop(erp, platform)
    order = await erp.inserted(token)
    assert await stock(erp) == ("10", "2")
    await reach(erp, order, "cancelado")
    assert await stock(erp) == ("10", "0")
    await reach(erp, order, "aprovado")
    assert await stock(erp) == ("10", "2")


async def test_without_reservation_an_order_reserves_nothing(erp, platform):
    token = await shop(erp, platform, reservation=False)
    await erp.inserted(token)
    assert await stock(erp) == ("10", "0")


@pytest.mark.parametrize("mark", ["aprovado", "faturado", "enviado"])
async def test_stock_leaves_when_the_order_reaches_the_worlds_mark(erp, platform, mark):
    token = await shop(erp, platform, post_stock_at=mark)
    order = await erp.inserted(token, situacao="aberto")
    assert await stock(erp) == ("10", "2")
    await reach(erp, order, mark)
    assert await stock(erp) == ("8", "0")
    await reach(erp, order, "entregue")
    assert await stock(erp) == ("8", "0")


async def test_stock_never_leaves_where_the_world_says_so(erp, platform):
    token = await shop(erp, platform, post_stock_at="never")
    await reach(erp, await erp.inserted(token), "entregue")
    assert await stock(erp) == ("10", "2")


async def test_posted_stock_stays_posted_when_an_order_is_cancelled(erp, platform):
    token = await shop(erp, platform)
    order = await erp.inserted(token, situacao="faturado")
    await reach(erp, order, "cancelado")
    assert await stock(erp) == ("8", "0")


async def test_posted_stock_comes_back_where_the_world_says_so(erp, platform):
    token = await shop(erp, platform, return_posted_stock=True)
    order = await erp.inserted(token, situacao="faturado")
    await reach(erp, order, "cancelado")
    assert await stock(erp) == ("10", "0")


async def test_a_product_on_several_lines_is_told_of_once(erp, platform):
    token = await shop(erp, platform, send_physical=False)
    line = {"codigo": "CAN-01", "descricao": "Caneca", "unidade": "UN", "quantidade": "1", "valor_unitario": "1"}
    await erp.inserted(token, itens=[{"item": line}, {"item": {**line, "valor_unitario": "2"}}], parcelas=None)
    await erp.flush()
    assert [dados["saldo"] for dados in of_kind(platform, "estoque")] == [8]


@pytest.mark.parametrize(("physical", "told"), [(True, [8]), (False, [8, 8])])
async def test_an_order_is_heard_of_as_the_stock_mode_has_it(erp, platform, physical, told):
    token = await shop(erp, platform, send_physical=physical)
    order = await erp.inserted(token)
    await erp.flush()
    await reach(erp, order, "faturado")
    assert [dados["saldo"] for dados in of_kind(platform, "estoque")] == told


async def test_every_change_is_on_record(erp, platform):
    token = await shop(erp, platform)
    order = await erp.inserted(token)
    await reach(erp, order, "enviado")
    await track(erp, order, codigoRastreamento="AA1BR")
    [changed], [tracked] = await erp.journal(kind="order_situation"), await erp.journal(kind="order_tracking")
    assert (changed["before"], changed["situacao"], changed["by"]) == ("aprovado", "enviado", "door")
    assert tracked["fields"] == ["codigo_rastreamento"]


@pytest.mark.parametrize("seed", range(6))
async def test_every_message_and_answer_fits_its_schema_in_every_mood(erp, platform, seed):
    token = await shop(erp, platform, seed=seed, moods=True)
    order = (await erp.insert(token), (await erp.orders())[0]["id"])[1]
    reply = await erp.call("pedido.alterar.situacao", token, id=order, situacao="enviado")
    assert schemas.problems("erp/pedido.alterar.situacao.answer", {"retorno": reply.retorno}) == []
    await track(erp, order, codigoRastreamento="AA1BR")
    for message in platform.messages:
        assert schemas.problems(f"erp/webhook.{message['tipo']}", message) == []
    assert {message["tipo"] for message in platform.messages} == {"situacao_pedido", "rastreio", "estoque"}
