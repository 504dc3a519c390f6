"""Invoices on the ERP's wire (erp-orders §10, §13.6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from connector.core.errors import ContractBroken
from connector.core.invoices import PENDING, VALID, VOID, Invoice
from connector.wire.erp_values import decimal, identifier, need, text

# Section 10.2: only these mean a valid invoice. Section 13.6: cancelled and denied ones never become valid.
_STATES = {"6": VALID, "7": VALID, "3": VOID, "10": VOID}


def parse_invoice(content: Mapping[str, Any]) -> Invoice:
    """The invoice of `nota.fiscal.obter.php`."""
    record = need(content, "nota_fiscal")
    return Invoice(
        invoice_id=identifier(record, "id"),
        order_id=identifier(record, "id_venda"),
        state=_STATES.get(text(record, "situacao"), PENDING),
        # Clients strip blanks from it (section 10.2).
        key="".join(text(record, "chave_acesso").split()),
        number=_number(record, "numero"),
        series=_number(record, "serie"),
        issued_on=_day(text(record, "data_emissao")),
        amount=decimal(record, "valor_nota"),
    )


def parse_link(content: Mapping[str, Any]) -> str:
    """The address of `nota.fiscal.obter.link.php`."""
    return text(content, "link_nfe")


def _number(record: Mapping[str, Any], key: str) -> int | None:
    """Zero-padded text or a number (erp-order-webhooks §5); None for what is neither."""
    try:
        value = decimal(record, key)
    except ContractBroken:
        return None
    return int(value) if value is not None and value == value.to_integral_value() else None


def _day(words: str) -> date | None:
    try:
        day, month, year = map(int, words[:10].split("/"))
        return date(year, month, day)
    except ValueError:
        return None
