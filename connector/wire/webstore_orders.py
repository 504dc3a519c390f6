"""Orders on the shop's wire (webstore-api §10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.core.errors import ContractBroken
from connector.core.invoices import Paper
from connector.core.orders import Address, Buyer, Instalment, Intermediary, Line, ListedOrder, Payment, ShopOrder
from connector.core.reasons import Reason
from connector.core.tracking import Shipment

_BRASILIA = ZoneInfo("America/Sao_Paulo")


def parse_order(document: Any) -> ShopOrder:
    """A full order, in a list or by itself."""
    try:
        return _order(document)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ContractBroken(Reason.SHOP_CONTRACT, f"order: {type(error).__name__} {error}") from error


def parse_listed(document: Any) -> ListedOrder:
    """Which order it is; that no more of it is read keeps a strange one from holding up the others of its list."""
    try:
        return ListedOrder(order_id=int(document["id"]), status=document["status"])
    except (KeyError, TypeError, ValueError) as error:
        raise ContractBroken(Reason.SHOP_CONTRACT, f"orders: {type(error).__name__} {error}") from error


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
        payments=tuple(_payment(payment) for payment in d["payments"]),
        intermediary=_intermediary(d["intermediary"]),
        carrier=shipping["carrier_code"] or "",
        carrier_name=shipping["carrier_name"] or "",
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
        tracking_url=shipping["tracking_url"] or "",
    )


def _payment(d: Mapping[str, Any]) -> Payment:
    return Payment(
        method=d["method"],
        amount=Decimal(d["amount"]),
        card_brand=d["card_brand"] or "",
        # What the gateway knows it by: a card's authorisation, else its own number of the transaction.
        authorization=d["authorization_code"] or d["transaction_id"] or "",
        institution=d["intermediary_cnpj"] or "",
    )


def _intermediary(d: Mapping[str, Any] | None) -> Intermediary | None:
    return Intermediary(name=d["name"] or "", document=d["cnpj"] or "") if d else None


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
        is_icms_contributor=d["icms_taxpayer"] == "contributor",
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
        total=Decimal(d["total"]),
    )


def status_document(status: str, shipment: Shipment | None, reason: str | None, *, notify: bool) -> dict[str, Any]:
    """The body of `PUT /orders/{id}/status` (section 10.8); `reason` is a cancellation's."""
    document: dict[str, Any] = {"status": status, "notify_customer": notify}
    if reason is not None:
        document["reason"] = reason
    if shipment is not None:
        document["shipment"] = shipment_document(shipment)
    return document


def shipment_document(shipment: Shipment) -> dict[str, str | None]:
    """The body of `PUT /orders/{id}/shipment` (section 10.8)."""
    known = {"tracking_code": shipment.code, "tracking_url": shipment.url, "carrier_name": shipment.carrier}
    return {key: value for key, value in known.items() if value != ""}


def invoice_document(paper: Paper, danfe_url: str, *, replaces: bool) -> dict[str, Any]:
    """The body of `PUT /orders/{id}/invoice` (section 10.8)."""
    document: dict[str, Any] = {
        "number": paper.number,
        "series": paper.series,
        "access_key": paper.key,
        # The ERP tells the day only: its beginning in Brasília.
        "issued_at": datetime.combine(paper.issued_on, time.min, _BRASILIA).isoformat(),
        "amount": format(paper.amount.quantize(Decimal("0.01"), ROUND_HALF_UP), "f"),
    }
    if danfe_url.startswith(("https://", "http://")):
        document["danfe_url"] = danfe_url
    if replaces:
        document["replace"] = True
    return document
