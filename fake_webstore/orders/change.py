"""One committed change of an order: version, history, stock and webhook, together or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fake_webstore import webhooks
from fake_webstore.agenda import Errand
from fake_webstore.formats import time_text
from fake_webstore.orders import reserve
from fake_webstore.orders.moves import RESERVING
from fake_webstore.orders.records import Fields, Order
from fake_webstore.records import Store
from fake_webstore.world import Platform

Actor = Literal["platform", "merchant", "app:erp", "customer"]
# How long the gateway takes to give the money of a cancelled order back (§10.1: "some ticks later").
GATEWAY_SECONDS = 10
# What was paid is refunded, what was open is voided; what was refused or has expired has ended already.
_AFTER_CANCELLING = {
    **dict.fromkeys(("paid", "partially_refunded"), "refunded"),
    **dict.fromkeys(("pending", "in_review", "authorized"), "voided"),
}


def commit(
    world: Platform,
    store: Store,
    order: Order,
    draft: Fields,
    actor: Actor,
    *,
    at: datetime | None = None,
    note: str | None = None,
) -> bool:
    """Make `draft` the order; False, and nothing happens, if it says nothing new.

    A history line is written where one of the two statuses changes (§10.8).
    """
    before = order.fields
    if draft == before:
        return False
    order.fields = {**draft, "version": order.version + 1, "updated_at": time_text(world.now())}
    if _statuses(draft) != _statuses(before):
        add_line(world, order, actor, at=at, note=note)
    if before["status"] in RESERVING and order.status not in RESERVING:
        reserve.release_all(store, before)
    event = _event(before, order)
    webhooks.emit_order(world, store, event, order)
    if event == "cancelled":
        world.agenda.later(GATEWAY_SECONDS, Errand("give_back", store.id, order.id))
    return True


def add_line(
    world: Platform, order: Order, actor: Actor, *, at: datetime | None = None, note: str | None = None
) -> None:
    """A history line with the order's statuses of now."""
    order.history.append(
        {
            "status": order.status,
            "payment_status": order.payment_status,
            "occurred_at": time_text(at or world.now()),
            "recorded_at": time_text(world.now()),
            "actor": actor,
            "note": note,
        }
    )


def _statuses(fields: Fields) -> tuple[str, str]:
    return fields["status"], fields["payment_status"]


def _event(before: Fields, order: Order) -> str:
    """The most special of the three events of a change (§11.1)."""
    if order.status == "cancelled" != before["status"]:
        return "cancelled"
    if order.payment_status == "paid" and not order.paid_before:
        order.paid_before = True
        return "paid"
    return "updated"


def give_back(world: Platform, store: Store, order: Order) -> None:
    """The gateway voids or refunds the payments of a cancelled order."""
    draft = order.fields
    for payment in draft["payments"]:
        payment["status"] = _AFTER_CANCELLING.get(payment["status"], payment["status"])
    draft["payment_status"] = draft["payments"][0]["status"]
    commit(world, store, order, draft, "platform")
