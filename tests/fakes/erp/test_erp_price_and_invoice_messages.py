"""Prices and invoices, as an integration is told of them (contract, stock webhook §3, order webhooks §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from fake_erp import announce


@dataclass
class Note:
    """What an invoice message needs of an invoice."""

    order_id: int
    id: int = 880001
    chave_acesso: str = "42260511222333000181550010000001321000001320"
    numero: str = "132"
    serie: str = "1"
    url_danfe: str = "https://erp.example/doc.view?id=0000"
    numero_ecommerce: str = "100245"
    data_emissao: date = date(2026, 5, 15)
    valor: Decimal = Decimal("69.70")


async def mug(erp, platform, *skus: str, **settings) -> int:
    await erp.world(price_webhook_url=platform.url, **settings)
    product = {"nome": "Caneca", "codigo": "CAN-01", "preco": "59.90"}
    made = await erp.door("POST", "worlds/loja/products", product)
    for sku in skus:
        await erp.door("POST", "worlds/loja/mappings", {"idProduto": made["id"], "skuMapeamento": sku})
    return int(made["id"])


async def change(erp, product: int, **fields) -> None:
    await erp.door("PATCH", f"worlds/loja/products/{product}", fields)
    await erp.flush()


async def test_a_price_that_changes_is_told_as_texts(erp, platform):
    product = await mug(erp, platform, "PLAT-77")
    await change(erp, product, preco="64.90", preco_promocional="59.90")
    [message] = platform.messages
    assert (message["tipo"], message["idEcommerce"]) == ("precos", 8123)
    assert message["dados"] == {
        "idMapeamento": "550000001",
        "skuMapeamento": "PLAT-77",
        "skuMapeamentoPai": "",
        "nome": "Caneca",
        "codigo": "CAN-01",
        "preco": "64.90",
        "precoPromocional": "59.90",
    }


@pytest.mark.parametrize("fields", [{"preco": "59.90"}, {"nome": "Xícara"}])
async def test_what_leaves_the_price_as_it_was_is_not_told(erp, platform, fields):
    product = await mug(erp, platform, "PLAT-77")
    await change(erp, product, **fields)
    assert platform.messages == []


async def test_each_announcement_gets_its_own_price_message_and_none_without(erp, platform):
    product = await mug(erp, platform, "PLAT-1", "PLAT-2")
    other = (await erp.door("POST", "worlds/loja/products", {"nome": "Prato", "codigo": "PRA-01"}))["id"]
    await change(erp, product, preco="64.90")
    await change(erp, other, preco="9.90")
    assert [dados["skuMapeamento"] for dados in platform.dados] == ["PLAT-1", "PLAT-2"]


async def test_no_promotion_is_spelled_in_three_ways(erp, platform):
    product = await mug(erp, platform, "PLAT-77", moods=True)
    for cents in range(10, 60):
        await change(erp, product, preco=f"64.{cents}")
    assert {dados["precoPromocional"] for dados in platform.dados} == {"0", "", "0.00"}
    assert {type(dados["idMapeamento"]) for dados in platform.dados} == {int, str}
    assert None in {dados["skuMapeamento"] for dados in platform.dados}


async def noted(erp, platform, count: int = 1, settings=None, **changed) -> None:
    """So many invoices of one order are told of."""
    token = (await erp.world(invoice_webhook_url=platform.url, **(settings or {})))["token"]
    await erp.insert(token, **changed)
    order = (await erp.orders())[0]["id"]
    for number in range(count):
        announce.invoice(erp.fake.worlds.get("loja"), Note(order_id=order, id=880001 + number))
    await erp.flush()


async def test_an_invoice_is_told_with_eight_fields(erp, platform):
    await noted(erp, platform)
    [message] = platform.messages
    assert (message["tipo"], message["idEcommerce"]) == ("nota_fiscal", 8123)
    assert message["dados"] == {
        "chaveAcesso": "42260511222333000181550010000001321000001320",
        "numero": "132",
        "serie": "1",
        "urlDanfe": "https://erp.example/doc.view?id=0000",
        "idPedidoEcommerce": "100245",
        "dataEmissao": "15/05/2026",
        "valorNota": 69.7,
        "idNotaFiscalTiny": 880001,
    }


async def test_the_invoice_of_an_order_of_no_integration_is_not_told(erp, platform):
    await noted(erp, platform, id_ecommerce=None)
    assert platform.messages == []


async def test_an_invoices_number_is_padded_plain_or_a_number_and_an_older_message_ends_early(erp, platform):
    await noted(erp, platform, count=60, settings={"moods": True})
    assert {dados["numero"] for dados in platform.dados} == {"000132", "132", 132}
    assert {"valorNota" in dados for dados in platform.dados} == {True, False}
    short = [message for message in platform.messages if "valorNota" not in message["dados"]]
    assert {message["versao"] for message in short} == {"1.0.0"}
    assert {len(message["dados"]) for message in short} == {5}


async def test_faults_of_prices_and_invoices_can_be_ordered_by_name(erp, platform):
    product = await mug(erp, platform, "PLAT-77")
    await erp.door("POST", "worlds/loja/faults", {"call": "webhook:precos", "what": "duplicate"})
    await change(erp, product, preco="64.90")
    assert [dados["preco"] for dados in platform.dados] == ["64.90", "64.90"]
    assert (await erp.door_status("POST", "worlds/loja/faults", {"call": "webhook:nota_fiscal", "what": "drop"}))[
        0
    ] == 201
