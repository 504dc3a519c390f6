"""What is settled and old is deleted, a little at a time, so that nobody waits for it."""

from __future__ import annotations

from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import retention, stores, tally, work
from connector.store.engine import Connection
from connector.store.work import Job, Priority


async def drop_settled(job: Job, env: Env) -> Outcome:
    """All that is old enough, of all stores, what was counted of this one's company, and plan the next time."""
    for table in retention.TABLES:
        while await env.db.write(drop_some, env, table):
            pass
    await env.db.write(drop_counted, env, job.store_id)
    await env.db.write(plan_next, env, job.store_id)
    return Done()


def drop_some(c: Connection, env: Env, table: str) -> bool:
    """A batch; False when there is no more."""
    now = env.clock.now()
    return retention.drop(c, table, messages_before=now - env.keep_messages, records_before=now - env.keep_records)


def drop_counted(c: Connection, env: Env, store_id: int) -> None:
    """By company, as the tables' keys begin with it: a few rows a day each."""
    store = stores.by_id(c, store_id)
    if store is not None and store.company_id is not None:
        tally.forget(c, store.company_id, env.clock.now() - env.keep_records)


def plan_next(c: Connection, env: Env, store_id: int) -> None:
    store = stores.by_id(c, store_id)
    if store is not None and store.uninstalled_at is None:
        work.enqueue(c, store_id, "prune", env.clock.now(), priority=Priority.CATALOGUE, after=env.prune_every)
