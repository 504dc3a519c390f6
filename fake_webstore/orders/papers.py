"""What accompanies an order (§10.8): shipment, invoice, external reference; written into a draft of it.

The shapes were checked. `at` is where the document sits in the request.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from fake_webstore import shapes
from fake_webstore.errors import ApiError, Detail, Invalid
from fake_webstore.formats import parse_time, time_text
from fake_webstore.orders.moves import CHAIN, UNPAID
from fake_webstore.orders.records import Fields
from scenarios.harness.documents import with_nfe_digit

_SHIPPABLE = frozenset(CHAIN[:5]) | {"not_delivered"}
_INVOICE_KEYS = ("number", "series", "access_key", "issued_at", "amount", "xml_url", "danfe_url")


def ship(draft: Fields, document: dict[str, Any], statuses: tuple[str, ...], at: tuple[str, ...] = ()) -> None:
    """Carrier and tracking; one of the statuses (of now, of before the move) must allow it. Raises ApiError."""
    if not _SHIPPABLE.intersection(statuses):
        raise ApiError(409, "order_not_paid" if statuses[0] in UNPAID else "order_closed")
    values = dict(document)
    if values.get("shipped_at") is not None:
        values["shipped_at"] = moment_text(values["shipped_at"], *at, "shipped_at")
    if (day := values.get("estimated_delivery_at")) is not None:
        try:
            date.fromisoformat(day)
        except ValueError:
            raise Invalid(shapes.detail("invalid_format", *at, "estimated_delivery_at")) from None
    draft["shipping"].update(values)


def bill(draft: Fields, document: dict[str, Any], at: tuple[str, ...] = ()) -> None:
    """The NF-e; another key than the one set only with `replace`. Raises ApiError."""
    key = document["access_key"]
    if with_nfe_digit(key[:43]) != key:
        where = shapes.field_path((*at, "access_key"))
        raise Invalid(Detail(where, "invalid_check_digit", "The check digit of the access key does not match."))
    issued_at = moment_text(document["issued_at"], *at, "issued_at")
    before = draft["invoice"]
    if before and before["access_key"] != key and not document.get("replace"):
        raise ApiError(409, "invoice_already_set")
    draft["invoice"] = {name: document.get(name) for name in _INVOICE_KEYS} | {"issued_at": issued_at}


def refer(draft: Fields, document: dict[str, Any]) -> None:
    """The lock of an import: set once, the same values again are welcome. Raises ApiError."""
    reference = {
        "system": document["system"],
        "id": document["id"],
        "number": document.get("number"),
        "imported_at": moment_text(document["imported_at"], "imported_at"),
    }
    if draft["external_reference"] not in (None, reference):
        raise ApiError(409, "already_referenced")
    draft["external_reference"] = reference


def moment_text(text: str, *path: str) -> str:
    """A time of a request as answers write it. Raises Invalid for one that no calendar has."""
    try:
        return str(time_text(parse_time(text)))
    except (ValueError, OverflowError):
        raise Invalid(shapes.detail("invalid_format", *path)) from None
