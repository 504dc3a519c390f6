"""The control door's routes about a store's orders: place, pay, cancel, edit, look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from fake_webstore.orders import checkout, editing, views, wish
from fake_webstore.orders.records import Order
from fake_webstore.records import Store
from fake_webstore.world import Platform
from scenarios.harness.door import DoorError, answer, read_object

Act = Callable[[Platform, Store, Order, dict[str, Any]], None]
Visit = Callable[[Platform, Store, web.Request], Awaitable[web.Response]]


async def place_orders(world: Platform, store: Store, request: web.Request) -> web.Response:
    """The checkout. The answer lists the orders in full, whatever their number."""
    document = await read_object(request, wish.KEYS)
    try:
        placed = checkout.place(world, store, wish.parse(document))
    except wish.Refused as refusal:
        raise DoorError(str(refusal)) from None
    return answer({"orders": [_shown(store, order) for order in placed]}, 201)


def list_orders(store: Store, offset: int, limit: int) -> web.Response:
    """Full documents with their history, by id, for comparing with the ERP."""
    found = list(store.orders.values())
    return answer({"total": len(found), "orders": [_shown(store, order) for order in found[offset : offset + limit]]})


def on_order(known: set[str], act: Act) -> Visit:
    """A route that does something to the order of its path and answers with it."""

    async def visit(world: Platform, store: Store, request: web.Request) -> web.Response:
        order = store.orders.get(int(request.match_info["order"]))
        if order is None:
            return answer({"error": f"no order {request.match_info['order']} in this store"}, 404)
        document = await read_object(request, known)
        try:
            act(world, store, order, document)
        except wish.Refused as refusal:
            raise DoorError(str(refusal)) from None
        return answer(_shown(store, order))

    return visit


def show(_: Platform, __: Store, ___: Order, ____: dict[str, Any]) -> None:
    """Looking changes nothing."""


def pay(world: Platform, store: Store, order: Order, _: dict[str, Any]) -> None:
    """The gateway confirms the payment."""
    checkout.pay(world, store, order)


def cancel(world: Platform, store: Store, order: Order, document: dict[str, Any]) -> None:
    """By the buyer if that is the reason, else by the merchant."""
    reason = document.get("reason", "customer")
    if reason not in editing.REASONS:
        raise DoorError(f"reason must be one of {', '.join(editing.REASONS)}, not {reason!r}")
    editing.cancel(world, store, order, reason, "customer" if reason == "customer" else "merchant")


def _shown(store: Store, order: Order) -> dict[str, Any]:
    return {**views.order(store, order), "history": order.history}
