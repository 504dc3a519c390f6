"""Messages of the ERP (erp-stock-webhook, erp-order-webhooks): bytes to values. Decides by the body alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import orjson

from connector.core.errors import ContractBroken
from connector.core.reasons import Reason
from connector.wire.erp_values import decimal, identifier, text


@dataclass(frozen=True, kw_only=True)
class StockMessage:
    """A new balance. `kind` is physical or available, None for the account family, which names no mapping."""

    company: str
    integrator_id: str
    erp_id: str
    code: str
    balance: Decimal
    kind: str | None
    product_id: str
    parent_id: str


@dataclass(frozen=True, kw_only=True)
class OrderMessage:
    """Something about an order has changed: its number in the shop (may be empty) and in the ERP."""

    company: str
    integrator_id: str
    shop_number: str
    erp_id: str


@dataclass(frozen=True, kw_only=True)
class OtherMessage:
    """A kind that we do not use."""

    kind: str


Message = StockMessage | OrderMessage | OtherMessage

# Contract, stock webhook, section 2.3.
_KINDS = {"F": "physical", "D": "available"}

_ORDER_TYPES = {"situacao_pedido", "rastreio", "nota_fiscal", "inclusao_pedido", "atualizacao_pedido"}


def parse_message(body: str) -> Message:
    """A message in any of the forms met: JSON under any type, or a form with JSON in `dados`. Raises ContractBroken."""
    envelope = _envelope(body)
    content = envelope.get("dados")
    if not isinstance(content, Mapping):
        raise ContractBroken(Reason.MESSAGE_UNREADABLE, "no dados object")
    company = re.sub(r"[^0-9A-Z]", "", text(envelope, "cnpj").upper())
    integrator = identifier(envelope, "idEcommerce")
    kind = text(envelope, "tipo").lower()
    if kind == "estoque" or (not kind and "saldo" in content):
        return _stock(company, integrator, content)
    if kind in _ORDER_TYPES:
        return OrderMessage(
            company=company,
            integrator_id=integrator,
            shop_number=identifier(content, "idPedidoEcommerce"),
            # `idVendaTiny` in the integration family, `id` or `idPedido` in the account family (erp-observed).
            erp_id=identifier(content, "idVendaTiny") or identifier(content, "id") or identifier(content, "idPedido"),
        )
    return OtherMessage(kind=kind)


def _envelope(body: str) -> Mapping[str, Any]:
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError:
        envelope = _from_form(body)
    if not isinstance(envelope, Mapping):
        raise ContractBroken(Reason.MESSAGE_UNREADABLE, "neither JSON nor a form with dados")
    return envelope


def _from_form(body: str) -> Mapping[str, Any] | None:
    """`dados=<JSON>`, at times beside `tipo`: the whole envelope or its content alone."""
    try:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        content = orjson.loads(form["dados"])
    except (KeyError, ValueError):
        return None
    if isinstance(content, Mapping) and "dados" in content:
        return content
    return {**form, "dados": content}


def _stock(company: str, integrator: str, content: Mapping[str, Any]) -> StockMessage:
    balance, erp_id = decimal(content, "saldo"), identifier(content, "idProduto")
    if balance is None or not erp_id:
        raise ContractBroken(Reason.MESSAGE_UNREADABLE, "a stock message without saldo or idProduto")
    return StockMessage(
        company=company,
        integrator_id=integrator,
        erp_id=erp_id,
        code=text(content, "sku"),
        balance=balance,
        # The account family names neither an integration nor a kind (erp-stock-webhook §5).
        kind=_KINDS.get(text(content, "tipoEstoque").upper()) if integrator else None,
        product_id=identifier(content, "skuMapeamento"),
        parent_id=identifier(content, "skuMapeamentoPai"),
    )
