"""A day of trade as the merchant sees it, in a real browser against three real programs: stock, orders, parcels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from scenarios.runner.separate import SeparateStage

pytestmark = pytest.mark.browser

_MUG, _PLATE, _UNKNOWN = "CAN-300-AZ", "PRA-23", "VELA-BAUNILHA"
_CUSTOMER = {"kind": "F", "name": "Rita Amaral", "cpf": "52998224725", "email": "rita@example.com"}
_DESKTOP, _PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


async def test_stock_orders_situations_and_a_held_order(tmp_path: Path, browser: Browser, pictures: Path) -> None:
    stage = SeparateStage(tmp_path, rate=15)
    try:
        await stage.open(erp={"products": 0, "plan": "potencializar"})
        made = await _fill_catalogue(stage)
        await stage.connect()
        context = await browser.new_context(locale="pt-BR", viewport=_DESKTOP)
        panel, connector = await context.new_page(), await context.new_page()
        await _log_in(panel, stage)
        door = await _open_connector(connector, stage)
        await _announce(stage, door, made)
        await _see_a_movement(panel, stage, made[0], pictures)
        number = await _see_an_order_sent(panel, connector, stage, pictures)
        await _see_it_shipped(panel, connector, stage, number, pictures)
        await _see_an_order_held(connector, stage, pictures)
    finally:
        await stage.close()


async def _fill_catalogue(stage: SeparateStage) -> list[dict[str, Any]]:
    products = [
        {"nome": "Caneca de porcelana 300 ml", "codigo": _MUG, "preco": "42.90", "unidade": "UN"},
        {"nome": "Prato raso 23 cm", "codigo": _PLATE, "preco": "31.50", "unidade": "UN"},
    ]
    made = [await stage.erp_door.send("POST", "/products", product) for product in products]
    for product in made:
        await stage.erp_door.send("POST", "/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": "17"})
    return made


async def _log_in(page: Page, stage: SeparateStage) -> None:
    store = stage.shop.stores[stage.store_id()]
    await page.goto(_panel(stage))
    await page.get_by_label("E-mail").fill(store.owner_email)
    await page.get_by_label("Senha").fill(store.password)
    await page.get_by_role("button", name="Entrar").click()


def _panel(stage: SeparateStage, path: str = "") -> str:
    return f"{stage.shop_url}/painel/{stage.store_id()}{path}"


async def _open_connector(page: Page, stage: SeparateStage) -> str:
    """The connector's page once the catalogue is in the shop; the address that it shows for the ERP."""
    await page.goto(_panel(stage, "/aplicativos/erp/configurar"))
    await page.get_by_role("link", name="Abrir página do conector").click()
    await expect(page.locator("#finished")).to_contain_text("2 produtos", timeout=60_000)
    await expect(page.locator("#orders")).to_contain_text("Nenhum pedido ainda.")
    await expect(page.get_by_text("URL para envio de alteração na situação de pedidos")).to_be_visible()
    return await page.get_by_label("Endereço do webhook").input_value()


async def _announce(stage: SeparateStage, door: str, made: list[dict[str, Any]]) -> None:
    """Paste the address in the ERP's three fields and announce the products there, as the merchant does."""
    addresses = ("stock_webhook_url", "situation_webhook_url", "tracking_webhook_url")
    await stage.erp_door.send("PATCH", "", dict.fromkeys(addresses, door))
    shown = {product["code"]: str(product["id"]) for product in await stage.shop_products()}
    announced = [{"idProduto": one["id"], "skuMapeamento": shown[str(one["codigo"]).strip()]} for one in made]
    await stage.erp_door.send("POST", "/mappings", announced)


async def _see_a_movement(panel: Page, stage: SeparateStage, product: dict[str, Any], pictures: Path) -> None:
    """The first message also tells the connector the integration's number, without which the ERP tells of no order."""
    await panel.get_by_role("navigation").get_by_role("link", name="Produtos").click()
    await panel.get_by_role("link", name="Caneca de porcelana 300 ml").click()
    await expect(panel.locator("[data-field=stock]")).to_have_text("17")
    await stage.erp_door.send("POST", "/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": "41"})
    await _reload_until(panel, stage, panel.locator("[data-field=stock]"), "41")
    await panel.screenshot(path=pictures / "7-stock-after-movement.png", full_page=True)


async def _reload_until(page: Page, stage: SeparateStage, place: Locator, text: str) -> None:
    """Load the page again as a person does, until it says so."""

    async def says() -> bool:
        await page.reload()
        return text in await place.inner_text()

    await stage.until(says, f"{text!r} on the page", seconds=30 * stage.scaled.rate)


