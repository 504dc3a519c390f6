"""The four writes of the app on an order (§10.8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fake_webstore import shapes
from fake_webstore.errors import ApiError, Detail, Invalid
from fake_webstore.formats import parse_time
from fake_webstore.orders import papers
from fake_webstore.orders.change import Actor, commit
from fake_webstore.orders.moves import UNPAID, move
from fake_webstore.orders.records import Order
from fake_webstore.records import Store
from fake_webstore.world import Platform

_APP: Actor = "app:erp"
_MOST_AHEAD = timedelta(minutes=5)


def put_status(world: Platform, store: Store, order: Order, document: dict[str, Any]) -> None:
    """Change the status, with shipment and invoice in the same transaction. Raises ApiError."""
    shapes.require("StatusWrite", document)
    _require_reason(document)
    at, draft = _occurred_at(world, document), order.fields
    before, status = order.status, document["status"]
    if status != before:
        move(draft, status, at, document.get("reason"))
        _require_offline(draft, status)
    if "shipment" in document:
        papers.ship(draft, document["shipment"], (before, status), at=("shipment",))
    if "invoice" in document:
        papers.bill(draft, document["invoice"], at=("invoice",))
    commit(world, store, order, draft, _APP, at=at, note=document.get("note"))


def put_shipment(world: Platform, store: Store, order: Order, document: dict[str, Any]) -> None:
    """Carrier and tracking. Raises ApiError."""
    shapes.require("ShipmentWrite", document)
    draft = order.fields
    papers.ship(draft, document, (order.status,))
    commit(world, store, order, draft, _APP)


def put_invoice(world: Platform, store: Store, order: Order, document: dict[str, Any]) -> None:
    """NF-e data. Raises ApiError."""
    shapes.require("InvoiceWrite", document)
    draft = order.fields
    papers.bill(draft, document)
    commit(world, store, order, draft, _APP)


def put_reference(world: Platform, store: Store, order: Order, document: dict[str, Any]) -> None:
    """*Imported as ERP order N*. Raises ApiError."""
    shapes.require("ExternalReferenceWrite", document)
    draft = order.fields
    papers.refer(draft, document)
    commit(world, store, order, draft, _APP)


def _require_reason(document: dict[str, Any]) -> None:
    """`reason` belongs to `cancelled`, and to nothing else."""
    if document["status"] == "cancelled" and "reason" not in document:
        raise Invalid(shapes.detail("required", "reason"))
    if document["status"] != "cancelled" and "reason" in document:
        raise Invalid(shapes.detail("not_allowed_value", "reason"))


def _require_offline(draft: dict[str, Any], status: str) -> None:
    """What a gateway says of a payment is not the app's to say (§10.1)."""
    if status in UNPAID | {"paid"} and not all(payment["offline"] for payment in draft["payments"]):
        raise ApiError(409, "payment_managed_by_gateway")


def _occurred_at(world: Platform, document: dict[str, Any]) -> datetime:
    if "occurred_at" not in document:
        return world.now()
    moment = parse_time(papers.moment_text(document["occurred_at"], "occurred_at"))
    if moment > world.clock.now() + _MOST_AHEAD:
        raise Invalid(Detail("occurred_at", "too_large", "The time is more than 5 minutes ahead."))
    return moment
