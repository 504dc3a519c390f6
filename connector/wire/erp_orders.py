"""What the ERP says of sales orders (erp-orders §2.4, §3, §4, §13.1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.core.errors import ContractBroken, Doubtful, Refused
from connector.core.orders import Found
from connector.core.reasons import Reason
from connector.core.tracking import Tracking, clean
from connector.wire.erp_values import decimal, identifier, need, objects, text

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


@dataclass(frozen=True, kw_only=True)
class Inserted:
    """The ERP's ids of a new order."""

    erp_id: str
    number: str


@dataclass(frozen=True, kw_only=True)
class ErpOrderState:
    """How far an order has come in the ERP."""

    situation: str
    tracking: Tracking
    invoice_id: str


@dataclass(frozen=True, kw_only=True)
class ChangedOrder:
    """A row of the list of changed orders; None where the row does not say, or says a word that nobody knows."""

    erp_id: str
    situation: str | None
    tracking_code: str


@dataclass(frozen=True, kw_only=True)
class ChangedPage:
    """A page of the list of changed orders, and how many pages there are."""

    rows: tuple[ChangedOrder, ...]
    pages: int


@dataclass(frozen=True, kw_only=True)
class ListedOrder:
    """A row of a list of orders; `shop_number` is at times missing, `situation` is None for an unknown word."""

    erp_id: str
    number: str
    shop_number: str
    total: Decimal | None
    situation: str | None


@dataclass(frozen=True, kw_only=True)
class DayPage:
    """A page of a day's orders, and how many pages there are."""

    rows: tuple[ListedOrder, ...]
    pages: int


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


def parse_changed(content: Mapping[str, Any] | None) -> ChangedPage:
    """A page of changed orders; None is a list with nothing in it."""
    if content is None:
        return ChangedPage(rows=(), pages=0)
    rows = tuple(
        ChangedOrder(
            erp_id=identifier(row, "id"),
            situation=situation_of(text(row, "situacao")),
            tracking_code=text(row, "codigo_rastreamento"),
        )
        for row in objects(content, "pedidos", "pedido")
    )
    return ChangedPage(rows=rows, pages=int(decimal(content, "numero_paginas") or 1))


def parse_day(content: Mapping[str, Any] | None) -> DayPage:
    """A page of a day's orders; None is a list with nothing in it."""
    if content is None:
        return DayPage(rows=(), pages=0)
    rows = tuple(
        ListedOrder(
            erp_id=identifier(row, "id"),
            number=text(row, "numero"),
            shop_number=text(row, "numero_ecommerce"),
            total=_cents(decimal(row, "valor")),
            situation=situation_of(text(row, "situacao")),
        )
        for row in objects(content, "pedidos", "pedido")
    )
    return DayPage(rows=rows, pages=int(decimal(content, "numero_paginas") or 1))


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
        situation=_situation(record),
    )


def _cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"))


def parse_state(content: Mapping[str, Any]) -> ErpOrderState:
    """The situation and tracking of an order of `pedido.obter.php`."""
    record = need(content, "pedido")
    return ErpOrderState(
        situation=_situation(record),
        tracking=clean(
            Tracking(
                code=text(record, "codigo_rastreamento"),
                url=text(record, "url_rastreamento"),
                carrier=text(record, "nome_transportador"),
            )
        ),
        invoice_id=identifier(record, "id_nota_fiscal"),
    )


def _situation(record: Mapping[str, Any]) -> str:
    word = text(record, "situacao")
    found = situation_of(word)
    if found is None:
        raise ContractBroken(Reason.ERP_CONTRACT, f"unknown situation {word[:40]!r}")
    return found


def situation_of(word: str) -> str | None:
    """The neutral name of a situation's code or description; None for one that nobody knows."""
    plain = unicodedata.normalize("NFKD", word.lower()).encode("ascii", "ignore").decode()
    return _SITUATIONS.get(plain.replace("_", " ").strip())
