"""The ERP's half of the help article, clicked line by line on the fake ERP's screens in a real browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from fake_erp.app import FakeErp
from scenarios.harness.clock import RealClock
from tests.fakes.erp.conftest import Erp, Platform, serve

pytestmark = pytest.mark.browser

_DESKTOP, _PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass
class _Place:
    """The fake ERP with an account that nobody has set up, and a platform that waits for its webhooks."""

    erp: Erp
    platform: Platform


@pytest.fixture
async def place() -> AsyncIterator[_Place]:
    fake, platform, runners = FakeErp(RealClock()), Platform(), list[web.AppRunner]()
    async with aiohttp.ClientSession() as session:
        erp = Erp(fake, session, await serve(fake.api(), runners), await serve(fake.door(), runners))
        platform.url = f"{await serve(platform.application(), runners)}/erp/SEGREDO"
        await erp.world("empresa", integrated=False, extensions=[], products=0)
        mug = {"nome": "Caneca de porcelana", "codigo": "CAN-01", "preco": "29.90"}
        await erp.door("POST", "worlds/empresa/products", mug)
        yield _Place(erp, platform)
    await fake.worlds.close()
    for runner in runners:
        await runner.cleanup()


async def test_the_articles_erp_half_line_by_line(place: _Place, browser: Browser, pictures: Path) -> None:
    context = await browser.new_context(locale="pt-BR", viewport=_DESKTOP, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{place.erp.api}/erp")
    await page.get_by_role("main").get_by_role("link").click()
    await _install_extensions(page, pictures)
    token = await _see_the_token(page, pictures)
    await _add_the_integration(page, place, token, pictures)
    await _fill_the_tabs(page, place, pictures)
    await _announce(page, pictures)
    await _move_stock(page, place, pictures)
    await _see_order_and_customer(page, place, token, pictures)
    await _remove_all_announcements(page, place, pictures)
    await page.set_viewport_size(_PHONE)
    for path in ("/configuracoes/integracoes/8123", "/pedidos", "/produtos"):
        await page.goto(f"{place.erp.api}/erp/empresa{path}")
        await page.screenshot(path=pictures / f"erp-phone-{path.split('/')[1]}.png", full_page=True)
        overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{path} is {overflow} px wider than a phone"


async def _menu(page: Page, name: str) -> None:
    await page.get_by_role("navigation", name="Menu").get_by_role("link", name=name).click()


async def _saved(page: Page, text: str) -> None:
    await expect(page.get_by_role("status")).to_have_text(text)


async def _install_extensions(page: Page, pictures: Path) -> None:
    await _menu(page, "Configurações")
    await page.get_by_role("link", name="Token API").click()
    await expect(page.get_by_role("alert")).to_contain_text("não está instalada")
    await page.get_by_role("alert").get_by_role("link", name="Loja de extensões").click()
    for name in ("Token API", "Depósitos de estoque", "API para estoque em tempo real"):
        await page.get_by_role("button", name=f"Instalar {name}").click()
        await _saved(page, "Extensão instalada.")
    await page.screenshot(path=pictures / "erp-1-extensions.png", full_page=True)


async def _see_the_token(page: Page, pictures: Path) -> str:
    await _menu(page, "Configurações")
    await page.get_by_role("link", name="Token API").click()
    first = await page.get_by_label("Token", exact=True).input_value()
    await page.get_by_role("button", name="Gerar novo token").click()
    await _saved(page, "Novo token gerado. O anterior não vale mais.")
    await page.screenshot(path=pictures / "erp-2-token.png", full_page=True)
    token = await page.get_by_label("Token", exact=True).input_value()
    assert token != first
    return token


async def _add_the_integration(page: Page, place: _Place, token: str, pictures: Path) -> None:
    await _menu(page, "Configurações")
    await page.get_by_role("link", name="Integrações").click()
    await page.get_by_label("Nome da integração").fill("Webstore")
    await page.get_by_role("button", name="Adicionar").click()
    await _saved(page, "Integração adicionada.")
    state = page.locator("[data-field=state]")
    await expect(state).to_have_text("Não conectada")
    # The platform calls the API with the token that the merchant gave it.
    assert (await place.erp.call("info.php", token)).code is None
    await page.reload()
    await expect(state).to_have_text("Ativa")
    await page.screenshot(path=pictures / "erp-3-integration.png", full_page=True)


async def _fill_the_tabs(page: Page, place: _Place, pictures: Path) -> None:
    tabs = page.get_by_role("navigation", name="Abas da integração")
    await tabs.get_by_role("link", name="Configurações").click()
    await page.get_by_label("Enviar dias para preparação").check()
    await page.get_by_label("Enviar e-mail ao cliente quando o pedido for enviado").check()
    await page.get_by_role("button", name="Salvar").click()
    await _saved(page, "Configurações salvas.")
    await page.screenshot(path=pictures / "erp-4-settings.png", full_page=True)
    await tabs.get_by_role("link", name="Estoque").click()
    await page.get_by_label("Enviar saldo físico").check()
    await page.get_by_label("Depósito a ser considerado na integração").select_option("Geral")
    await page.get_by_role("button", name="Salvar").click()
    await _saved(page, "Configurações salvas.")
    await page.screenshot(path=pictures / "erp-5-stock.png", full_page=True)
    await tabs.get_by_role("link", name="Dados Fiscais").click()
    await page.get_by_label("Natureza de operação", exact=True).select_option("Venda de mercadorias")
    await page.get_by_role("button", name="Salvar").click()
    await _saved(page, "Configurações salvas.")
    await tabs.get_by_role("link", name="Notificações").click()
    await page.get_by_label("URL do webhook de estoque").fill("http://127.0.0.1:1/nada")
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_role("alert")).to_contain_text("Não foi possível acessar a URL")
    for label in ("URL do webhook de estoque", "URL para envio de alteração na situação de pedidos"):
        await page.get_by_label(label).fill(place.platform.url)
    await page.get_by_role("button", name="Salvar").click()
    await _saved(page, "Configurações salvas.")
    await page.screenshot(path=pictures / "erp-6-addresses.png", full_page=True)


async def _announce(page: Page, pictures: Path) -> None:
    await _menu(page, "Produtos")
    await page.get_by_role("link", name="Caneca de porcelana").click()
    await page.get_by_label("Dias para preparação").fill("3")
    await page.get_by_role("button", name="Salvar").click()
    await _saved(page, "Produto salvo.")
    await page.get_by_role("navigation", name="Abas do produto").get_by_role("link", name="Anúncios").click()
    form = page.locator("form", has=page.get_by_role("heading", name="Adicionar anúncio"))
    await form.get_by_label("E-commerce").select_option(label="Webstore (8123)")
    await form.get_by_label("Identificador").fill("PLAT-9")
    await form.get_by_role("button", name="Adicionar anúncio").click()
    await _saved(page, "Anúncio adicionado.")
    await page.screenshot(path=pictures / "erp-7-announcement.png", full_page=True)


async def _move_stock(page: Page, place: _Place, pictures: Path) -> None:
    await page.get_by_role("navigation", name="Abas do produto").get_by_role("link", name="Estoque").click()
    await page.get_by_label("Quantidade").fill("17")
    await page.get_by_role("button", name="Lançar").click()
    await _saved(page, "Movimento lançado.")
    await expect(page.locator("[data-field=physical]")).to_have_text("17")
    await page.screenshot(path=pictures / "erp-8-movement.png", full_page=True)
    told = await _told(place, "estoque")
    assert (told["saldo"], told["skuMapeamento"], told["tipoEstoque"]) == (17, "PLAT-9", "F")


async def _told(place: _Place, tipo: str) -> dict[str, Any]:
    """The first message of a kind at the platform."""

    async def first() -> dict[str, Any]:
        while True:
            for message in place.platform.messages:
                if message["tipo"] == tipo:
                    return dict(message["dados"])
            place.platform.came.clear()
            await place.platform.came.wait()

    return await asyncio.wait_for(first(), 10)


async def _see_order_and_customer(page: Page, place: _Place, token: str, pictures: Path) -> None:
    await place.erp.inserted(token)
    await _menu(page, "Pedidos de Venda")
    await page.locator("tr[data-order='1']").get_by_role("link", name="1").click()
    await expect(page.locator("main")).to_contain_text("69,70")
    await page.get_by_label("Código de rastreamento").fill("AA000000000BR")
    await page.get_by_role("button", name="Salvar despacho").click()
    await _saved(page, "Despacho salvo.")
    await page.get_by_label("Situação").select_option("Enviado")
    await page.get_by_role("button", name="Alterar").click()
    await _saved(page, "Situação alterada.")
    await page.screenshot(path=pictures / "erp-9-order.png", full_page=True)
    assert (await _told(place, "situacao_pedido"))["situacao"] == "enviado"
    await _menu(page, "Clientes e Fornecedores")
    await page.get_by_role("link", name="Marina Prado Amostra").click()
    await expect(page.get_by_label("CPF ou CNPJ")).to_have_value("11144477735")
    await page.screenshot(path=pictures / "erp-10-customer.png", full_page=True)


async def _remove_all_announcements(page: Page, place: _Place, pictures: Path) -> None:
    await _menu(page, "Configurações")
    await page.get_by_role("link", name="Integrações").click()
    await page.get_by_role("link", name="Webstore").click()
    await page.locator("summary").click()
    await expect(page.get_by_text("Esta ação não pode ser desfeita.")).to_be_visible()
    await page.screenshot(path=pictures / "erp-11-warning.png", full_page=True)
    await page.get_by_role("button", name="Excluir todos os anúncios").click()
    await expect(page.get_by_role("alert")).to_contain_text("não pode ser desfeita")
    await page.locator("summary").click()
    await page.get_by_label("Estou ciente de que não pode ser desfeita").check()
    await page.get_by_role("button", name="Excluir todos os anúncios").click()
    await _saved(page, "Todos os anúncios foram excluídos.")
    assert await place.erp.door("GET", "worlds/empresa/mappings") == []
    await _menu(page, "Produtos")
    await page.get_by_role("link", name=re.compile("Caneca")).click()
    await page.get_by_role("navigation", name="Abas do produto").get_by_role("link", name="Anúncios").click()
    await expect(page.locator("main")).to_contain_text("não está anunciado")
