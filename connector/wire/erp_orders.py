"""Sales orders on the ERP's wire (erp-orders §2–5, §13)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from connector.core.errors import ContractBroken, Doubtful, Refused
from connector.core.orders import Address, ErpOrder, Found, Instalment, ShopOrder
from connector.core.reasons import Reason
from connector.wire.erp_values import decimal, identifier, need, objects, text
from connector.wire.latin import latin

_BRASILIA = ZoneInfo("America/Sao_Paulo")

# Contract, orders, section 13.1: codes are written, descriptions are read; both are met everywhere.
_SITUATIONS = {
    "aberto": "open",
    "em aberto": "open",
    "aprovado": "approved",
    "preparando envio": "preparing",
    "faturado": "invoiced",
    "faturado (atendido)": "invoiced",
    "atendido": "invoiced",
    "pronto envio": "ready",
    "pronto para envio": "ready",
    "enviado": "shipped",
    "entregue": "delivered",
    "nao entregue": "not_delivered",
    "cancelado": "cancelled",
    "cancelado pelo marketplace": "cancelled",
    "dados incompletos": "incomplete",
}
_CODES = {"approved": "aprovado", "cancelled": "cancelado", "open": "aberto"}

# How much of each the ERP takes (section 2.2), in letters of Latin-1.
_NAME, _RECIPIENT, _STREET, _COMPLEMENT, _DISTRICT, _CITY, _EMAIL, _NOTE = 30, 60, 50, 50, 30, 30, 50, 100

# Section 13.2; anything else is `multiplas`, as clients do.
_PAYMENT = {
    "pix": "pix",
    "boleto": "boleto",
    "credit_card": "credito",
    "debit_card": "debito",
    "bank_transfer": "deposito",
}
# Section 13.3 and 13.4.
_FREIGHT_PAYER = {"store": "R", "buyer": "D", "third_party": "T"}
_SHIPPING_FORM = {"correios": "C", "jadlog": "J", "loggi": "LOGGI", "total_express": "TOTALEXPRESS"}


@dataclass(frozen=True, kw_only=True)
class Inserted:
    """The ERP's ids of a new order."""

    erp_id: str
    number: str


@dataclass(frozen=True, kw_only=True)
class ErpOrderState:
    """How far an order has come in the ERP."""

    situation: str
    tracking_code: str
    tracking_url: str
    carrier: str


def situation_code(situation: str) -> str:
    """The code that sets a situation."""
    return _CODES[situation]


def order_document(wanted: ErpOrder, integrator_id: str | None) -> str:
    """The JSON text of `pedido` for `pedido.incluir.php`; cut to the sizes of section 2.2."""
    order, place = wanted.order, wanted.order.shipping
    day = order.created_at.astimezone(_BRASILIA).date()
    document: dict[str, Any] = {
        # Brasília's date: one in UTC falls on the next day late in the evening (erp-observed).
        "data_pedido": _date(day),
        "numero_pedido_ecommerce": order.number,
        "ecommerce": "Webstore",
        "situacao": _CODES[wanted.situation],
        "obs": _cut(_notes(order), _NOTE),
        "obs_internas": wanted.mark,
        "cliente": _customer(wanted),
        "itens": [{"item": _line(wanted, line)} for line in order.lines],
        "forma_pagamento": _method({part.method for part in order.instalments}),
        "parcelas": [{"parcela": _instalment(part, (part.due - day).days)} for part in order.instalments],
        "frete_por_conta": "S" if order.modality in ("pickup", "digital") else _FREIGHT_PAYER[order.freight_payer],
        "forma_envio": "S" if order.modality in ("pickup", "digital") else _SHIPPING_FORM.get(order.carrier, "X"),
        "forma_frete": _cut(order.service, 30),
        "valor_frete": str(order.freight),
        "valor_desconto": str(wanted.discount),
        "outras_despesas": str(order.surcharge),
    }
    if integrator_id:
        document["id_ecommerce"] = int(integrator_id)
    if place is not None:
        document["endereco_entrega"] = _address(place) | {"nome_destinatario": _cut(place.recipient, _RECIPIENT)}
    return orjson.dumps({"pedido": document}).decode()


def _notes(order: ShopOrder) -> str:
    """What does not fit where it belongs goes to the note, what the parcel needs first.

    Of the address only what was cut off; the rest stands where it belongs.
    """
    place, buyer = order.shipping or order.billing, order.buyer
    cut = (
        (place.street, _STREET),
        (place.complement, _COMPLEMENT),
        (place.district, _DISTRICT),
        (place.city, _CITY),
        (place.recipient if order.shipping else "", _RECIPIENT),
    )
    parts = [f"Pedido Webstore {order.number}"]
    parts += [f"...{rest}" for value, size in cut if (rest := latin(value)[size:].strip())]
    parts += [place.reference] if place.reference else []
    parts += [buyer.name] if len(latin(buyer.name)) > _NAME else []
    parts += [buyer.email] if len(buyer.email) > _EMAIL else []
    parts += [order.notes] if order.notes else []
    return " | ".join(parts)


def _customer(wanted: ErpOrder) -> dict[str, str]:
    buyer = wanted.order.buyer
    customer = _address(wanted.order.billing) | {
        "nome": _cut(buyer.name, _NAME),
        "tipo_pessoa": buyer.kind,
        "cpf_cnpj": buyer.document,
        "ie": buyer.state_registration[:18],
        "rg": buyer.rg[:10],
        "fone": (buyer.phone or wanted.order.billing.phone)[:40],
        "pais": "Brasil",
        "atualizar_cliente": "S",
    }
    if buyer.trade_name:
        customer["nome_fantasia"] = _cut(buyer.trade_name, 60)
    # A cut address would be another one (clients drop it, section 2.2).
    if len(buyer.email) <= _EMAIL:
        customer["email"] = buyer.email
    return customer


