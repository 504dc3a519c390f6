"""Orders on the shop's wire (webstore-api §10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connector.core.errors import ContractBroken
from connector.core.orders import Address, Buyer, Instalment, Line, ShopOrder
from connector.core.reasons import Reason


def parse_order(document: Any) -> ShopOrder:
    """A full order, in a list or by itself."""
    try:
        return _order(document)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ContractBroken(Reason.SHOP_CONTRACT, f"order: {type(error).__name__} {error}") from error


def _order(d: Mapping[str, Any]) -> ShopOrder:
    shipping, reference = d["shipping"], d["external_reference"] or {}
    return ShopOrder(
        order_id=int(d["id"]),
        number=str(d["number"]),
        status=d["status"],
        created_at=datetime.fromisoformat(d["created_at"]),
        updated_at=datetime.fromisoformat(d["updated_at"]),
        buyer=_buyer(d["customer"]),
        billing=_address(d["billing_address"]),
        shipping=_address(d["shipping_address"]) if d["shipping_address"] else None,
        lines=tuple(_line(item) for item in d["items"]),
        instalments=tuple(
            Instalment(
                due=date.fromisoformat(part["due_date"]), amount=Decimal(part["amount"]), method=payment["method"]
            )
            for payment in d["payments"]
            for part in payment["installments"]
        ),
        carrier=shipping["carrier_code"] or "",
        service=shipping["service"] or "",
        modality=shipping["modality"],
        freight_payer=shipping["freight_payer"],
        discount=Decimal(d["discount"]),
        freight=Decimal(d["shipping_cost"]),
        surcharge=Decimal(d["surcharge"]),
        total=Decimal(d["total"]),
        notes=d["customer_notes"] or "",
        tracking_code=shipping["tracking_code"] or "",
        reference=reference.get("id") or "",
        reference_number=reference.get("number") or "",
        cancel_reason=d["cancel_reason"] or "",
    )


def _buyer(d: Mapping[str, Any]) -> Buyer:
    return Buyer(
        kind=d["person_type"],
        name=d["name"],
        trade_name=d["trade_name"] or "",
        document=d["cpf"] or d["cnpj"] or d["foreign_document"] or "",
        state_registration=d["ie"] or "",
        rg=d["rg"] or "",
        email=d["email"] or "",
        phone=(d["mobile_phone"] or d["phone"] or "").removeprefix("+55"),
    )


def _address(d: Mapping[str, Any]) -> Address:
    return Address(
        recipient=d["recipient"] or "",
        street=d["street"],
        number=d["number"] or "",
        complement=d["complement"] or "",
        district=d["district"],
        city=d["city"],
        state=d["state"],
        zip_code=d["zip_code"],
        phone=(d["phone"] or "").removeprefix("+55"),
        reference=d["reference"] or "",
    )


def _line(d: Mapping[str, Any]) -> Line:
    return Line(
        code=d["code"],
        name=d["name"],
        unit=d["unit"],
        quantity=Decimal(str(d["quantity"])),
        unit_price=Decimal(d["unit_price"]),
        discount=Decimal(d["discount"]),
    )


def status_document(status: str, tracking: Mapping[str, str] | None, reason: str | None = None) -> dict[str, Any]:
    """The body of `PUT /orders/{id}/status` (section 10.8)."""
    document: dict[str, Any] = {"status": status}
    if reason is not None:
        document["reason"] = reason
    if tracking:
        document["shipment"] = dict(tracking)
    return document


def shipment_document(code: str, url: str, carrier: str) -> dict[str, str]:
    """What is known of a shipment; `{}` for nothing."""
    # The shop takes whole web addresses only; one that it would refuse must not hold back the code.
    address = url if url.startswith(("https://", "http://")) else ""
    known = {"tracking_code": code[:60], "tracking_url": address, "carrier_name": carrier[:60]}
    return {key: value for key, value in known.items() if value} if code or address else {}
