"""The status table of orders (§10.1): which status may follow which, and what a move writes into the order."""

from __future__ import annotations

from datetime import datetime
from random import Random

from fake_webstore.errors import ApiError, Detail
from fake_webstore.formats import time_text
from fake_webstore.orders.records import Fields

CHAIN = ("paid", "preparing", "invoiced", "ready_to_ship", "shipped", "delivered")
UNPAID = frozenset({"awaiting_payment", "payment_review"})
# §9: orders in these hold stock.
RESERVING = UNPAID | {"paid", "preparing"}
_TABLE: dict[str, tuple[str, ...]] = {
    "awaiting_payment": ("payment_review", "paid", "cancelled"),
    "payment_review": ("awaiting_payment", "paid", "cancelled"),
    # Any later link of the chain: skipping is allowed.
    **{status: (*CHAIN[CHAIN.index(status) + 1 :], "cancelled") for status in CHAIN[:4]},
    "shipped": ("delivered", "not_delivered"),
    "not_delivered": ("shipped", "cancelled"),
    "delivered": (),
    "cancelled": (),
}


def allowed_after(status: str) -> tuple[str, ...]:
    """What may follow a status."""
    return _TABLE[status]


def move(draft: Fields, status: str, at: datetime, reason: str | None = None) -> None:
    """Take the order to another status. Raises ApiError 409 with the values that are allowed."""
    before = draft["status"]
    if status not in (allowed := allowed_after(before)):
        raise ApiError(409, "invalid_transition", [Detail("status", "not_allowed_value", value) for value in allowed])
    draft["status"] = status
    moment = time_text(at)
    if status == "paid":
        _confirm_payments(draft, moment)
    elif status == "shipped" and (before == "not_delivered" or draft["shipping"]["shipped_at"] is None):
        draft["shipping"]["shipped_at"] = moment
    elif status == "delivered":
        draft["shipping"]["delivered_at"] = moment
    elif status == "cancelled":
        draft["cancelled_at"], draft["cancel_reason"] = moment, reason


def _confirm_payments(draft: Fields, moment: str | None) -> None:
    draft["payment_status"], draft["paid_at"] = "paid", moment
    for payment in draft["payments"]:
        payment["status"], payment["paid_at"] = "paid", moment
        if payment["method"] == "credit_card":
            # The acquirer's numbers, the same whenever the payment comes.
            random = Random(payment["transaction_id"])
            payment["authorization_code"] = "".join(random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=6))
            payment["nsu"] = f"{random.randrange(1_000_000):06}"
