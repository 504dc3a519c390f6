"""The shop has answered: go on with what was parked while it was closed or forbade something."""

from __future__ import annotations

from connector.core.reopening import PASSING, most_to_try
from connector.flows.env import Env
from connector.store import stopped, stores, work
from connector.store.engine import Connection
from connector.store.stopped import Which


def go_on(c: Connection, env: Env, store_id: int) -> None:
    """Try what waits for the shop, as much of it as its last trouble allows."""
    store = stores.by_id(c, store_id)
    if store is None:
        return
    if store.shop_trouble in PASSING:
        stores.change(c, store_id, shop_trouble=None)
    # The look that was answered replaces those that were not.
    stopped.forget(c, Which(store_id=store_id, kind="connect", state=work.PARKED))
    for reason in PASSING:
        which = Which(store_id=store_id, state=work.PARKED, reason=str(reason))
        stopped.revive(c, which, env.clock.now(), most_to_try(reason, store.shop_trouble))
