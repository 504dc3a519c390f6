"""The merchant saves the settings: kept, and what depends on them follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from connector.core.fifteen import Lock
from connector.core.preferences import Preferences
from connector.flows import levels
from connector.flows.env import Env
from connector.store import locks, stores
from connector.store.engine import Connection


def save(c: Connection, env: Env, store_id: int, wanted: Preferences, locked: Sequence[Lock] | None = None) -> None:
    """A change of depot or mode acts at once, the rest from the next order or synchronisation on.

    `locked` are all locks of the store from now on; None leaves them as they are.
    """
    # What was shown by the settings until now is computed anew below, and nothing is shown by them afterwards.
    store = stores.to_change(c, store_id)
    assert store is not None
    stores.change(c, store_id, **asdict(wanted))
    if (wanted.depot, str(wanted.stock_mode)) != (store.depot, store.stock_mode):
        levels.relevel(c, env, replace(store, depot=wanted.depot, stock_mode=str(wanted.stock_mode)))
    if locked is not None:
        locks.replace_all(c, store_id, locked)
