"""Something about an account stopped all work: say so where the merchant looks."""

from __future__ import annotations

from connector.core.errors import AccountBlocked
from connector.flows import connect
from connector.flows.env import Env
from connector.store import stores
from connector.store.engine import Connection


def blocked(c: Connection, env: Env, store_id: int, error: AccountBlocked) -> None:
    """Note whether it is the ERP account or the shop that does not work any more."""
    if error.reason in connect.ACCOUNT_REASONS:
        connect.block(c, env, store_id, error)
    else:
        stores.change(c, store_id, shop_trouble=str(error.reason))