def _address(place: Address) -> dict[str, str]:
    return {
        "endereco": _cut(place.street, _STREET),
        "numero": _cut(place.number, 10) or "S/N",
        "complemento": _cut(place.complement, _COMPLEMENT),
        "bairro": _cut(place.district, _DISTRICT),
        "cep": place.zip_code,
        "cidade": _cut(place.city, _CITY),
        "uf": place.state,
        "fone": place.phone[:40],
    }


def _line(wanted: ErpOrder, line: Any) -> dict[str, str]:
    return {
        "id_produto": wanted.product_ids[line.code],
        "codigo": line.code,
        "descricao": _cut(line.name, 120),
        "unidade": line.unit[:3],
        "quantidade": format(line.quantity, "f"),
        "valor_unitario": str(line.unit_price),
    }


def _instalment(part: Instalment, days: int) -> dict[str, str]:
    return {
        "dias": str(max(0, days)),
        "data": _date(part.due),
        "valor": str(part.amount),
        "forma_pagamento": _method({part.method}),
    }


def _method(methods: set[str]) -> str:
    return _PAYMENT.get(next(iter(methods)), "multiplas") if len(methods) == 1 else "multiplas"


def _date(day: Any) -> str:
    return f"{day:%d/%m/%Y}"


def _cut(value: str, limit: int) -> str:
    """At most that much of it; what is cut off stands in the notes."""
    return latin(value)[:limit].strip()


def parse_inserted(content: Mapping[str, Any]) -> Inserted:
    """The record of an insert that went well at the top. Raises Refused, or Doubtful where it says nothing certain."""
    records = objects(content, "registros", "registro")
    if len(records) != 1:
        # `OK` with empty registros means that nothing happened (erp-observed); only a look makes it certain.
        raise Doubtful(Reason.ORDER_IN_DOUBT, f"{len(records)} records in the answer")
    record = records[0]
    if text(record, "status").lower() != "ok":
        raise refusal_of(record)
    erp_id = identifier(record, "id")
    if not erp_id:
        raise Doubtful(Reason.ORDER_IN_DOUBT, "a record without id")
    return Inserted(erp_id=erp_id, number=text(record, "numero"))


def refusal_of(record: Mapping[str, Any]) -> Refused | Doubtful:
    """What a record that failed calls for: code 30 and 35 say look, the rest says no."""
    code = text(record, "codigo_erro")
    errors = record.get("erros")
    entries = errors if isinstance(errors, list) else [errors]
    words = "; ".join(text(e, "erro") if isinstance(e, Mapping) else str(e) for e in entries if e)[:300]
    if code == "30":
        # "Already there" says look (decisions §4): it may be ours, or another shop's with the same number.
        return Doubtful(Reason.ORDER_NUMBER_TAKEN, words)
    if code in ("35", "99", ""):
        return Doubtful(Reason.ORDER_IN_DOUBT, f"code {code}: {words}")
    return Refused(Reason.ORDER_REFUSED, code, words)


def parse_hits(content: Mapping[str, Any] | None, number: str) -> list[str]:
    """ERP ids of the listed orders with this shop number; the filter is not exact (section 3)."""
    rows = objects(content or {}, "pedidos", "pedido")
    return [identifier(row, "id") for row in rows if text(row, "numero_ecommerce") in ("", number)]


def parse_changed(content: Mapping[str, Any] | None) -> tuple[list[str], int]:
    """ERP ids of a page of changed orders, and how many pages there are."""
    if content is None:
        return [], 0
    rows = objects(content, "pedidos", "pedido")
    return [identifier(row, "id") for row in rows], int(decimal(content, "numero_paginas") or 1)


def parse_found(content: Mapping[str, Any]) -> Found:
    """An order of `pedido.obter.php`, as far as it tells whose it is."""
    record = need(content, "pedido")
    shop, customer = record.get("ecommerce"), record.get("cliente")
    shop = shop if isinstance(shop, Mapping) else {}
    customer = customer if isinstance(customer, Mapping) else {}
    return Found(
        erp_id=identifier(record, "id"),
        number=text(record, "numero"),
        shop_number=text(record, "numero_ecommerce") or text(shop, "numeroPedidoEcommerce"),
        integrator_id=identifier(shop, "id"),
        document=re.sub(r"[^0-9A-Z]", "", text(customer, "cpf_cnpj").upper()),
        total=_cents(decimal(record, "total_pedido")),
        internal_note=text(record, "obs_interna") or text(record, "obs_internas"),
        is_cancelled=_situation(record) == "cancelled",
    )


def _cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"))


def parse_state(content: Mapping[str, Any]) -> ErpOrderState:
    """The situation and tracking of an order of `pedido.obter.php`."""
    record = need(content, "pedido")
    return ErpOrderState(
        situation=_situation(record),
        tracking_code=text(record, "codigo_rastreamento"),
        tracking_url=text(record, "url_rastreamento"),
        carrier=text(record, "nome_transportador"),
    )


def _situation(record: Mapping[str, Any]) -> str:
    words = unicodedata.normalize("NFKD", text(record, "situacao").lower()).encode("ascii", "ignore").decode()
    word = words.replace("_", " ").strip()
    if word not in _SITUATIONS:
        raise ContractBroken(Reason.ERP_CONTRACT, f"unknown situation {word!r}")
    return _SITUATIONS[word]
