"""What is settled and old is deleted, a little at a time, so that nobody waits for it."""

from __future__ import annotations

from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.flows.pull import PRUNE_EVERY
from connector.store import retention, stores, work
from connector.store.engine import Connection
from connector.store.work import Job, Priority


async def drop_settled(job: Job, env: Env) -> Outcome:
    """All that is old enough, of all stores, and plan the next time."""
    for table in retention.TABLES:
        while await env.db.write(drop_some, env, table):
            pass
    await env.db.write(plan_next, env, job.store_id)
    return Done()


def drop_some(c: Connection, env: Env, table: str) -> bool:
    """A batch; False when there is no more."""
    now = env.clock.now()
    return retention.drop(c, table, messages_before=now - env.keep_messages, records_before=now - env.keep_records)


def plan_next(c: Connection, env: Env, store_id: int) -> None:
    store = stores.by_id(c, store_id)
    if store is not None and store.uninstalled_at is None:
        work.enqueue(c, store_id, "prune", env.clock.now(), priority=Priority.CATALOGUE, after=PRUNE_EVERY)
