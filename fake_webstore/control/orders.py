"""The control door's routes about a store's orders: place, pay, cancel, edit, look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from fake_webstore.orders import checkout, editing, gateway, generator, views, wish
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


async def start_trade(world: Platform, store: Store, request: web.Request) -> web.Response:
    """Orders at a rate, on the world's clock."""
    document = await read_object(request, generator.KEYS)
    try:
        return answer(generator.start(world, store, document).as_dict(), 201)
    except wish.Refused as refusal:
        raise DoorError(str(refusal)) from None


async def show_trade(_: Platform, store: Store, __: web.Request) -> web.Response:
    return answer(store.trade.as_dict() if store.trade else {})


async def stop_trade(_: Platform, store: Store, __: web.Request) -> web.Response:
    generator.stop(store)
    return answer(store.trade.as_dict() if store.trade else {})


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
    gateway.pay(world, store, order)


def refuse(world: Platform, store: Store, order: Order, _: dict[str, Any]) -> None:
    """The gateway refuses the payment of an order that waits."""
    gateway.refuse(world, store, order)


def refund(world: Platform, store: Store, order: Order, document: dict[str, Any]) -> None:
    """The gateway gives back `amount`, or everything."""
    amount = wish.amount(document, "amount") if "amount" in document else None
    gateway.refund(world, store, order, amount)


def charge_back(world: Platform, store: Store, order: Order, _: dict[str, Any]) -> None:
    """The buyer's bank takes the money back."""
    gateway.charge_back(world, store, order)


def cancel(world: Platform, store: Store, order: Order, document: dict[str, Any]) -> None:
    """By the buyer if that is the reason, else by the merchant."""
    reason = document.get("reason", "customer")
    if reason not in editing.REASONS:
        raise DoorError(f"reason must be one of {', '.join(editing.REASONS)}, not {reason!r}")
    editing.cancel(world, store, order, reason, "customer" if reason == "customer" else "merchant")


def _shown(store: Store, order: Order) -> dict[str, Any]:
    return {**views.order(store, order), "history": order.history}
