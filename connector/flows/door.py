"""The ERP's secret address: whose it is, giving a store another one, and bodies there that nobody can read."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.core.errors import ContractBroken
from connector.core.reasons import Reason
from connector.flows.env import Env, new_secret
from connector.store import alarms, arrivals, quarantine, stores, work
from connector.store.engine import Connection
from connector.store.work import Priority
from connector.vault import Vault
from connector.wire.erp_bodies import read_body

# How long the merchant has for pasting the new address in the ERP, where nobody says otherwise.
GRACE = timedelta(hours=24)


def rotate(c: Connection, vault: Vault, now: datetime, store_id: int, grace: timedelta = GRACE) -> bool:
    """Give a store another secret address, of which the panel is told; False for a store without the app.

    The one until now stays open for `grace`; one that was rotated away before that is closed at once.
    """
    secret = new_secret()
    changed = stores.rotate_door(
        c, store_id, door=vault.seal(secret), door_mark=vault.mark(secret), old_until=now + grace
    )
    if changed:
        work.enqueue(c, store_id, "report", now, priority=Priority.ACCOUNT)
    return changed


def put_aside(c: Connection, env: Env, store_id: int, body: bytes, error: ContractBroken) -> None:
    """Keep a body that cannot be read, as it came, and let people know."""
    now = env.clock.now()
    quarantine.keep(c, store_id, error.reason, error.detail, body, now)
    alarms.sound(c, store_id, error.reason, "", error.detail, now)


def read_again(c: Connection, now: datetime, store_id: int, number: int) -> Reason | None:
    """Let a body that was put aside in after all, if it can be read by now; else why not. Raises KeyError.

    What its sender said of its packing was wrong, or it would not be here: it is read as it is.
    """
    body = quarantine.body(c, store_id, number)
    if body is None:
        raise KeyError(number)
    try:
        text = read_body(body)
    except ContractBroken as error:
        return error.reason
    arrivals.keep(c, [(store_id, text)], now)
    quarantine.drop(c, store_id, number)
    return None
