"""What each errand of the agenda does; one that nothing is left to do for does nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fake_webstore import images
from fake_webstore.orders import change, editing, gateway, generator
from fake_webstore.orders.moves import allowed_after
from fake_webstore.orders.records import Order
from fake_webstore.records import Store
from fake_webstore.world import Act, Platform


def _about_order(act: Callable[[Platform, Store, Order], None]) -> Act:
    return lambda world, store, order_id: act(world, store, store.orders[order_id])


def _refuse_review(world: Platform, store: Store, order: Order) -> None:
    if order.status == "payment_review":
        gateway.refuse(world, store, order)


def _cancel_by_buyer(world: Platform, store: Store, order: Order) -> None:
    if "cancelled" in allowed_after(order.status):
        editing.cancel(world, store, order, "customer", "customer")


ACTS: Mapping[str, Act] = {
    "pay": _about_order(gateway.pay_if_open),
    "expire": _about_order(gateway.expire_if_open),
    "give_back": _about_order(change.give_back),
    "refuse_review": _about_order(_refuse_review),
    "cancel_by_buyer": _about_order(_cancel_by_buyer),
    "trade": generator.trade_on,
    "fetch_images": images.fetch_due,
}
