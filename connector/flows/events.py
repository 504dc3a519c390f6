"""Messages of the shop (webstore-api §11): kept, then turned into work; read again instead of trusted."""

from __future__ import annotations

from collections.abc import Sequence

from connector.flows.env import Env
from connector.store import arrivals, inbox, pulls, stores, work
from connector.store.engine import Connection
from connector.store.work import Priority

# Paid or cancelled; what else happens to an order is either before that or our own doing.
_SENDS = ("order.created", "order.paid", "order.updated", "order.cancelled")


def receive(c: Connection, env: Env, store_id: int, event: str, event_id: str, resource_id: str, body: str) -> None:
    """Keep the message and enqueue what it calls for; a repeated one changes nothing."""
    now = env.clock.now()
    if not inbox.keep(c, store_id, inbox.WEBSTORE, body, now, event_id=event_id):
        return
    if event == "app.configured":
        work.enqueue(c, store_id, "connect", now, priority=Priority.ACCOUNT)
    elif event == "app.uninstalled":
        stores.uninstall(c, store_id, now)
        work.forget(c, store_id)
        pulls.abandon(c, store_id, now)
    elif event in _SENDS and resource_id.isascii() and resource_id.isdigit():
        work.enqueue(c, store_id, "order", now, priority=Priority.ORDERS, key=resource_id)


def receive_from_erp(c: Connection, env: Env, messages: Sequence[tuple[int, str]]) -> None:
    """Keep messages of the ERP, each with its store, whatever they hold; they are read afterwards."""
    arrivals.keep(c, messages, env.clock.now())
