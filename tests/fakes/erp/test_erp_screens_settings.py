"""The screens of extensions, token and integrations: what they set, the API and the webhooks obey."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fakes.erp.conftest import LISTED, Clerk


async def test_without_the_extension_the_api_is_closed_and_the_screen_says_where_to_get_it(
    erp: Any, clerk: Clerk
) -> None:
    assert (await erp.call("info.php", "token-da-nova")).code == 5
    _, text = await clerk.page("/configuracoes/token-api")
    assert "não está instalada" in text and "token-da-nova" not in text
    await clerk.install("token_api")
    assert (await erp.call("info.php", "token-da-nova")).code is None
    assert "token-da-nova" in (await clerk.page("/configuracoes/token-api"))[1]
    await clerk.post("/extensoes/token_api/remover", "/extensoes")
    assert (await erp.call("info.php", "token-da-nova")).code == 5


async def test_a_new_token_opens_and_the_old_one_is_unknown(erp: Any, clerk: Clerk) -> None:
    await clerk.install("token_api")
    _, text = await clerk.post("/configuracoes/token-api/gerar", "/configuracoes/token-api")
    found = re.search(r'id="token" type="text" readonly value="([^"]+)"', text)
    assert found and found[1] != "token-da-nova"
    assert (await erp.call("info.php", found[1])).code is None
    assert (await erp.call("info.php", "token-da-nova")).code == 2
    assert found[1] not in str(await erp.journal("nova", kind="token_generated"))


async def test_an_integration_goes_through_its_four_situations(erp: Any, clerk: Clerk) -> None:
    await clerk.add_integration()
    assert await clerk.state() == "Não instalada"
    await clerk.install("token_api")
    assert await clerk.state() == "Não conectada"
    await erp.call("info.php", "token-da-nova")
    assert await clerk.state() == "Ativa"
    await clerk.post(f"{LISTED}/8123/integracao", f"{LISTED}/8123", nome="Webstore")
    assert await clerk.state() == "Inativa"
    await clerk.post(f"{LISTED}/8123/integracao", f"{LISTED}/8123", nome="Webstore", ativa="S")
    assert await clerk.state() == "Ativa"
    await clerk.post("/configuracoes/token-api/gerar", "/configuracoes/token-api")
    assert await clerk.state() == "Não conectada"


async def _announced(erp: Any, clerk: Clerk, platform: Any) -> int:
    """An integration whose stock address is saved and whose first product is announced; the product's id."""
    await clerk.install("token_api", "depositos")
    await clerk.add_integration()
    status, text = await clerk.post(f"{LISTED}/8123/notificacoes", f"{LISTED}/8123", estoque=platform.url)
    assert status == 200 and "Configurações salvas" in text
    product = (await erp.products("nova"))[0]["id"]
    await erp.door("POST", "worlds/nova/mappings", {"idProduto": product, "skuMapeamento": "PLAT-1"})
    return int(product)


async def test_an_address_is_probed_and_then_told(erp: Any, clerk: Clerk, platform: Any) -> None:
    product = await _announced(erp, clerk, platform)
    assert {each.method for each in platform.requests} == {"GET", "HEAD", "OPTIONS", "POST"}
    await erp.door("POST", "worlds/nova/stock", {"idProduto": product, "quantidade": "7"})
    await erp.flush("nova")
    assert [one["saldo"] for one in platform.dados] == [7]


async def test_an_address_that_does_not_answer_is_refused_and_nothing_is_saved(
    erp: Any, clerk: Clerk, platform: Any
) -> None:
    await clerk.install("token_api")
    await clerk.add_integration()
    platform.status = 500
    status, text = await clerk.post(f"{LISTED}/8123/notificacoes", f"{LISTED}/8123", estoque=platform.url)
    assert status == 422
    assert "URL do webhook de estoque: Não foi possível acessar a URL" in text
    status, text = await clerk.post(f"{LISTED}/8123/notificacoes", f"{LISTED}/8123", estoque="ftp://x")
    assert status == 422 and "http://" in text
    assert (await erp.door("GET", "worlds/nova"))["stock_webhook_url"] == ""


async def test_stock_mode_and_depot_decide_what_is_told(erp: Any, clerk: Clerk, platform: Any) -> None:
    product = await _announced(erp, clerk, platform)
    await erp.door("POST", "worlds/nova/stock", {"idProduto": product, "quantidade": "10", "saldoReservado": "3"})
    tab = f"{LISTED}/8123?aba=estoque"
    assert "Avarias" in (await clerk.page(tab))[1]
    await clerk.post(f"{LISTED}/8123/estoque", tab, deposito="Avarias", saldo_fisico="S")
    await erp.door("POST", "worlds/nova/stock", {"idProduto": product, "quantidade": "2", "deposito": "Avarias"})
    await clerk.post(f"{LISTED}/8123/estoque", tab, deposito="")
    await erp.door("POST", "worlds/nova/stock", {"idProduto": product, "quantidade": "12"})
    await erp.flush("nova")
    assert [(one["tipoEstoque"], one["saldo"]) for one in platform.dados] == [("F", 10), ("F", 2), ("D", 9)]