async def _place_order(stage: SeparateStage, *codes: str) -> dict[str, Any]:
    wanted = {
        "items": [{"code": code, "quantity": 1} for code in codes],
        "customer": _CUSTOMER,
        "payment": "pix",
        "status": "paid",
    }
    placed = await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", wanted)
    return dict(placed["orders"][0])


async def _see_an_order_sent(panel: Page, connector: Page, stage: SeparateStage, pictures: Path) -> dict[str, Any]:
    """An order is in the ERP, and each page names it by the number that it has there; the ERP's order."""
    order = await _place_order(stage, _MUG, _PLATE)
    await panel.get_by_role("navigation").get_by_role("link", name="Pedidos").click()
    row = panel.locator(f"tr[data-order='{order['number']}']")
    await _reload_until(panel, stage, panel.locator("main"), str(order["number"]))
    reference = row.locator("[data-field=external_reference]")

    async def imported() -> bool:
        await panel.reload()
        return await reference.inner_text() != "—"

    await stage.until(imported, "the order's import", seconds=30 * stage.scaled.rate)
    [kept] = (await stage.erp_door.get("/orders"))["orders"]
    await expect(reference).to_have_text(str(kept["numero"]))
    await panel.screenshot(path=pictures / "8-orders-in-panel.png", full_page=True)
    # Without a reload: the page keeps itself fresh.
    sent = connector.locator(f"#orders tr[data-order='{order['number']}']")
    await expect(sent.locator("[data-field=erp_number]")).to_have_text(str(kept["numero"]), timeout=20_000)
    await expect(connector.locator("#orders .counts")).to_have_text("1 enviado ao ERP")
    await connector.screenshot(path=pictures / "9-order-sent.png", full_page=True)
    return {**kept, "shop": order}


async def _see_it_shipped(
    panel: Page, connector: Page, stage: SeparateStage, kept: dict[str, Any], pictures: Path
) -> None:
    order = kept["shop"]
    path = f"/orders/{kept['id']}"
    await panel.get_by_role("link", name=str(order["number"])).click()
    await stage.erp_door.send("POST", f"{path}/situation", {"situacao": "faturado"})
    status = panel.locator("[data-field=status]")
    await _reload_until(panel, stage, status, "Faturado")
    await stage.erp_door.send("POST", f"{path}/situation", {"situacao": "enviado"})
    await _reload_until(panel, stage, status, "Enviado")
    tracking = {"codigoRastreamento": "AA123456785BR", "urlRastreamento": "https://rastreio.example/AA123456785BR"}
    await stage.erp_door.send("POST", f"{path}/tracking", tracking)
    await _reload_until(panel, stage, panel.locator("[data-field=tracking_code]"), "AA123456785BR")
    await expect(status).to_have_text("Enviado")
    await panel.screenshot(path=pictures / "10-order-shipped.png", full_page=True)
    row = connector.locator(f"#orders tr[data-order='{order['number']}']")
    await expect(row.locator("[data-field=situation]")).to_have_text("Enviado", timeout=20_000)
    await expect(row.locator("[data-field=tracking]")).to_have_text("AA123456785BR", timeout=20_000)


async def _see_an_order_held(connector: Page, stage: SeparateStage, pictures: Path) -> None:
    only_in_shop = {"code": _UNKNOWN, "name": "Vela de baunilha", "price": "19.90", "stock": 5}
    await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/products", only_in_shop)
    order = await _place_order(stage, _MUG, _UNKNOWN)
    row = connector.locator(f"#orders tr[data-order='{order['number']}']")
    await expect(row).to_contain_text("Retido", timeout=20_000)
    await expect(row).to_contain_text("tem produtos que não existem no ERP")
    await expect(row).to_contain_text(f"Códigos: {_UNKNOWN}")
    await expect(connector.get_by_role("heading", name="Parado")).to_have_count(0)
    await row.get_by_role("button", name="Tentar de novo").click()
    await expect(connector.get_by_role("status")).to_have_text("O pedido voltou para a fila.")
    await _on_both_screens(connector, lambda: _held_pictures(connector, pictures))
    assert len((await stage.erp_door.get("/orders"))["orders"]) == 1


async def _on_both_screens(page: Page, look: Callable[[], Awaitable[None]]) -> None:
    for size in (_DESKTOP, _PHONE):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await look()


async def _held_pictures(page: Page, pictures: Path) -> None:
    width = (page.viewport_size or {})["width"]
    wide = await page.evaluate(
        "() => [document.documentElement, ...document.querySelectorAll('section')]"
        ".filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.id || one.tagName)"
    )
    assert wide == [], f"to be scrolled sideways at {width} px"
    await page.screenshot(path=pictures / f"11-order-held-{width}.png", full_page=True)
