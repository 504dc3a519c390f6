"""The app is installed in a store: exchange the code, keep the access, subscribe to the shop's events."""

from __future__ import annotations

from connector.core import subscription
from connector.flows import connect
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import stores, work
from connector.store.engine import Connection
from connector.store.work import Job, Priority

EVENTS = [
    "app.configured",
    "app.uninstalled",
    "order.created",
    "order.paid",
    "order.updated",
    "order.cancelled",
]


async def install(env: Env, code: str) -> int:
    """Exchange the installation's code and have the rest done; the store's id."""
    grant = await env.host.exchange(code)
    door = env.new_secret()
    now = env.clock.now()

    def remember(c: Connection) -> None:
        stores.install(
            c,
            grant.store_id,
            api_url=grant.api_url,
            bearer=env.vault.seal(grant.token),
            door=env.vault.seal(door),
            door_mark=env.vault.mark(door),
            now=now,
        )
        work.revive(c, grant.store_id, now, work.PARKED)
        work.enqueue(c, grant.store_id, "subscribe", now, priority=Priority.ACCOUNT)
        work.enqueue(c, grant.store_id, "connect", now, priority=Priority.ACCOUNT)

    await env.db.write(remember)
    return grant.store_id


async def subscribe(job: Job, env: Env) -> Outcome:
    """One subscription of ours at the shop, to which it sends, with a secret that we know; looked at now and then.

    The secret is shown once and nothing switches one on again, so another one is deleted and made anew (decisions §10).
    """
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None:
        return Done()
    shop, url = env.shop(store), f"{env.public_url}/webstore/eventos"
    found = await shop.subscriptions()
    if subscription.is_heard(found, url, store.subscription_id):
        return Done()
    for known in subscription.outworn(found, url, store.subscription_id):
        await shop.unsubscribe(known)
    subscription_id, secret = await shop.subscribe(url, EVENTS)
    name = await shop.name()
    await env.db.write(_subscribed, env, job.store_id, name, subscription_id, secret)
    return Done()


def _subscribed(c: Connection, env: Env, store_id: int, name: str, subscription_id: int, secret: str) -> None:
    sealed = env.vault.seal(secret)
    stores.change(c, store_id, name=name, subscription_id=subscription_id, subscription_secret=sealed)
    # What the merchant saved before the subscription was there came with no event: look now.
    connect.check_now(c, env, store_id)
