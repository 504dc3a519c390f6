"""What the ERP tells the platform of its integration, and when (stock webhook §2 and §3, order webhooks §3 to §5).

What the account tells besides is in `account_messages`; who changes something calls this module alone.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from fake_erp import account_messages, messages, shipping
from fake_erp.moods import AMOUNT, HOLLOW, IDENTIFIER, INTEGER, NOTHING, NUMERAL, WORD, Kind, Table, number
from fake_erp.records import Mapping, Product, plain
from fake_erp.situations import DESCRIPTIONS

if TYPE_CHECKING:
    from fake_erp.deliveries import Delivery
    from fake_erp.integrations import Integration
    from fake_erp.invoices import Note
    from fake_erp.orders import Order
    from fake_erp.worlds import ErpWorld

_STOCK = Table(
    tipoEstoque=WORD,
    saldo=AMOUNT,
    idProduto=INTEGER,
    sku=HOLLOW,
    skuMapeamento=IDENTIFIER,
    skuMapeamentoPai=HOLLOW,
)
_SITUATION = Table(idPedidoEcommerce=WORD, idVendaTiny=INTEGER, situacao=WORD, descricaoSituacao=WORD)
_TRACKING_TEXTS = ("codigoRastreio", "urlRastreio", "transportadora", "formaEnvio", "formaFrete")
_TRACKING_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("idEntregaEcommerce", "idVendaTiny", "idNotaFiscalTiny"), INTEGER),
    "idPedidoEcommerce": WORD,
    **dict.fromkeys(_TRACKING_TEXTS, WORD),
}
_TRACKING = Table(**_TRACKING_KINDS)
# `numero` as text or number, `valorNota` always a number (§5).
_INVOICE = Table(
    chaveAcesso=WORD,
    numero=WORD,
    serie=NUMERAL,
    urlDanfe=WORD,
    idPedidoEcommerce=WORD,
    dataEmissao=WORD,
    valorNota=WORD,
    idNotaFiscalTiny=INTEGER,
)
# An older sample ends before these (§5).
_OF_LATER_INVOICES = ("dataEmissao", "valorNota", "idNotaFiscalTiny")


def _promotion(text: str, roll: int) -> Any:
    """No promotion is 0 or "" (stock webhook §3)."""
    return text if Decimal(text) else ("0", "", text)[roll % 3]


# All texts in the observed typing (stock webhook §3).
_PRICE = Table(
    idMapeamento=NUMERAL,
    skuMapeamento=IDENTIFIER,
    skuMapeamentoPai=HOLLOW,
    nome=WORD,
    codigo=WORD,
    preco=WORD,
    precoPromocional=Kind(NOTHING, str, _promotion),
)


def stock(world: ErpWorld, product: Product, *, moved: bool) -> None:
    """Tell a product's balance, once for each of its announcements on the platform.

    In physical mode only a movement counts; in available mode what is reserved counts too (§2.1). The account tells
    movements only (§5).
    """
    for mapping in world.catalogue.mappings(product.id):
        integration = world.integrations.get(mapping.idEcommerce)
        if integration and (moved or not integration.send_physical):
            balance(world, integration, product, mapping)
    if moved:
        account_messages.tell_stock(world, product)


def balance(world: ErpWorld, integration: Integration, product: Product, mapping: Mapping) -> None:
    """Tell what an integration is to know of a product's stock, if it has an address for that."""
    if not integration.address("estoque"):
        return
    values = {
        "tipoEstoque": "F" if integration.send_physical else "D",
        "saldo": plain(amount_for(world, integration, product)),
        "idProduto": product.id,
        "sku": product.codigo,
        "skuMapeamento": mapping.skuMapeamento,
        "skuMapeamentoPai": mapping.skuMapeamentoPai,
    }
    _post(world, integration, "estoque", f"product:{product.id}", _STOCK, values, product.id)


def amount_for(world: ErpWorld, integration: Integration, product: Product) -> Decimal:
    """The balance of the chosen depot, or of those that count; less what is reserved in available mode (§2.2)."""
    level = world.level(product)
    amount = next((held for depot, held in level.depots if depot.nome == integration.depot), level.physical)
    if not integration.send_physical and world.settings.reservation:
        amount -= level.reserved
    return amount


def price(world: ErpWorld, product: Product) -> None:
    """Tell a product's prices, once for each of its announcements (stock webhook §3)."""
    for mapping in world.catalogue.mappings(product.id):
        integration = world.integrations.get(mapping.idEcommerce)
        if integration is None or not integration.address("precos"):
            continue
        values = {
            "idMapeamento": mapping.idMapeamento,
            "skuMapeamento": mapping.skuMapeamento,
            "skuMapeamentoPai": mapping.skuMapeamentoPai,
            "nome": product.nome,
            "codigo": product.codigo,
            "preco": price_on(mapping.preco, product.preco),
            "precoPromocional": price_on(mapping.preco_promocional, product.preco_promocional),
        }
        _post(world, integration, "precos", f"product:{product.id}", _PRICE, values, product.id)


