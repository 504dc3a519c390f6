"""What the ERP tells the platform of its integration, and when (stock webhook §2, order webhooks §3 and §4).

A message is made at the moment of the change; every attempt to deliver it says the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson

from fake_erp.company import dotted_cnpj
from fake_erp.deliveries import Delivery
from fake_erp.envelope import encode_json
from fake_erp.moods import AMOUNT, HOLLOW, IDENTIFIER, INTEGER, WORD, Kind, Table
from fake_erp.records import Mapping, Product, plain
from fake_erp.situations import DESCRIPTIONS

if TYPE_CHECKING:
    from fake_erp.integrations import Integration
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
_ENVELOPE = Table(cnpj=WORD, idEcommerce=INTEGER, tipo=WORD, versao=WORD)


def stock(world: ErpWorld, product: Product, *, moved: bool) -> None:
    """Tell a product's balance, once for each of its announcements on the platform.

    In physical mode only a movement counts; in available mode what is reserved counts too (§2.1).
    """
    for mapping in world.catalogue.mappings(product.id):
        integration = world.integrations.get(mapping.idEcommerce)
        if integration and (moved or not integration.send_physical):
            balance(world, integration, product, mapping)


def balance(world: ErpWorld, integration: Integration, product: Product, mapping: Mapping) -> None:
    """Tell what an integration is to know of a product's stock, if it has an address for that."""
    if integration.address("estoque"):
        values = _balance(world, integration, product, mapping)
        _post(world, integration, "estoque", f"product:{product.id}", _STOCK, values)


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
    _post(world, integration, "situacao_pedido", f"order:{order.id}", _SITUATION, values)


def tracking(world: ErpWorld, order: Order) -> None:
    """Tell an order's tracking code; the platform's answer may name its own delivery (order webhooks §4)."""
    integration = world.integrations.get(order.id_ecommerce)
    if integration is None or not integration.address("rastreio"):
        return
    told = order.tracking
    values = {
        "idEntregaEcommerce": order.delivery_id,
        "idVendaTiny": order.id,
        "idNotaFiscalTiny": order.note_id,
        "idPedidoEcommerce": order.numero_ecommerce,
        "codigoRastreio": told.get("codigo_rastreamento", ""),
        "urlRastreio": told.get("url_rastreamento", ""),
        "transportadora": told.get("nome_transportador", ""),
        "formaEnvio": told.get("forma_envio", ""),
        "formaFrete": told.get("forma_frete", ""),
    }

    def confirmed(answer: bytes) -> None:
        order.delivery_id = _delivery_named(answer) or order.delivery_id

    _post(world, integration, "rastreio", f"order:{order.id}", _TRACKING, values, confirmed)


def _balance(world: ErpWorld, integration: Integration, product: Product, mapping: Mapping) -> dict[str, Any]:
    """The balance of the chosen depot, or of those that count; less what is reserved in available mode (§2.2)."""
    level = world.level(product)
    amount = next((held for depot, held in level.depots if depot.nome == integration.depot), level.physical)
    if not integration.send_physical and world.settings.reservation:
        amount -= level.reserved
    return {
        "tipoEstoque": "F" if integration.send_physical else "D",
        "saldo": plain(amount),
        "idProduto": product.id,
        "sku": product.codigo,
        "skuMapeamento": mapping.skuMapeamento,
        "skuMapeamentoPai": mapping.skuMapeamentoPai,
    }


def _post(
    world: ErpWorld,
    integration: Integration,
    tipo: str,
    lane: str,
    table: Table,
    values: dict[str, Any],
    confirmed: Callable[[bytes], None] | None = None,
) -> None:
    number, now = len(world.courier.log) + 1, world.clock.now()
    speller = world.moods.speller(f"webhook:{tipo}", number)
    cnpj = world.company.cnpj
    envelope = speller.record(
        _ENVELOPE,
        {
            # Digits in the documentation, punctuated in one fixture (stock webhook §1).
            "cnpj": dotted_cnpj(cnpj) if speller.roll("pontos") < 64 else cnpj,
            "idEcommerce": integration.id,
            "tipo": tipo,
            "versao": "1.0.1" if speller.roll("versao") < 64 else "1.0.0",
        },
    )
    message = {**envelope, "dados": speller.record(table, values)}
    body, content_type = _packed(message, world.settings.webhook_dialect)
    world.courier.post(
        Delivery(
            id=number,
            tipo=tipo,
            channel=integration.id,
            lane=f"{integration.id}:{tipo}:{lane}",
            message=message,
            body=body,
            content_type=content_type,
            made=now,
            due=now,
            confirmed=confirmed,
        )
    )


def _packed(message: dict[str, Any], dialect: str) -> tuple[bytes, str]:
    """JSON, JSON under another type, or a form whose `dados` is JSON text (stock webhook §1)."""
    if dialect == "form":
        fields = {**message, "dados": encode_json(message["dados"]).decode()}
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    return encode_json(message), "application/json" if dialect == "json" else "text/plain; charset=utf-8"


def _delivery_named(answer: bytes) -> int:
    """The platform's number for a delivery in its answer; 0 if it named none."""
    try:
        named = orjson.loads(answer)["idEntregaEcommerce"]
        return int(named)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return 0


def address_for(world: ErpWorld, delivery: Delivery) -> str:
    """The address that is entered now for a message of this kind; "" if none is."""
    integration = world.integrations.get(delivery.channel)
    return integration.address(delivery.tipo) if integration else ""
