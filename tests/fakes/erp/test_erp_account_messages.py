"""What the account itself tells of orders and stock (contract, order webhooks §6, stock webhook §5, observed)."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import aiohttp
import orjson
import pytest

MUG = {"nome": "Caneca branca", "codigo": "CAN-01", "estoque_atual": 10}


async def listening(erp, platform, **settings) -> str:
    """A world whose account tells the platform everything, with one product that nobody has mapped; its token."""
    made = await erp.world(
        account_order_webhook_url=platform.url, account_stock_webhook_url=platform.url, plan="potencializar", **settings
    )
    await erp.door("POST", "worlds/loja/products", MUG)
    token: str = made["token"]
    return token


def of(platform, tipo: str) -> list[dict]:
    return [message["dados"] for message in platform.messages if message["tipo"] == tipo]


async def test_a_new_order_is_told_with_ten_keys_and_neither_items_nor_amounts(erp, platform):
    token = await listening(erp, platform)
    order = await erp.inserted(token, situacao="aberto")
    [message] = platform.messages
    assert list(message) == ["cnpj", "tipo", "versao", "dados"]
    assert message["dados"] == {
        "id": order,
        "numero": 1,
        "data": "03/08/2026",
        "idPedidoEcommerce": "100245",
        "codigoSituacao": "aberto",
        "descricaoSituacao": "Em aberto",
        "idContato": (await erp.contacts())[0]["id"],
        "idNotaFiscal": 0,
        "nomeEcommerce": "Webstore",
        "cliente": {"nome": "Marina Prado Amostra", "cpfCnpj": "111.444.777-35"},
    }
    assert len(message["dados"]) == 10


async def test_the_news_of_an_order_arrive_before_the_answer_that_inserts_it(erp, platform):
    token = await listening(erp, platform)
    for number in range(1, 21):
        await erp.inserted(token, situacao="aberto", numero_pedido_ecommerce=str(number))
        # No flush and no pause: what is not here by now came after the answer.
        assert len(of(platform, "inclusao_pedido")) == number


@pytest.mark.parametrize(("switch", "waits"), [(True, True), (False, False)])
async def test_the_answer_waits_for_its_news_a_second_at_most_and_only_where_the_world_says_so(
    erp, platform, switch, waits
):
    token = await listening(erp, platform, notify_before_answer=switch)
    platform.gate = asyncio.Event()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await erp.inserted(token, situacao="aberto")
    assert (loop.time() - began > 0.9) is waits
    platform.gate.set()


async def test_an_order_whose_answer_is_lost_was_told_of_all_the_same(erp, platform):
    token = await listening(erp, platform)
    await erp.door("POST", "worlds/loja/faults", {"call": "pedido.incluir.php", "what": "answer_lost"})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await erp.insert(token)
    assert len(of(platform, "inclusao_pedido")) == 1


async def test_every_change_of_an_order_is_told_of_whoever_makes_it(erp, platform):
    token = await listening(erp, platform, announce_api_changes=False)
    order = await erp.inserted(token, situacao="aberto")
    await erp.call("pedido.alterar.situacao", token, id=order, situacao="aprovado")
    await erp.door("POST", f"worlds/loja/orders/{order}/situation", {"situacao": "faturado"})
    await erp.door("POST", f"worlds/loja/orders/{order}/tracking", {"codigoRastreamento": "AA1BR"})
    await erp.flush()
    changes = of(platform, "atualizacao_pedido")
    assert [change["codigoSituacao"] for change in changes] == ["aprovado", "faturado", "faturado"]


async def test_an_order_of_no_integration_is_told_of_too(erp, platform):
    token = await listening(erp, platform)
    await erp.inserted(token, id_ecommerce=None, ecommerce=None, numero_pedido_ecommerce=None)
    [told] = of(platform, "inclusao_pedido")
    assert (told["nomeEcommerce"], told["idPedidoEcommerce"]) == ("", "")


@pytest.mark.parametrize(("sent", "number", "told"), [("C", "11", "Correios"), ("Carroça", "0", "Carroça")])
async def test_the_way_of_sending_is_told_where_there_is_one(erp, platform, sent, number, told):
    token = await listening(erp, platform)
    await erp.inserted(token, forma_envio=sent)
    assert of(platform, "inclusao_pedido")[0]["formaEnvio"] == {"id": number, "descricao": told}


async def test_a_movement_of_any_product_is_told_with_four_keys(erp, platform):
    await listening(erp, platform)
    [product] = await erp.products()
    await erp.door("POST", "worlds/loja/stock", {"idProduto": product["id"], "tipo": "S", "quantidade": 12})
    await erp.flush()
    [message] = platform.messages
    assert "idEcommerce" not in message
    assert message["dados"] == {"idProduto": product["id"], "sku": "CAN-01", "nome": "Caneca branca", "saldo": -2}


async def test_the_balance_is_the_physical_one_over_the_depots_that_count(erp, platform):
    depots = ["Geral", "Loja", {"nome": "Avarias", "desconsiderar": "S"}]
    await listening(erp, platform, depots=depots, send_physical=False, depot="Loja")
    [product] = await erp.products()
    for depot, amount in (("Loja", 2), ("Avarias", 3)):
        movement = {"idProduto": product["id"], "quantidade": amount, "deposito": depot, "saldoReservado": 4}
        await erp.door("POST", "worlds/loja/stock", movement)
    await erp.flush()
    assert [told["saldo"] for told in of(platform, "estoque")] == [12, 12]


async def test_reservations_are_not_told_and_what_leaves_with_an_order_is(erp, platform):
    token = await listening(erp, platform, send_physical=False)
    order = await erp.inserted(token, situacao="aberto")
    await erp.flush()
    assert of(platform, "estoque") == []
    await erp.door("POST", f"worlds/loja/orders/{order}/situation", {"situacao": "faturado"})
    await erp.flush()
    assert [told["saldo"] for told in of(platform, "estoque")] == [8]


async def test_without_the_extension_the_account_tells_nothing(erp, platform):
    token = await listening(erp, platform, extensions=["token_api", "depositos"])
    await erp.inserted(token, situacao="faturado")
    assert (await erp.deliveries(), platform.messages) == ([], [])


async def test_the_accounts_messages_are_channel_0_and_both_families_go_side_by_side(erp, platform):
    await listening(erp, platform, stock_webhook_url=platform.url)
    [product] = await erp.products()
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": product["id"], "skuMapeamento": "PLAT-1"})
    await erp.door("POST", "worlds/loja/stock", {"idProduto": product["id"], "quantidade": 3})
    await erp.flush()
    assert [(each["tipo"], each["channel"]) for each in await erp.deliveries()] == [("estoque", 8123), ("estoque", 0)]
    assert (await erp.door("GET", "worlds/loja/deliveries?channel=0"))["total"] == 1


async def test_of_27_orders_one_may_be_told_to_nobody(erp, platform):
    token = await listening(erp, platform)
    fault = {"call": "webhook:conta:inclusao_pedido", "what": "drop", "first": 9}
    await erp.door("POST", "worlds/loja/faults", fault)
    for number in range(27):
        await erp.inserted(token, situacao="aberto", numero_pedido_ecommerce=str(number))
    assert (len(await erp.orders()), len(of(platform, "inclusao_pedido"))) == (27, 26)


async def test_a_fault_of_the_accounts_stock_leaves_the_integrations_alone(erp, platform):
    await listening(erp, platform, stock_webhook_url=platform.url)
    [product] = await erp.products()
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": product["id"], "skuMapeamento": "PLAT-1"})
    await erp.door("POST", "worlds/loja/faults", {"call": "webhook:conta:estoque", "what": "drop"})
    await erp.door("POST", "worlds/loja/stock", {"idProduto": product["id"], "quantidade": 3})
    await erp.flush()
    assert ["skuMapeamento" in told for told in of(platform, "estoque")] == [True]


@pytest.mark.parametrize("name", ["account_order_webhook_url", "account_stock_webhook_url"])
async def test_the_accounts_addresses_are_probed_masked_and_refused_like_the_others(erp, platform, name):
    await erp.world()
    described = await erp.door("PATCH", "worlds/loja", {name: platform.url})
    assert [request.method for request in platform.requests] == ["GET", "HEAD", "OPTIONS", "POST"]
    shown = [described, await erp.door("GET", "worlds/loja/journal")]
    assert "SEGREDO" not in str(shown)
    assert described[name].startswith("http://127.0.0.1")
    platform.status = 404
    assert (await erp.door_status("PATCH", "worlds/loja", {name: platform.url}))[0] == 400


async def test_in_the_form_dialect_the_accounts_message_is_a_form_too(erp, platform):
    token = await listening(erp, platform, webhook_dialect="form")
    await erp.inserted(token, situacao="aberto")
    form = parse_qs(platform.requests[0].body.decode())
    assert (form["tipo"], "idEcommerce" in form) == (["inclusao_pedido"], False)
    assert orjson.loads(form["dados"][0])["numero"] == 1


async def test_the_accounts_messages_come_in_every_spelling_that_was_met(erp, platform):
    token = await listening(erp, platform, moods=True)
    [product] = await erp.products()
    for number in range(60):
        await erp.advance(60)
        await erp.insert(token, situacao="aberto", numero_pedido_ecommerce=str(number), forma_envio="Correios")
        await erp.door("POST", "worlds/loja/stock", {"idProduto": product["id"], "quantidade": number})
    await erp.flush()
    orders, stocks = of(platform, "inclusao_pedido"), of(platform, "estoque")
    assert (len(orders), len(stocks)) == (60, 60)
    assert {"id" in told for told in orders} == {"idPedido" in told for told in orders} == {True, False}
    assert {("id" in told) != ("idPedido" in told) for told in orders} == {True}
    assert {type(told["numero"]) for told in orders} == {int, str}
    assert {"formaEnvio" in told for told in orders} == {True, False}
    assert {type(told["idProduto"]) for told in stocks} == {int}
    assert {message["versao"] for message in platform.messages} == {"1.0.0", "1.0.1"}
    assert {len(message["cnpj"]) for message in platform.messages} == {14, 18}