def price_on(of_platform: str, of_product: str) -> str:
    """The price specific to a platform where there is one (products §2.2), else the product's own."""
    return of_platform if Decimal(of_platform or "0") else of_product


def order_inserted(world: ErpWorld, order: Order) -> None:
    """Tell of a new order: the account of every one, the integration where the world says so."""
    account_messages.tell_order(world, order, account_messages.INSERTED)
    if world.settings.announce_inserted:
        situation(world, order)


def order_changed(world: ErpWorld, order: Order) -> None:
    """Tell, as the account, that anything of an order changed (order webhooks §6)."""
    account_messages.tell_order(world, order, account_messages.CHANGED)


def situation(world: ErpWorld, order: Order) -> None:
    """Tell an order's situation, if the order belongs to the integration (order webhooks §3)."""
    integration = world.integrations.get(order.id_ecommerce)
    if integration is None or not integration.address("situacao_pedido"):
        return
    values = {
        "idPedidoEcommerce": order.numero_ecommerce,
        "idVendaTiny": order.id,
        "situacao": order.situacao,
        "descricaoSituacao": DESCRIPTIONS[order.situacao],
    }
    _post(world, integration, "situacao_pedido", f"order:{order.id}", _SITUATION, values, order.id)


def tracking(world: ErpWorld, order: Order) -> None:
    """Tell an order's tracking code; the platform's answer may name its own delivery (order webhooks §4)."""
    integration = world.integrations.get(order.id_ecommerce)
    if integration is None or not integration.address("rastreio"):
        return
    told = order.freight
    form = shipping.form_of(told["forma_envio"])
    values = {
        "idEntregaEcommerce": order.delivery_id,
        "idVendaTiny": order.id,
        "idNotaFiscalTiny": order.note_id,
        "idPedidoEcommerce": order.numero_ecommerce,
        "codigoRastreio": told["codigo_rastreamento"],
        "urlRastreio": told["url_rastreamento"],
        "transportadora": told["nome_transportador"],
        # The sample has its name, not its code (§4).
        "formaEnvio": form.nome if form else told["forma_envio"],
        "formaFrete": told["forma_frete"],
    }
    _post(world, integration, "rastreio", f"order:{order.id}", _TRACKING, values, order.id)


def invoice(world: ErpWorld, note: Note) -> None:
    """Tell of an invoice whose order belongs to an integration (order webhooks §5)."""
    order = world.orders.get(note.order_id)
    integration = world.integrations.get(order.id_ecommerce) if order else None
    if integration is None or not integration.address("nota_fiscal"):
        return
    speller = messages.speller(world, integration.id, "nota_fiscal")
    # Zero-padded at times, and read as a number by some (§5).
    digits = note.numero.lstrip("0") or "0"
    shown = {0: digits.zfill(6), 1: int(digits) if digits.isdecimal() else digits}.get(speller.roll("numero") % 4)
    values = {
        "chaveAcesso": note.chave_acesso,
        "numero": note.numero if shown is None else shown,
        "serie": note.serie,
        "urlDanfe": note.url_danfe,
        "idPedidoEcommerce": note.numero_ecommerce,
        "dataEmissao": note.data_emissao.strftime("%d/%m/%Y"),
        "valorNota": number(str(note.valor)),
        "idNotaFiscalTiny": note.id,
    }
    content = speller.record(_INVOICE, values)
    if messages.version(speller) == "1.0.0" and speller.roll("completa") < 64:
        content = {name: value for name, value in content.items() if name not in _OF_LATER_INVOICES}
    messages.post(world, integration.id, "nota_fiscal", f"nota_fiscal:note:{note.id}", content, subject=note.id)


def confirmed(world: ErpWorld, delivery: Delivery, answer: bytes) -> None:
    """Take from the answer that confirmed a message what the ERP reads of it: the name of a delivery (§4)."""
    order = world.orders.get(delivery.subject) if delivery.tipo == "rastreio" else None
    if order is not None:
        order.delivery_id = _delivery_named(answer) or order.delivery_id


def _post(
    world: ErpWorld, integration: Integration, tipo: str, lane: str, table: Table, values: dict[str, Any], subject: int
) -> None:
    content = messages.speller(world, integration.id, tipo).record(table, values)
    messages.post(world, integration.id, tipo, f"{tipo}:{lane}", content, subject=subject)


def _delivery_named(answer: bytes) -> int:
    """The platform's number for a delivery in its answer; 0 if it named none."""
    try:
        named = orjson.loads(answer)["idEntregaEcommerce"]
        return int(named)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return 0
