"""The one error body of the API (§12) and the exceptions that become it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MESSAGES = {
    "malformed_json": "The body is not valid JSON.",
    "missing_user_agent": "Send a User-Agent that names the app and a contact.",
    "bad_request": "The request cannot be understood.",
    "missing_token": "Send an Authorization header.",
    "invalid_token": "The credentials are unknown.",
    "token_revoked": "The token was revoked by an uninstall or a new install.",
    "store_suspended": "The store is suspended: it can be read, not written.",
    "insufficient_scope": "The token lacks a scope that this call needs.",
    "wrong_store": "The token does not open this store.",
    "not_found": "There is no such resource.",
    "method_not_allowed": "The resource does not take this method.",
    "product_deleted": "A deleted product holds this code; the merchant can restore it in the panel.",
    "code_is_variant": "The code belongs to a variant.",
    "product_has_variants": "The product has variants: write the stock of each of them.",
    "duplicate_webhook": "A subscription with this url exists.",
    "invalid_transition": "The order cannot go to this status; details list where it can go.",
    "payment_managed_by_gateway": "The gateway confirms this payment, not the app.",
    "order_not_paid": "The order is not paid.",
    "order_closed": "The order is delivered or cancelled.",
    "invoice_already_set": "The order has another invoice: send replace after it was cancelled.",
    "already_referenced": "The order was imported with other values.",
    "store_closed": "The store is closed.",
    "payload_too_large": "The body is larger than 2 MiB.",
    "unsupported_media_type": "Send a body with Content-Type: application/json.",
    "validation_failed": "The request has invalid fields.",
    "rate_limited": "Too many requests for this store: wait as Retry-After says.",
    "internal_error": "Something went wrong.",
    "maintenance": "The platform is under maintenance.",
    "journal_full": "The journal of this world is full: reset the world.",
}


@dataclass(frozen=True)
class Detail:
    """What is wrong with one field; `field` is a path such as `variants[1].code`, or None."""

    field: str | None
    code: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        return {"field": self.field, "code": self.code, "message": self.message}


class ApiError(Exception):
    """An answer other than success."""

    def __init__(
        self, status: int, code: str, details: list[Detail] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.details = details or []
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> dict[str, Any]:
        return {"error": {**self.summary(), "request_id": request_id}}

    def summary(self) -> dict[str, Any]:
        """Code, message and details, as a line of a batch shows them."""
        return {
            "code": self.code,
            "message": MESSAGES[self.code],
            "details": [detail.as_dict() for detail in self.details],
        }


class Invalid(ApiError):
    """422 with at least one detail."""

    def __init__(self, *details: Detail) -> None:
        super().__init__(422, "validation_failed", list(details))


def not_found() -> ApiError:
    return ApiError(404, "not_found")
