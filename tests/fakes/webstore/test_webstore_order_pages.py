"""The merchant's pages about orders."""

from __future__ import annotations

import re
from typing import Any

import pytest


@pytest.fixture
async def shop(shop: Any) -> Any:
    await shop.put("A", name="Caneca <azul>")
    return shop


def field(page: str, name: str) -> str:
    """The text of a field, without tags."""
    found = re.search(rf'data-field="{name}"[^>]*>(.*?)</(?:dd|p|span|div|td)>', page, re.DOTALL)
    assert found, name
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


async def test_the_list_shows_number_buyer_total_status_and_erp_number(shop: Any, merchant: Any) -> None:
    assert "Nenhum pedido" in (await merchant.get("/pedidos")).body
    await shop.order(customer={"name": "Lívia Prado"}, payment="boleto", shipping_address=None, gift={"is_gift": False})
    order = await shop.order()
    reference = {"system": "olist_erp", "id": "741", "number": "1877", "imported_at": "2026-08-03T08:00:00-03:00"}
    await shop.call("PUT", f"/orders/{order['id']}/external-reference", reference)
    rows = (await merchant.get("/pedidos")).body.split('<tr data-order="')[1:]
    assert [row.partition('"')[0] for row in rows] == ["1002", "1001"]
    assert field(rows[0], "external_reference") == "1877"
    assert "Lívia Prado" in rows[1]
    assert "R$\xa010,00" in rows[1]
    assert "Pago" in rows[1]
    assert field(rows[1], "external_reference") == "—"


async def test_the_list_has_pages(shop: Any, merchant: Any) -> None:
    await shop.checkout(count=26, items=[{"code": "A"}], oversell=True)
    first = (await merchant.get("/pedidos?pagina=1")).body
    assert "26 pedidos" in first
    assert first.count("<tr data-order=") == 25
    assert (await merchant.get("/pedidos?pagina=99")).body.count("<tr data-order=") == 1


async def test_an_order_shows_its_way_to_the_erp_and_to_the_buyer(shop: Any, merchant: Any) -> None:
    order = await shop.order()
    path = f"/pedidos/{order['id']}"
    before = (await merchant.get(path)).body
    assert field(before, "external_reference") == "Ainda não importado no ERP"
    assert "Caneca &lt;azul&gt;" in before
    reference = {"system": "olist_erp", "id": "741", "number": "1877", "imported_at": "2026-08-03T08:00:00-03:00"}
    await shop.call("PUT", f"/orders/{order['id']}/external-reference", reference)
    shipment = {"tracking_code": "OY123456785BR", "tracking_url": "https://rastreio.exemplo.com.br/OY123456785BR"}
    change = {"status": "shipped", "shipment": shipment, "note": "Postado"}
    await shop.call("PUT", f"/orders/{order['id']}/status", change)
    page = (await merchant.get(path)).body
    assert field(page, "status") == "Enviado"
    assert field(page, "external_reference").startswith("Importado no ERP: pedido 1877")
    assert field(page, "tracking_code") == "OY123456785BR"
    assert 'href="https://rastreio.exemplo.com.br/OY123456785BR"' in page
    assert field(page, "shipped_at") == "03/08/2026 08:00:00"
    assert "Postado" in page.partition("Histórico")[2]


async def test_every_kind_of_order_has_its_page(shop: Any, merchant: Any) -> None:
    for wish in (
        {"customer": {"kind": "J"}, "payment": "credit_card", "installments": 12},
        {"customer": {"kind": "E"}, "payment": "pix", "status": "awaiting_payment"},
        {"payment": "bank_transfer", "shipping_address": None, "gift": {"message": None}, "customer_notes": "Oi"},
    ):
        order = await shop.order(**wish)
        page = await merchant.get(f"/pedidos/{order['id']}")
        assert (page.status, field(page.body, "id")) == (200, str(order["id"]))


async def test_the_merchant_cancels_with_a_reason(shop: Any, merchant: Any) -> None:
    order = await shop.order()
    path = f"/pedidos/{order['id']}"
    assert "Cancelar pedido" in (await merchant.get(path)).body
    assert (await merchant.post(f"{path}/cancelar", {"reason": "tédio"})).status == 422
    assert (await merchant.post(f"{path}/cancelar", {"reason": "inventory"})).status == 303
    page = (await merchant.get(path)).body
    assert field(page, "cancel_reason").endswith("Falta de estoque")
    assert "Cancelar pedido" not in page
    shown = (await shop.call("GET", f"/orders/{order['id']}/history")).body
    assert (shown[-1]["status"], shown[-1]["actor"]) == ("cancelled", "merchant")
    assert (await merchant.post(f"{path}/cancelar", {"reason": "other"})).status == 409


async def test_cancelling_needs_the_form_of_the_session(shop: Any, merchant: Any) -> None:
    order = await shop.order()
    refused = await merchant.post(f"/pedidos/{order['id']}/cancelar", {"reason": "other"}, csrf="errado")
    assert refused.status == 403
    assert (await shop.call("GET", f"/orders/{order['id']}")).body["status"] == "paid"


async def test_another_stores_order_is_not_found(shop: Any, merchant: Any) -> None:
    await shop.call("PUT", "/products/by-code/A", {"name": "x", "price": "1.00"}, store=1)
    order = await shop.order(store=1)
    assert (await merchant.get(f"/pedidos/{order['id']}")).status == 404


async def test_a_product_shows_what_is_reserved_and_available(shop: Any, merchant: Any) -> None:
    product = await shop.stocked("B", 5)
    await shop.order(items=[{"code": "B", "quantity": 2}])
    page = (await merchant.get(f"/produtos/{product}")).body
    assert [field(page, name) for name in ("stock", "reserved", "available")] == ["5", "2", "3"]


async def test_the_merchant_marks_an_order_as_paid(shop: Any, merchant: Any) -> None:
    order = await shop.order(payment="bank_transfer", status="awaiting_payment")
    path = f"/pedidos/{order['id']}"
    assert "Marcar como pago" in (await merchant.get(path)).body
    assert (await merchant.post(f"{path}/pagar", {})).status == 303
    assert "Marcar como pago" not in (await merchant.get(path)).body
    history = (await shop.call("GET", f"/orders/{order['id']}/history")).body
    assert (history[-1]["status"], history[-1]["payment_status"], history[-1]["actor"]) == ("paid", "paid", "merchant")
    again = await merchant.post(f"{path}/pagar", {})
    assert (again.status, "não está aguardando pagamento" in again.body) == (409, True)
