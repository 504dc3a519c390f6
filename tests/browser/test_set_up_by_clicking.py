"""The merchant's set-up, clicked as the help article says, in a real browser against three real programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from scenarios.runner.separate import SeparateStage

pytestmark = pytest.mark.browser

# The article's fifteen fields, as the panel's product page labels them.
_FIELDS = [
    "Código",
    "Nome",
    "Estoque atual",
    "Descrição complementar",
    "GTIN",
    "Unidade",
    "NCM",
    "Preço",
    "Peso líquido",
    "Peso bruto",
    "Altura da embalagem",
    "Largura da embalagem",
    "Comprimento da embalagem",
    "Anexos",
    "Informações relacionadas",
]


async def test_set_up_progress_and_a_product_with_its_fifteen_fields(
    tmp_path: Path, browser: Browser, pictures: Path
) -> None:
    stage = SeparateStage(tmp_path, rate=15)
    try:
        await stage.open(erp={"products": 0, "plan": "potencializar"})
        await _fill_catalogue(stage)
        page = await (await browser.new_context(locale="pt-BR")).new_page()
        await _log_in(page, stage)
        await _install(page, pictures)
        await _save(page, "")
        await expect(page.get_by_role("alert")).to_have_text("Informe o token")
        await page.screenshot(path=pictures / "1-empty-token.png", full_page=True)
        await _save(page, "0" * 64)
        await expect(page.get_by_text("Token recusado").first).to_be_visible(timeout=20_000)
        await expect(page.get_by_text("não reconheceu este token")).to_be_visible()
        await page.screenshot(path=pictures / "2-wrong-token.png", full_page=True)
        await _save(page, stage.erp.token)
        await expect(page.get_by_text("Conectado à empresa")).to_be_visible(timeout=20_000)
        await expect(page.locator("#saved-token")).to_contain_text(stage.erp.token[-4:])
        assert stage.erp.token not in await page.content()
        await page.screenshot(path=pictures / "3-connected.png", full_page=True)
        await _watch_progress(page, stage, pictures)
        await _look_at_product(page, stage, pictures)
    finally:
        await stage.close()


async def _fill_catalogue(stage: SeparateStage) -> None:
    product = {
        "nome": "Caneca de porcelana 300 ml",
        "codigo": "CAN 300/AZ",
        "preco": "42.90",
        "descricao_complementar": "<p>Vai ao micro-ondas.</p>",
        "gtin": "7891000315507",
        "unidade": "un",
        "ncm": "6911.10.10",
        "peso_liquido": "0.310",
        "peso_bruto": "0.420",
        "alturaEmbalagem": "11.00",
        "larguraEmbalagem": "12.50",
        "comprimentoEmbalagem": "9.00",
        "anexos": ["https://imagens.exemplo.com.br/caneca-1.jpg"],
        "marca": "Louças do Sul",
        "categoria": "Casa >> Cozinha >> Canecas",
        "garantia": "3 meses",
    }
    made = await stage.erp_door.send("POST", "/products", product)
    await stage.erp_door.send("POST", "/stock", {"idProduto": made["id"], "tipo": "B", "quantidade": "17"})
    for number in range(1, 31):
        await stage.erp_door.send(
            "POST", "/products", {"nome": f"Prato raso {number}", "codigo": f"PRA-{number}", "preco": "19.90"}
        )


async def _log_in(page: Page, stage: SeparateStage) -> None:
    store = stage.shop.stores[stage.store_id()]
    await page.goto(f"{stage.shop_url}/painel/{store.id}")
    await page.get_by_label("E-mail").fill(store.owner_email)
    await page.get_by_label("Senha").fill(store.password)
    await page.get_by_role("button", name="Entrar").click()


async def _install(page: Page, pictures: Path) -> None:
    await page.get_by_role("navigation").get_by_role("link", name="Aplicativos").click()
    await page.screenshot(path=pictures / "0-apps.png", full_page=True)
    await page.get_by_role("link", name="Instalar").click()
    await expect(page.get_by_role("heading", name="Configurar")).to_be_visible()


async def _save(page: Page, token: str) -> None:
    """Aplicativos > ERP > Configurar > "Já possuo cadastro no ERP" > Token > Salvar."""
    await page.get_by_role("navigation").get_by_role("link", name="Aplicativos").click()
    await page.get_by_role("link", name="Configurar").click()
    await page.get_by_label("Já possuo cadastro no ERP").check()
    await page.get_by_label("Token").fill(token)
    await page.get_by_role("button", name="Salvar").click()


async def _watch_progress(page: Page, stage: SeparateStage, pictures: Path) -> None:
    await page.get_by_role("link", name="Abrir página do conector").click()
    await expect(page.get_by_role("heading", name="Conector ERP")).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await page.screenshot(path=pictures / "4-progress.png", full_page=True)
    await expect(page.locator("#finished")).to_contain_text("31 produtos", timeout=60_000)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.screenshot(path=pictures / "5-finished-phone.png", full_page=True)
    await page.set_viewport_size({"width": 1280, "height": 800})
    door = await page.get_by_label("Endereço do webhook de estoque").input_value()
    assert door.startswith(f"{stage.url}/erp/estoque/")
    assert (await page.request.get(door)).status == 200
    assert stage.erp.token not in await page.content()
    await page.get_by_label("Identificador do integrador").fill("oito")
    await page.get_by_role("button", name="Salvar configurações").click()
    await expect(page.get_by_role("alert")).to_contain_text("é um número")
    await page.get_by_label("Identificador do integrador").fill("8123")
    await page.get_by_role("button", name="Salvar configurações").click()
    await expect(page.get_by_text("Configurações salvas.")).to_be_visible()


async def _look_at_product(page: Page, stage: SeparateStage, pictures: Path) -> None:
    await page.goto(f"{stage.shop_url}/painel/{stage.store_id()}/produtos?q=Caneca")
    await page.get_by_role("link", name="Caneca de porcelana 300 ml").click()
    text = await page.locator("main").inner_text()
    missing = [label for label in _FIELDS if label not in text]
    assert missing == []
    for shown in (
        "CAN 300/AZ",
        "17",
        "Vai ao micro-ondas.",
        "7891000315507",
        "UN",
        "6911.10.10",
        "42,90",
        "0,310",
        "0,420",
        "11",
        "12,5",
        "caneca-1.jpg",
        "Louças do Sul",
        "Canecas",
        "3 meses",
    ):
        assert shown in text, shown
    await page.screenshot(path=pictures / "6-product.png", full_page=True)
