"""The screens of products, orders, contacts and e-mails."""

from __future__ import annotations

import email
import re
import socket
from collections.abc import Iterator
from email import policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.fakes.erp.conftest import LISTED, Clerk

TOKEN = "token-da-nova"


@pytest.fixture
async def ready(erp: Any, clerk: Clerk) -> Clerk:
    """An account with API, depots and an integration."""
    await clerk.install("token_api", "depositos", "preco_promocional")
    await clerk.add_integration()
    return clerk


async def _product(erp: Any) -> int:
    return int((await erp.products("nova"))[0]["id"])


async def _order(erp: Any, **changed: Any) -> tuple[str, str]:
    """The id of a new order of the integration, and its page."""
    order = await erp.inserted(TOKEN, **changed)
    return str(order), f"/pedidos/{order}"


async def test_products_are_listed_searched_and_included(erp: Any, ready: Clerk) -> None:
    _, text = await ready.post("/produtos", "/produtos", nome="Vaso de barro", codigo="VASO", preco="1.234,50")
    assert "Produto incluído" in text
    _, text = await ready.page("/produtos?pesquisa=vas")
    assert "Vaso de barro" in text and "1.234,50" in text and "1 produto ou variação" in text
    _, text = await ready.page("/produtos?pesquisa=vas&situacao=I")
    assert "Vaso de barro" not in text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"nome": " "}, "Descrição: preencha este campo"),
        ({"nome": "x" * 121}, "Descrição: o texto é longo demais"),
        ({"preco": "caro"}, "Preço de venda: informe um número"),
        ({"codigo": "UNICO"}, "Código (SKU): outro produto já usa este código"),
        ({"dias_preparacao": "muitos"}, "Dias para preparação: o valor informado não é aceito"),
    ],
)
async def test_general_data_that_make_no_sense_are_explained(
    erp: Any, ready: Clerk, fields: dict[str, str], told: str
) -> None:
    await erp.door("POST", "worlds/nova/products", {"nome": "Outro", "codigo": "UNICO"})
    product = await _product(erp)
    before = await erp.door("GET", f"worlds/nova/products/{product}")
    sent = {"nome": "Caneca", "codigo": "C", "preco": "10", "dias_preparacao": "0", **fields}
    status, text = await ready.post(f"/produtos/{product}/dados", f"/produtos/{product}", **sent)
    assert status == 422 and told in text
    assert await erp.door("GET", f"worlds/nova/products/{product}") == before


async def test_general_data_are_saved_and_read_by_the_api(erp: Any, ready: Clerk) -> None:
    product = await _product(erp)
    sent = {"nome": "Caneca", "codigo": "CAN-9", "preco": "10,50", "preco_promocional": "9,90", "dias_preparacao": "4"}
    _, text = await ready.post(f"/produtos/{product}/dados", f"/produtos/{product}", **sent, ativo="S")
    assert "Produto salvo" in text
    shown = (await erp.call("produto.obter.php", TOKEN, id=product)).retorno["produto"]
    assert (shown["nome"], shown["preco"], shown["preco_promocional"]) == ("Caneca", "10.50", "9.90")
    assert (shown["dias_preparacao"], shown["situacao"]) == (4, "A")
    await ready.post(f"/produtos/{product}/excluir", f"/produtos/{product}")
    assert (await erp.call("produto.obter.php", TOKEN, id=product)).code == 20
    await ready.post(f"/produtos/{product}/excluir", f"/produtos/{product}", restaurar="S")
    assert (await erp.call("produto.obter.php", TOKEN, id=product)).code is None


