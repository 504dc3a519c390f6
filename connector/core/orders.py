"""From an order of the shop to one of the ERP, its money proved to the cent; and whose order a found one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from connector.core.reasons import Reason

_CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Who buys. Documents without punctuation; the address is the billing address."""

    kind: str
    name: str
    trade_name: str
    document: str
    state_registration: str
    rg: str
    email: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where to; `zip_code` is 8 digits."""

    recipient: str
    street: str
    number: str
    complement: str
    district: str
    city: str
    state: str
    zip_code: str
    phone: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of an order. `unit_price` is before `discount`, which is the whole line's."""

    code: str
    name: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """A part of a payment and when it is due."""

    due: date
    amount: Decimal
    method: str


@dataclass(frozen=True, kw_only=True)
class ShopOrder:
    """An order as the shop has it; amounts in BRL. `reference` is the ERP order it has become, if any."""

    order_id: int
    number: str
    status: str
    created_at: datetime
    updated_at: datetime
    buyer: Buyer
    billing: Address
    shipping: Address | None
    lines: tuple[Line, ...]
    instalments: tuple[Instalment, ...]
    carrier: str
    service: str
    modality: str
    freight_payer: str
    discount: Decimal
    freight: Decimal
    surcharge: Decimal
    total: Decimal
    notes: str
    tracking_code: str
    reference: str
    reference_number: str
    cancel_reason: str


@dataclass(frozen=True, kw_only=True)
class ErpOrder:
    """What is sent. `discount` is the whole order's; `mark` finds it again beyond doubt (decisions §3)."""

    order: ShopOrder
    product_ids: Mapping[str, str]
    situation: str
    discount: Decimal
    mark: str


@dataclass(frozen=True, kw_only=True)
class Hold:
    """The order waits, whole, for a person or for an event."""

    reason: Reason
    detail: str


def mark_of(store_id: int, order_id: int) -> str:
    """What is unique to one order of one shop, for the ERP's internal note."""
    # Closed at both ends, so that no mark is found inside a longer one.
    return f"[Webstore {store_id}/{order_id}]"


def goods_of(order: ShopOrder) -> Decimal:
    """What the lines cost before any discount, each rounded to the cent as the ERP does."""
    return sum(((line.quantity * line.unit_price).quantize(_CENT, ROUND_HALF_UP) for line in order.lines), Decimal(0))


def translate(order: ShopOrder, store_id: int, product_ids: Mapping[str, str]) -> ErpOrder | Hold:
    """The sales order to insert, or why it has to wait. `product_ids` is code → ERP id of what the ERP has."""
    if unknown := [line.code for line in order.lines if line.code not in product_ids]:
        return Hold(reason=Reason.ORDER_UNKNOWN_CODE, detail=", ".join(dict.fromkeys(unknown)))
    discount = sum((line.discount for line in order.lines), order.discount)
    proof = goods_of(order) - discount + order.freight + order.surcharge
    if proof != order.total:
        arithmetic = f"{goods_of(order)} - {discount} + {order.freight} + {order.surcharge} = {proof} ≠ {order.total}"
        return Hold(reason=Reason.ORDER_MONEY, detail=arithmetic)
    parts = sum((part.amount for part in order.instalments), Decimal(0))
    if order.instalments and parts != order.total:
        return Hold(reason=Reason.ORDER_MONEY, detail=f"parcelas {parts} ≠ {order.total}")
    return ErpOrder(
        order=order,
        product_ids=product_ids,
        situation="approved",
        discount=discount,
        mark=mark_of(store_id, order.order_id),
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    """An order of the ERP that a search has brought."""

    erp_id: str
    number: str
    shop_number: str
    integrator_id: str
    document: str
    total: Decimal | None
    internal_note: str
    is_cancelled: bool


def is_ours(found: Found, order: ShopOrder, store_id: int, integrator_id: str | None) -> bool:
    """Whether it is this shop's order: by the mark, else by number, document and total (decisions §3, §25)."""
    if found.is_cancelled and order.status != "cancelled":
        return False
    mark = mark_of(store_id, order.order_id)
    if mark in found.internal_note:
        return True
    if "[Webstore " in found.internal_note or found.shop_number != order.number:
        return False
    if integrator_id and found.integrator_id and found.integrator_id != integrator_id:
        return False
    return found.document == order.buyer.document and found.total == order.total