@pytest.mark.parametrize("resend", [True, False])
async def test_another_stock_mode_is_told_at_once_where_the_world_says_so(
    erp: Any, clerk: Clerk, platform: Any, resend: bool
) -> None:
    await _announced(erp, clerk, platform)
    await erp.door("PATCH", "worlds/nova", {"resend_stock": resend})
    await clerk.post(f"{LISTED}/8123/estoque", f"{LISTED}/8123?aba=estoque")
    await erp.flush("nova")
    assert [one["tipoEstoque"] for one in platform.dados] == (["D"] if resend else [])


async def test_all_announcements_go_only_with_the_warning_ticked(erp: Any, clerk: Clerk, platform: Any) -> None:
    product = await _announced(erp, clerk, platform)
    here = f"{LISTED}/8123"
    assert "não pode ser desfeita" in (await clerk.page(here))[1]
    status, _ = await clerk.post(f"{here}/excluir-anuncios", here)
    assert status == 422 and len(await erp.door("GET", "worlds/nova/mappings")) == 1
    status, text = await clerk.post(f"{here}/excluir-anuncios", here, ciente="S")
    assert status == 200 and "Todos os anúncios foram excluídos" in text
    await erp.door("POST", "worlds/nova/stock", {"idProduto": product, "quantidade": "7"})
    await erp.flush("nova")
    assert platform.dados == []


async def test_a_removed_integration_takes_its_announcements_along(erp: Any, clerk: Clerk, platform: Any) -> None:
    await _announced(erp, clerk, platform)
    status, text = await clerk.post(f"{LISTED}/8123/remover", f"{LISTED}/8123", ciente="S")
    assert status == 200 and "Nenhuma integração ainda" in text
    assert await erp.door("GET", "worlds/nova/mappings") == []


async def test_tabs_keep_what_was_saved(clerk: Clerk) -> None:
    await clerk.add_integration()
    here = f"{LISTED}/8123"
    _, text = await clerk.post(f"{here}/configuracoes", here, dias_preparacao="S", email_entregue="S")
    ticked = re.findall(r'name="(\w+)" type="checkbox" value="S" checked', text)
    assert ticked == ["dias_preparacao", "email_entregue"]
    _, text = await clerk.post(f"{here}/dados-fiscais", here, natureza="Devolução de venda")
    assert '<option value="Devolução de venda" selected>' in text


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        (LISTED, {"nome": " "}, "Informe o nome da integração"),
        (LISTED, {"nome": "x" * 51}, "no máximo 50"),
        (f"{LISTED}/8123/integracao", {"nome": ""}, "Informe o nome da integração"),
        (f"{LISTED}/8123/estoque", {"deposito": "Lua"}, "O depósito Lua não existe"),
        (f"{LISTED}/8123/dados-fiscais", {"natureza": "Escambo"}, "A natureza de operação Escambo não existe"),
    ],
)
async def test_what_makes_no_sense_is_said_above_the_form(
    clerk: Clerk, path: str, fields: dict[str, str], told: str
) -> None:
    await clerk.install("depositos")
    await clerk.add_integration()
    status, text = await clerk.post(path, LISTED, **fields)
    assert status == 422 and told in text and 'role="alert"' in text


async def test_a_form_of_another_site_is_refused(erp: Any, clerk: Clerk) -> None:
    async with erp.session.post(f"{clerk.base}/extensoes/token_api/instalar", data={"csrf": "guess"}) as answer:
        assert answer.status == 403
        assert "Formulário expirado" in await answer.text()
    assert (await erp.door("GET", "worlds/nova"))["extensions"] == []


@pytest.mark.parametrize("path", ["/erp/keine", "/erp/nova/nichts", "/erp/nova/configuracoes/integracoes/99"])
async def test_an_unknown_page_is_a_page(erp: Any, clerk: Clerk, path: str) -> None:
    async with erp.session.get(erp.api + path) as answer:
        assert answer.status == 404 and "Página não encontrada" in await answer.text()


async def test_the_first_page_lists_the_accounts(erp: Any, clerk: Clerk) -> None:
    async with erp.session.get(f"{erp.api}/erp") as answer:
        assert "/erp/nova" in await answer.text()


async def test_without_the_depot_extension_there_is_one_stock(erp: Any, clerk: Clerk) -> None:
    await clerk.install("token_api")
    product = (await erp.products("nova"))[0]["id"]
    shown = (await erp.call("produto.obter.estoque.php", "token-da-nova", id=product)).retorno["produto"]
    assert [each["deposito"]["nome"] for each in shown["depositos"]] == ["Geral"]
    await clerk.install("depositos")
    shown = (await erp.call("produto.obter.estoque.php", "token-da-nova", id=product)).retorno["produto"]
    assert [each["deposito"]["nome"] for each in shown["depositos"]] == ["Geral", "Avarias"]