async def test_a_movement_is_posted_told_and_listed(erp: Any, ready: Clerk, platform: Any) -> None:
    await ready.post(f"{LISTED}/8123/notificacoes", f"{LISTED}/8123", estoque=platform.url)
    product = await _product(erp)
    here = f"/produtos/{product}"
    _, text = await ready.post(f"{here}/anuncios", f"{here}?aba=anuncios", ecommerce="8123", identificador="PLAT-1")
    assert "Anúncio adicionado" in text and "PLAT-1" in text
    tab = f"{here}?aba=estoque"
    sent = {"tipo": "B", "quantidade": "5,25", "deposito": "Geral", "observacao": "contagem"}
    _, text = await ready.post(f"{here}/estoque", tab, **sent)
    assert "Movimento lançado" in text and "contagem" in text
    assert re.search(r'data-field="physical">5,25<', text)
    await erp.flush("nova")
    assert [one["saldo"] for one in platform.dados] == [5.25]
    [mapping] = await erp.door("GET", "worlds/nova/mappings")
    _, text = await ready.post(f"{here}/anuncios/remover", f"{here}?aba=anuncios", anuncio=str(mapping["idMapeamento"]))
    assert "Anúncio removido" in text and await erp.door("GET", "worlds/nova/mappings") == []


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("estoque", {"tipo": "X", "quantidade": "1"}, "Tipo: escolha"),
        ("estoque", {"tipo": "B", "quantidade": "muitos"}, "Quantidade: informe um número"),
        ("estoque", {"tipo": "B", "quantidade": "1", "deposito": "Lua"}, "Depósito: Lua não existe"),
        ("anuncios", {"ecommerce": "5", "identificador": "x"}, "E-commerce: escolha uma integração"),
        ("anuncios", {"ecommerce": "8123"}, "Identificador: preencha este campo"),
        ("enviar", {"ecommerce": "8123"}, "não tem a URL para envio de produtos"),
    ],
)
async def test_stock_and_announcements_that_make_no_sense_are_explained(
    erp: Any, ready: Clerk, path: str, fields: dict[str, str], told: str
) -> None:
    product = await _product(erp)
    status, text = await ready.post(f"/produtos/{product}/{path}", f"/produtos/{product}?aba=estoque", **fields)
    assert status == 422 and told in text


async def test_a_product_is_sent_and_the_result_shown(erp: Any, ready: Clerk, platform: Any) -> None:
    await ready.post(f"{LISTED}/8123/notificacoes", f"{LISTED}/8123", produto=platform.url)
    product = await _product(erp)
    await ready.post(
        f"/produtos/{product}/anuncios", f"/produtos/{product}?aba=anuncios", ecommerce="8123", identificador="P"
    )
    platform.body = b'{"mapeamentos":[]}'
    _, text = await ready.post(f"/produtos/{product}/enviar", f"/produtos/{product}?aba=anuncios", ecommerce="8123")
    assert "Envio para o e-commerce" in text and "Produto não mapeado pelo integrador" in text


async def test_orders_are_listed_opened_and_moved(erp: Any, ready: Clerk) -> None:
    _, here = await _order(erp)
    _, text = await ready.page("/pedidos?pesquisa=100245")
    assert "Marina Prado Amostra" in text and "69,70" in text
    assert "Nenhum pedido" in (await ready.page("/pedidos?situacao=entregue"))[1]
    _, text = await ready.post(f"{here}/situacao", here, situacao="faturado")
    assert "Situação alterada" in text and re.search(r'data-field="situation">Faturado<', text)
    sent = {"codigo_rastreamento": "AA1BR", "forma_envio": "C"}
    _, text = await ready.post(f"{here}/despacho", here, **sent)
    assert re.search(r'data-field="tracking">AA1BR<', text)
    status, text = await ready.post(f"{here}/situacao", here, situacao="voando")
    assert status == 422 and "Situação: escolha uma da lista" in text
    assert (await ready.post(f"{here}/despacho", here))[0] == 422


async def test_the_buttons_of_an_order_do_what_they_say_once(erp: Any, ready: Clerk) -> None:
    _, here = await _order(erp)
    seen = []
    for deed in ("autorizar-nota", "gerar-nota", "gerar-nota", "autorizar-nota", "lancar-estoque", "lancar-contas"):
        status, text = await ready.post(f"{here}/acoes/{deed}", here)
        alert = re.search(r'role="alert">([^<]+)<', text)
        seen.append((status, alert[1] if alert else ""))
    assert seen == [
        (422, "O pedido não tem nota fiscal"),
        (200, ""),
        (422, "O pedido já possui a nota fiscal 000001"),
        (200, ""),
        (422, "Estoque já lançado"),
        (200, ""),
    ]
    _, text = await ready.page(here)
    assert re.search(r'data-field="note">Autorizada<', text) and "Contas: lançadas" in text
    assert (await ready.post(f"{here}/acoes/queimar", here))[0] == 404


