"""A buyer buys in the shop, and the merchant does with the orders and the app what merchants do, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from fake_webstore.app import FakeWebstore
from fake_webstore.serving import serving
from fake_webstore.world import Platform
from scenarios.harness.clock import RealClock

pytestmark = pytest.mark.browser

_PHONE = {"width": 390, "height": 844}
_BUYER = {
    "CPF ou CNPJ": "529.982.247-25",
    "E-mail": "livia@exemplo.com.br",
    "Telefone com DDD": "(31) 98765-4321",
    "CEP": "30140-000",
    "Rua": "Rua das Acácias",
    "Bairro": "Funcionários",
    "Cidade": "Belo Horizonte",
}


@dataclass
class Shop:
    """A running shop with one mug and one shirt in two sizes."""

    world: Platform
    origin: str
    door: str

    @property
    def store(self) -> Any:
        return next(iter(self.world.stores.values()))

    @property
    def front(self) -> str:
        return f"{self.origin}/loja/loja/{self.store.id}"

    @property
    def panel(self) -> str:
        return f"{self.origin}/loja/painel/{self.store.id}"

    @property
    def last_order(self) -> dict[str, Any]:
        fields: dict[str, Any] = list(self.store.orders.values())[-1].fields
        return fields

    async def log_in(self, page: Page) -> None:
        await page.goto(self.panel)
        await page.get_by_label("E-mail").fill(self.store.owner_email)
        await page.get_by_label("Senha").fill(self.store.password)
        await page.get_by_role("button", name="Entrar").click()

    async def add(self, document: dict[str, Any]) -> None:
        url = f"{self.door}/__fake__/worlds/loja/stores/{self.store.id}/products"
        async with aiohttp.ClientSession() as http, http.post(url, json=document) as answer:
            assert answer.status == 201, await answer.text()


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    fake = FakeWebstore(RealClock())
    app = {"redirect_uri": "http://127.0.0.1:9/callback", "home_url": "http://127.0.0.1:9/home"}
    stores = [{"name": "Louças do Sul", "installed": True}]
    async with serving(fake) as addresses:
        fake.listens_at(addresses.api)
        one = Shop(fake.create_world(name="loja", app=app, stores=stores), addresses.api, addresses.door)
        mug = {"code": "CAN-1", "name": "Caneca azul", "price": "42.90", "promotional_price": "39.90", "stock": 5}
        await one.add(mug | {"gross_weight_kg": "0.420", "description_html": "<p>Vai ao micro-ondas.</p>"})
        shirt = {"code": "CAM", "name": "Camiseta", "price": "59.90", "options": ["Tamanho"]}
        sizes = [{"code": f"CAM-{size}", "option_values": [size]} for size in ("M", "G")]
        await one.add(shirt | {"variants": sizes, "stock": {"CAM-M": 2, "CAM-G": 0}})
        yield one


async def _fill(page: Page, name: str, **more: str) -> None:
    await page.get_by_label("Nome completo").fill(name)
    for label, text in (_BUYER | more).items():
        await page.get_by_label(label).fill(text)
    await page.get_by_label("Número", exact=True).fill("145")
    await page.get_by_label("Estado", exact=True).select_option("MG")


async def test_a_buyer_finds_a_product_and_pays_by_card(shop: Shop, browser: Browser, pictures: Path) -> None:
    page = await (await browser.new_context(locale="pt-BR")).new_page()
    await page.goto(shop.front)
    await page.screenshot(path=pictures / "storefront-1-shelf.png", full_page=True)
    await page.get_by_label("O que você procura?").fill("caneca")
    await page.get_by_role("button", name="Buscar").click()
    await expect(page.locator(".offer")).to_have_count(1)
    await page.get_by_role("link", name="Caneca azul").click()
    await page.get_by_label("Quantidade").fill("2")
    await page.screenshot(path=pictures / "storefront-2-product.png", full_page=True)
    await page.get_by_role("button", name="Adicionar ao carrinho").click()
    await page.get_by_label("Cupom de desconto").fill("PRIMEIRA10")
    await page.get_by_role("button", name="Atualizar carrinho").click()
    await page.screenshot(path=pictures / "storefront-3-cart.png", full_page=True)
    await page.get_by_role("link", name="Finalizar compra").click()
    await _fill(page, "Lívia Antunes Prado")
    await page.get_by_label("SEDEX").check()
    await page.get_by_label("Cartão de crédito", exact=True).check()
    await page.get_by_label("Parcelas").select_option("3")
    await page.screenshot(path=pictures / "storefront-4-checkout.png", full_page=True)
    await page.get_by_role("button", name="Revisar pedido").click()
    total = await page.locator("[data-field=total]").inner_text()
    assert shop.store.orders == {}
    await page.get_by_label("Número do cartão").fill("4111 1111 1111 1111")
    await page.screenshot(path=pictures / "storefront-5-review.png", full_page=True)
    await page.get_by_role("button", name="Confirmar compra").click()
    await expect(page.get_by_role("status")).to_contain_text("pagamento foi confirmado")
    assert await page.locator("[data-field=total]").inner_text() == total
    await page.screenshot(path=pictures / "storefront-6-order.png", full_page=True)
    order = shop.last_order
    assert (order["customer"]["cpf"], order["customer"]["mobile_phone"]) == ("52998224725", "+5531987654321")
    assert (order["shipping"]["service"], order["status"], order["coupon_code"]) == ("SEDEX", "paid", "PRIMEIRA10")
    assert (order["payments"][0]["card_last4"], len(order["payments"][0]["installments"])) == ("1111", 3)
    assert order["items"][0]["quantity"] == 2
    assert order["billing_address"]["ibge_code"] == "3106200"


async def test_a_buyer_on_a_phone_is_told_what_is_wrong_and_pays_by_pix(
    shop: Shop, browser: Browser, pictures: Path
) -> None:
    context = await browser.new_context(locale="pt-BR", viewport=_PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(shop.front)
    await page.screenshot(path=pictures / "storefront-phone-1-shelf.png", full_page=True)
    await page.get_by_role("link", name="Camiseta").click()
    await page.get_by_label("M —").check()
    await page.get_by_label("Quantidade").fill("3")
    await page.get_by_role("button", name="Adicionar ao carrinho").click()
    await expect(page.get_by_role("alert")).to_have_text("Estoque insuficiente: só temos 2.")
    await page.screenshot(path=pictures / "storefront-phone-2-shortage.png", full_page=True)
    await page.get_by_label("M —").check()
    await page.get_by_role("button", name="Adicionar ao carrinho").click()
    await page.screenshot(path=pictures / "storefront-phone-3-cart.png", full_page=True)
    await page.get_by_role("link", name="Finalizar compra").click()
    await _fill(page, "Comércio Ipê Ltda", **{"CPF ou CNPJ": "12.ABC.345/01DE-36", "CEP": "29010-000"})
    await page.get_by_label("Retirar na loja").check()
    await page.get_by_label("Pix (5% de desconto)").check()
    await page.get_by_role("button", name="Revisar pedido").click()
    await expect(page.get_by_role("alert")).to_contain_text("CPF ou CNPJ inválido")
    await expect(page.get_by_role("alert")).to_contain_text("Este CEP não é de MG")
    await page.screenshot(path=pictures / "storefront-phone-4-wrong.png", full_page=True)
    await page.get_by_label("CPF ou CNPJ").fill("12.ABC.345/01DE-35")
    await page.get_by_label("CEP").fill("30140-000")
    await page.get_by_role("button", name="Revisar pedido").click()
    await page.screenshot(path=pictures / "storefront-phone-5-review.png", full_page=True)
    await page.get_by_role("button", name="Confirmar compra").click()
    await expect(page.get_by_role("status")).to_contain_text("quando o pagamento for confirmado")
    await expect(page.get_by_text("Pix copia e cola")).to_be_visible()
    await page.screenshot(path=pictures / "storefront-phone-6-order.png", full_page=True)
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= _PHONE["width"]
    order = shop.last_order
    assert (order["customer"]["cnpj"], order["customer"]["person_type"]) == ("12ABC34501DE35", "J")
    assert (order["status"], order["shipping"]["modality"], order["shipping_address"]) == (
        "awaiting_payment",
        "pickup",
        None,
    )


async def test_the_merchant_cancels_an_order(shop: Shop, browser: Browser, pictures: Path) -> None:
    url = f"{shop.door}/__fake__/worlds/loja/stores/{shop.store.id}/orders"
    async with aiohttp.ClientSession() as http, http.post(url, json={"items": [{"code": "CAN-1"}]}) as answer:
        assert answer.status == 201
    context = await browser.new_context(locale="pt-BR", viewport=_PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    await shop.log_in(page)
    await page.get_by_role("link", name="Pedidos", exact=True).click()
    await page.screenshot(path=pictures / "panel-phone-orders.png", full_page=True)
    await page.get_by_role("link", name="1001").click()
    await page.get_by_label("Motivo").select_option("inventory")
    await page.get_by_role("button", name="Cancelar pedido").click()
    await expect(page.locator("[data-field=status]")).to_have_text("Cancelado")
    await expect(page.locator("[data-field=cancel_reason]")).to_contain_text("Falta de estoque")
    await page.screenshot(path=pictures / "panel-phone-cancelled.png", full_page=True)
    assert (shop.last_order["status"], shop.last_order["cancel_reason"]) == ("cancelled", "inventory")


async def test_the_merchant_uninstalls_the_app_and_its_token_is_revoked(
    shop: Shop, browser: Browser, pictures: Path
) -> None:
    token = shop.store.installation.access_token
    page = await (await browser.new_context(locale="pt-BR")).new_page()
    assert await _call(shop, token) == (200, None)
    await shop.log_in(page)
    await page.get_by_role("link", name="Aplicativos", exact=True).click()
    await page.screenshot(path=pictures / "panel-apps.png", full_page=True)
    await page.get_by_role("link", name="Configurar").click()
    await page.get_by_role("button", name="Desinstalar").click()
    await expect(page.get_by_role("link", name="Instalar")).to_be_visible()
    await page.screenshot(path=pictures / "panel-uninstalled.png", full_page=True)
    assert await _call(shop, token) == (401, "token_revoked")


async def _call(shop: Shop, token: str) -> tuple[int, str | None]:
    """What the API answers the app about the store."""
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "tests (a@exemplo.com.br)"}
    url = f"{shop.origin}/loja/api/v1/stores/{shop.store.id}"
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        document = await answer.json()
        return answer.status, document["error"]["code"] if "error" in document else None
