"""Compares the orders of both sides: one to one, money, lines, customers, situations, tracking.

Like `connector.demo.compare` it shares nothing with the connector's own rules.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.demo.tally import Tally

ONE_TO_ONE, TOTAL, ITEMS = "Pedidos, um a um", "Total do pedido", "Itens do pedido"
CUSTOMER, SITUATION, TRACKING = "Cliente", "Situação", "Rastreamento"
ORDER_ROWS = (ONE_TO_ONE, TOTAL, ITEMS, CUSTOMER, SITUATION, TRACKING)

# The contract's table of both sides' words (webstore-api §10.1).
_STATUSES = {
    "aberto": ("awaiting_payment", "payment_review"),
    "aprovado": ("paid",),
    "preparando_envio": ("preparing",),
    "faturado": ("invoiced",),
    "pronto_envio": ("ready_to_ship",),
    "enviado": ("shipped",),
    "entregue": ("delivered",),
    "nao_entregue": ("not_delivered",),
    "cancelado": ("cancelled",),
}

# What the ERP keeps of a name (webstore-api §10.4).
_LONGEST_NAME = 30

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ErpSales:
    """What the ERP holds of its sales; `codes` is product id → code."""

    orders: list[Document]
    contacts: dict[int, Document]
    codes: dict[int, str]


def compare_orders(erp: ErpSales, shop: list[Document]) -> Tally:
    """Every order of the shop, all of which ought to be in the ERP, and every order of the ERP."""
    result, by_number = Tally(ORDER_ROWS), defaultdict(list)
    for order in erp.orders:
        by_number[order["numero_ecommerce"]].append(order)
    for placed in shop:
        found, where = by_number.pop(str(placed["number"]), []), f"order {placed['number']}"
        result.add(ONE_TO_ONE, where, [(str(order["id"]), str(order["numero"])) for order in found], [_named(placed)])
        if found:
            _compare_order(result, where, erp, found[0], placed)
    for strangers in by_number.values():
        for order in strangers:
            result.add(ONE_TO_ONE, f"ERP order {order['numero']}", order["numero_ecommerce"], None)
    return result


def _named(placed: Document) -> tuple[str, str]:
    """The order of the ERP that the shop says it has become."""
    reference = placed["external_reference"] or {"id": None, "number": None}
    return reference["id"], reference["number"]


def _compare_order(result: Tally, where: str, erp: ErpSales, order: Document, placed: Document) -> None:
    result.add(TOTAL, where, Decimal(order["total_pedido"]), Decimal(placed["total"]))
    result.add(ITEMS, where, [_sold(item, erp.codes) for item in order["itens"]], [_bought(i) for i in placed["items"]])
    result.add(CUSTOMER, where, _contact(erp.contacts.get(order["id_contato"])), _buyer(placed["customer"]))
    result.add(SITUATION, where, _status(order["situacao"], placed["status"]), placed["status"])
    sent, shown = _despatch(order), _shipment(placed["shipping"])
    if any(sent) or any(shown):
        result.add(TRACKING, where, sent, shown)


def _sold(item: Document, codes: dict[int, str]) -> tuple[str, Decimal, Decimal]:
    """Code, quantity, unit price. A line that counts against another product's stock says so."""
    code, product = item["codigo"], codes.get(item["id_produto"])
    named = code if code == product else f"{code} (product {product})"
    return named, Decimal(item["quantidade"]), Decimal(item["valor_unitario"])


def _bought(item: Document) -> tuple[str, Decimal, Decimal]:
    return item["code"], Decimal(str(item["quantity"])), Decimal(item["unit_price"])


def _contact(contact: Document | None) -> tuple[str, str, str] | None:
    """Kind of person, name, CPF or CNPJ."""
    if contact is None:
        return None
    return contact["tipo_pessoa"], contact["nome"], re.sub(r"[^0-9A-Z]", "", contact["cpf_cnpj"])


def _buyer(customer: Document) -> tuple[str, str, str]:
    document = customer["cpf"] or customer["cnpj"] or customer["foreign_document"]
    return customer["person_type"], customer["name"][:_LONGEST_NAME].strip(), document


def _status(situacao: str, shown: str) -> str:
    """What the shop ought to show; the word that it shows, where the table has several."""
    allowed = _STATUSES.get(situacao, (situacao,))
    return shown if shown in allowed else " or ".join(allowed)


def _despatch(order: Document) -> tuple[str, str]:
    """Code and address of the tracking."""
    return order["codigo_rastreamento"], order["url_rastreamento"]


def _shipment(shipping: Document) -> tuple[str, str]:
    return shipping["tracking_code"] or "", shipping["tracking_url"] or ""
