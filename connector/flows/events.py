"""Messages of the shop (webstore-api §11): kept, then turned into work; read again instead of trusted."""

from __future__ import annotations

from connector.flows.env import Env
from connector.store import inbox, stores, work
from connector.store.engine import Connection
from connector.store.work import Priority


def receive(c: Connection, env: Env, store_id: int, event: str, event_id: str, body: str) -> None:
    """Keep the message and enqueue what it calls for; a repeated one changes nothing."""
    now = env.clock.now()
    if not inbox.keep(c, store_id, "webstore", body, now, event_id=event_id):
        return
    if event == "app.configured":
        work.enqueue(c, store_id, "connect", now, priority=Priority.ACCOUNT)
    elif event == "app.uninstalled":
        stores.uninstall(c, store_id, now)
        work.forget(c, store_id)
