"""The merchant saves the settings: kept, and what depends on them follows."""

from __future__ import annotations

from dataclasses import asdict, replace

from connector.core.preferences import Preferences
from connector.flows import levels
from connector.flows.env import Env
from connector.store import stores
from connector.store.engine import Connection


def save(c: Connection, env: Env, store_id: int, wanted: Preferences) -> None:
    """A change of depot or mode acts at once, the rest from the next order or synchronisation on."""
    store = stores.by_id(c, store_id)
    assert store is not None
    stores.change(c, store_id, **asdict(wanted))
    if (wanted.depot, str(wanted.stock_mode)) != (store.depot, store.stock_mode):
        levels.relevel(c, env, replace(store, depot=wanted.depot, stock_mode=str(wanted.stock_mode)))
