"""Something about an account stopped all work: say so where the merchant looks."""

from __future__ import annotations

from connector.core.errors import AccountBlocked
from connector.flows import connect
from connector.flows.env import Env
from connector.store import stores
from connector.store.engine import Connection


def blocked(c: Connection, env: Env, store_id: int, error: AccountBlocked) -> bool:
    """Note whether it is the ERP account or the shop that does not work any more.

    False if the app was uninstalled meanwhile, so that the work that met it is of no use to anybody.
    """
    store = stores.by_id(c, store_id)
    if store is None or store.uninstalled_at is not None:
        return False
    if error.reason in connect.ACCOUNT_REASONS:
        connect.block(c, env, store_id, error)
    else:
        stores.change(c, store_id, shop_trouble=str(error.reason))
    return True
