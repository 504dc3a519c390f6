"""Orders: list, one, history, and the app's writes (§10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fake_webstore.api import paging
from fake_webstore.api.call import Answer, Call, Endpoint
from fake_webstore.errors import not_found
from fake_webstore.orders import listing, views, writes
from fake_webstore.orders.records import Order
from fake_webstore.records import Store
from fake_webstore.world import Platform


def list_orders(call: Call) -> Answer:
    """Full orders, so that 30 cost one call."""
    found = listing.found(call.store.orders.values(), call.query)
    return paging.page_of(call, "/orders", found, lambda order: views.order(call.store, order))


def get_order(call: Call) -> Answer:
    return Answer(document=views.order(call.store, _order(call)))


def get_history(call: Call) -> Answer:
    """Oldest first."""
    return Answer(document=_order(call).history)


def _order(call: Call) -> Order:
    found = call.store.orders.get(call.id())
    if found is None:
        raise not_found()
    return found


def _write(write: Callable[[Platform, Store, Order, Any], None]) -> Callable[[Call], Answer]:
    """A handler that lets `write` change the order and answers with it."""

    def handle(call: Call) -> Answer:
        order = _order(call)
        write(call.world, call.store, order, call.document)
        return Answer(document=views.order(call.store, order))

    return handle


READ, WRITE = "read_orders", "write_orders"
ENDPOINTS = (
    Endpoint(
        method="GET", path="/orders", scope=READ, handle=list_orders, query=listing.PARAMETERS | paging.PARAMETERS
    ),
    Endpoint(method="GET", path="/orders/{id}", scope=READ, handle=get_order),
    Endpoint(method="GET", path="/orders/{id}/history", scope=READ, handle=get_history),
    Endpoint(method="PUT", path="/orders/{id}/status", scope=WRITE, handle=_write(writes.put_status)),
    Endpoint(method="PUT", path="/orders/{id}/shipment", scope=WRITE, handle=_write(writes.put_shipment)),
    Endpoint(method="PUT", path="/orders/{id}/invoice", scope=WRITE, handle=_write(writes.put_invoice)),
    Endpoint(method="PUT", path="/orders/{id}/external-reference", scope=WRITE, handle=_write(writes.put_reference)),
)
