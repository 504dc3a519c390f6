"""The payment gateway: it confirms, reviews, refuses, lets expire and gives back (§10.1, 10.6)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from fake_webstore.agenda import Errand
from fake_webstore.errors import ApiError
from fake_webstore.orders import money
from fake_webstore.orders.change import Actor, commit
from fake_webstore.orders.moves import UNPAID, move
from fake_webstore.orders.records import Fields, Order
from fake_webstore.orders.wish import Refused, Wish
from fake_webstore.records import Store
from fake_webstore.world import Platform


def placed(world: Platform, store: Store, order: Order, wish: Wish) -> None:
    """What follows a checkout: payment at once, a review, a payment later, or nothing until it expires."""
    if wish.status == "paid":
        pay(world, store, order)
        return
    if wish.status == "payment_review":
        review(world, store, order)
    if wish.pay_after is not None:
        world.agenda.later(wish.pay_after, Errand("pay", store.id, order.id))
    expires = [payment["expires_at"] for payment in order.fields["payments"] if payment["expires_at"]]
    if expires:
        seconds = (datetime.fromisoformat(min(expires)) - world.now()).total_seconds()
        world.agenda.later(max(0.0, seconds), Errand("expire", store.id, order.id))


def pay(world: Platform, store: Store, order: Order, actor: Actor = "platform") -> None:
    """The gateway, or the merchant, confirms the payment. Raises ApiError for an order that cannot be paid."""
    draft = order.fields
    move(draft, "paid", world.now())
    commit(world, store, order, draft, actor)


def review(world: Platform, store: Store, order: Order) -> None:
    """A card payment is looked at by a person first. Raises ApiError."""
    draft = order.fields
    move(draft, "payment_review", world.now())
    _mark(draft, "in_review")
    commit(world, store, order, draft, "platform")


def refuse(world: Platform, store: Store, order: Order) -> None:
    """The gateway refuses the payment, and the order is cancelled for it. Raises ApiError."""
    _end_unpaid(world, store, order, "refused")


def refund(world: Platform, store: Store, order: Order, amount: Decimal | None) -> None:
    """Give back a part of what was paid, or all of it; the order's status stays. Raises Refused."""
    draft = order.fields
    if draft["payment_status"] not in ("paid", "partially_refunded"):
        raise Refused(f"order {order.number} is {draft['payment_status']}: only what was paid can be given back")
    total = Decimal(draft["total"])
    if amount is not None and not 0 < amount <= total:
        raise Refused(f"amount must be above 0 and not above {money.text(total)}")
    _mark(draft, "refunded" if amount in (None, total) else "partially_refunded")
    commit(world, store, order, draft, "platform")


def charge_back(world: Platform, store: Store, order: Order) -> None:
    """The buyer's bank takes the money back; the order's status stays (§10.1). Raises Refused."""
    draft = order.fields
    if draft["payment_status"] not in ("paid", "partially_refunded"):
        raise Refused(f"order {order.number} is {draft['payment_status']}: only what was paid can be charged back")
    _mark(draft, "chargeback")
    commit(world, store, order, draft, "platform")


def pay_if_open(world: Platform, store: Store, order: Order) -> None:
    """The buyer pays after a while, unless the order has ended."""
    if order.status in UNPAID:
        pay(world, store, order)


def expire_if_open(world: Platform, store: Store, order: Order) -> None:
    """Nobody has paid in time."""
    # What is being reviewed has been paid in time.
    if order.status == "awaiting_payment":
        _end_unpaid(world, store, order, "expired")


def _end_unpaid(world: Platform, store: Store, order: Order, payment_status: str) -> None:
    if order.status not in UNPAID:
        raise ApiError(409, "invalid_transition")
    draft = order.fields
    move(draft, "cancelled", world.now(), "payment")
    _mark(draft, payment_status)
    commit(world, store, order, draft, "platform")


def _mark(draft: Fields, status: str) -> None:
    draft["payment_status"] = status
    for payment in draft["payments"]:
        payment["status"] = status
