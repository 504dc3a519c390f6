"""Something about an account stopped all work: say so where the merchant looks."""

from __future__ import annotations

from connector.core.errors import AccountBlocked, AccountClosed
from connector.core.reopening import PASSING
from connector.flows import connect
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome, Park, Snooze
from connector.store import stores
from connector.store.engine import Connection


def blocked(c: Connection, env: Env, store_id: int, error: AccountBlocked) -> Outcome:
    """Note whether it is the ERP account or the shop that does not work any more; what becomes of the work."""
    store = stores.by_id(c, store_id)
    if store is None or store.uninstalled_at is not None:
        # Of no use to anybody any more.
        return Done()
    if isinstance(error, AccountClosed):
        # Noted already; but it may have been opened since the work looked.
        return Park(error.reason, error.detail) if store.closed_for is not None else Snooze(0.0, error.reason)
    if error.reason in connect.ACCOUNT_REASONS:
        connect.block(c, env, store_id, error)
    else:
        stores.change(c, store_id, shop_trouble=str(error.reason))
        if error.reason in PASSING:
            connect.look_again(c, env, store_id)
    return Park(error.reason, error.detail)
