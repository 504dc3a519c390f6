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
from connector.core.tracking import Tracking, clean
from connector.wire.erp_orders import situation_of
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
    """Something about an order has changed: its number in the shop (may be empty) and in the ERP.

    `tells_situation` without a `situation` is a word that nobody knows. The rest is empty where it is not told.
    """

    company: str
    integrator_id: str
    shop_number: str
    erp_id: str
    tells_situation: bool
    situation: str | None
    tracking: Tracking
    invoice_id: str


@dataclass(frozen=True, kw_only=True)
class InvoiceMessage:
    """An invoice was authorised. Its own id, the order's id and the order's number may each be missing."""

    company: str
    integrator_id: str
    shop_number: str
    erp_id: str
    invoice_id: str
    key: str
    url: str


@dataclass(frozen=True, kw_only=True)
class OtherMessage:
    """A kind that we do not use."""

    kind: str


Message = StockMessage | OrderMessage | InvoiceMessage | OtherMessage

# Contract, stock webhook, section 2.3.
_KINDS = {"F": "physical", "D": "available"}

_SITUATION_TYPES = {"situacao_pedido", "inclusao_pedido", "atualizacao_pedido"}
_TRACKING_TYPE, _INVOICE_TYPE = "rastreio", "nota_fiscal"


def parse_message(body: str) -> Message:
    """A message in any of the forms met: JSON under any type, or a form with JSON in `dados`. Raises ContractBroken."""
    envelope = envelope_of(body)
    content = envelope.get("dados")
    if not isinstance(content, Mapping):
        raise ContractBroken(Reason.MESSAGE_UNREADABLE, "no dados object")
    company = re.sub(r"[^0-9A-Z]", "", text(envelope, "cnpj").upper())
    integrator = identifier(envelope, "idEcommerce")
    kind = text(envelope, "tipo").lower()
    if kind == "estoque" or (not kind and "saldo" in content):
        return _stock(company, integrator, content)
    if kind in _SITUATION_TYPES or kind == _TRACKING_TYPE:
        return _order(company, integrator, content, tells_situation=kind in _SITUATION_TYPES)
    if kind == _INVOICE_TYPE:
        return _invoice(company, integrator, content)
    return OtherMessage(kind=kind)


def tracking_answer(body: bytes) -> dict[str, Any] | None:
    """What a tracking message is answered with: its own number of the delivery (erp-order-webhooks §4).

    None for any other message, whose answer's body the ERP ignores.
    """
    try:
        envelope = envelope_of(body.decode())
    except (UnicodeDecodeError, ContractBroken):
        return None
    content = envelope.get("dados")
    if not isinstance(content, Mapping) or text(envelope, "tipo").lower() != _TRACKING_TYPE:
        return None
    number = content.get("idEntregaEcommerce")
    return {"idEntregaEcommerce": number if isinstance(number, int | str) else 0}


def envelope_of(body: str) -> Mapping[str, Any]:
    """The document that a body is or holds. Raises ContractBroken."""
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


def _order(company: str, integrator: str, content: Mapping[str, Any], *, tells_situation: bool) -> OrderMessage:
    # A code where there is one; descriptions are met in its place (erp-orders §13.1).
    words = ("situacao", "codigoSituacao", "descricaoSituacao")
    word = next((word for name in words if (word := text(content, name))), "")
    return OrderMessage(
        company=company,
        integrator_id=integrator,
        shop_number=identifier(content, "idPedidoEcommerce"),
        # `idVendaTiny` in the integration family, `id` or `idPedido` in the account family (erp-observed).
        erp_id=identifier(content, "idVendaTiny") or identifier(content, "id") or identifier(content, "idPedido"),
        tells_situation=tells_situation,
        situation=situation_of(word) if tells_situation else None,
        tracking=clean(Tracking(code=text(content, "codigoRastreio"), url=text(content, "urlRastreio"))),
        invoice_id=identifier(content, "idNotaFiscal") or identifier(content, "idNotaFiscalTiny"),
    )


def _invoice(company: str, integrator: str, content: Mapping[str, Any]) -> InvoiceMessage:
    return InvoiceMessage(
        company=company,
        integrator_id=integrator,
        shop_number=identifier(content, "idPedidoEcommerce"),
        erp_id=identifier(content, "idVendaTiny") or identifier(content, "idPedido"),
        # The account's family has been read with `id` (erp-order-webhooks §6). Whatever it names, the invoice that is
        # read tells whose it is.
        invoice_id=identifier(content, "idNotaFiscalTiny") or identifier(content, "id"),
        key="".join(text(content, "chaveAcesso").split()),
        url=text(content, "urlDanfe"),
    )


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
