"""An order of the shop and what it becomes in the ERP; and whose order a found one is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from connector.core.reasons import Reason


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
    is_icms_contributor: bool = False

    @property
    def erp_document(self) -> str:
        """What the ERP knows the buyer by: a foreigner's document is none (erp-contacts, advice 1)."""
        return "" if self.kind == "E" else self.document


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
    """A line of an order. `unit_price` is before `discount`, which is the whole line's; `total` is the shop's own."""

    code: str
    name: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class Payment:
    """How a part of an order was paid; texts are empty where there is nothing to tell."""

    method: str
    amount: Decimal
    card_brand: str
    authorization: str
    institution: str


@dataclass(frozen=True, kw_only=True)
class Intermediary:
    """The marketplace through which an order came."""

    name: str
    document: str


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """A part of a payment and when it is due."""

    due: date
    amount: Decimal
    method: str


@dataclass(frozen=True, kw_only=True)
class ListedOrder:
    """An order of the shop as a list names it."""

    order_id: int
    status: str


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
    payments: tuple[Payment, ...]
    intermediary: Intermediary | None
    carrier: str
    carrier_name: str
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
    tracking_url: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpOrder:
    """What is sent. `discount` and `surcharge` are the whole order's; `mark` finds it again for certain (decisions §3).

    `depot` and `nature` (of operation) are the ERP's, by name; empty for those that it has chosen itself.
    """

    order: ShopOrder
    product_ids: Mapping[str, str]
    situation: str
    discount: Decimal
    surcharge: Decimal
    instalments: tuple[Instalment, ...]
    mark: str
    depot: str
    nature: str
    overwrites_customer: bool


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the merchant has chosen for orders."""

    depot: str | None = None
    nature: str | None = None
    contributor_nature: str | None = None
    overwrites_customer: bool = True


@dataclass(frozen=True, kw_only=True)
class Hold:
    """The order waits, whole, for a person or for an event."""

    reason: Reason
    detail: str


def mark_of(store_id: int, order_id: int) -> str:
    """What is unique to one order of one shop, for the ERP's internal note."""
    # Closed at both ends, so that no mark is found inside a longer one.
    return f"[Webstore {store_id}/{order_id}]"


def content_print(order: ShopOrder) -> str:
    """A print of what the ERP was told of an order: another print, another order than the one that was sent."""
    lines = [(line.code, line.quantity.normalize(), line.unit_price, line.discount) for line in order.lines]
    told = (lines, order.shipping, order.buyer.document, order.discount, order.freight, order.surcharge, order.total)
    return hashlib.sha256(repr(told).encode()).hexdigest()


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
    situation: str = ""


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
    return found.document == order.buyer.erp_document and found.total == order.total