async def test_a_customer_registered_by_an_order_is_edited_and_deleted(erp: Any, ready: Clerk) -> None:
    await _order(erp)
    [contact] = await erp.contacts("nova")
    here = f"/contatos/{contact['id']}"
    assert "Marina Prado Amostra" in (await ready.page("/contatos?pesquisa=111444"))[1]
    _, text = await ready.post(here, here, nome="Marina P.", codigo="WS-88213", tipo="Cliente")
    assert "Cadastro salvo" in text
    assert (await erp.contacts("nova"))[0]["nome"] == "Marina P."
    status, text = await ready.post(here, here, nome="", tipo_pessoa="X")
    assert status == 422 and "O nome do contato deve ser informado" in text and "tipo_pessoa é inválido" in text
    _, text = await ready.post(f"{here}/excluir", here)
    assert "Cadastro excluído" in text and "Nenhum cadastro encontrado" in text


async def test_a_supplier_is_included_by_hand(erp: Any, ready: Clerk) -> None:
    _, text = await ready.post("/contatos", "/contatos/novo", nome="Barro & Cia", tipo="Fornecedor")
    assert "Cadastro incluído" in text and "Barro &amp; Cia" in text
    assert (await erp.contacts("nova"))[0]["tipos"] == ["Fornecedor"]


@pytest.mark.parametrize("path", ["/produtos/5", "/pedidos/5", "/contatos/5"])
async def test_what_is_not_there_is_a_page_too(ready: Clerk, path: str) -> None:
    assert (await ready.page(path))[0] == 404


class _Inbox:
    """What a real SMTP server received."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.messages.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[_Inbox, str]]:
    box = _Inbox()
    controller = Controller(box, hostname="127.0.0.1", port=0)
    # The library cannot be asked for a free port: one that was free a moment ago.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    yield box, f"127.0.0.1:{controller.port}"
    controller.stop()


async def _switch_mails(clerk: Clerk, **switches: str) -> None:
    await clerk.post(f"{LISTED}/8123/configuracoes", f"{LISTED}/8123", **switches)


async def test_the_customer_is_written_to_where_the_integration_says_so(
    erp: Any, ready: Clerk, inbox: tuple[_Inbox, str]
) -> None:
    box, server = inbox
    await erp.door("PATCH", "worlds/nova", {"smtp": server})
    await _switch_mails(ready, email_enviado="S")
    _, here = await _order(erp, cliente={"nome": "Marina", "email": "marina@example.com"})
    await ready.post(f"{here}/despacho", here, codigo_rastreamento="AA1BR")
    for situacao in ("enviado", "entregue"):
        await ready.post(f"{here}/situacao", here, situacao=situacao)
    await erp.fake.worlds.get("nova").postman.flush()
    [message] = box.messages
    assert (message["To"], message["Subject"]) == ("marina@example.com", "Pedido 100245 enviado")
    assert "AA1BR" in message.get_content()
    _, text = await ready.page("/emails")
    assert "Pedido 100245 enviado" in text and "— enviado</small>" in text


async def test_an_order_without_address_or_switch_sends_nothing(erp: Any, ready: Clerk) -> None:
    _, here = await _order(erp)
    await ready.post(f"{here}/situacao", here, situacao="enviado")
    assert "Nenhum e-mail ainda" in (await ready.page("/emails"))[1]
    await _switch_mails(ready, email_entregue="S")
    await ready.post(f"{here}/situacao", here, situacao="entregue")
    assert "o cliente não tem e-mail" in (await ready.page("/emails"))[1]


async def test_an_smtp_server_that_is_not_there_is_told_in_the_outbox(erp: Any, ready: Clerk) -> None:
    await erp.door("PATCH", "worlds/nova", {"smtp": "127.0.0.1:1"})
    await _switch_mails(ready, email_enviado="S")
    _, here = await _order(erp, cliente={"nome": "Marina", "email": "marina@example.com"})
    await ready.post(f"{here}/situacao", here, situacao="enviado")
    await erp.fake.worlds.get("nova").postman.flush()
    assert "falhou: SMTPConnectError" in (await ready.page("/emails"))[1]
    assert (await erp.door_status("PATCH", "worlds/nova", {"smtp": "sem porta"}))[0] == 400
