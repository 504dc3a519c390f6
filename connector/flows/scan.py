"""Products are read again without a pull of everything: those that changed at once, the others by their age."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.core.reasons import Reason
from connector.core.scan import FRESH, MOST, STEP, Step, calls_per_product, step
from connector.flows import brake
from connector.flows import pull as pull_flow
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import alarms, pulls, scan, stores, work
from connector.store.engine import Connection
from connector.store.stores import Store
from connector.store.work import Job, Priority


async def refresh(job: Job, env: Env) -> Outcome:
    """Read what is known to have changed; while a pull is under way it waits for its end."""
    await env.db.write(begin_refresh, env, job.store_id)
    return Done()


def begin_refresh(c: Connection, env: Env, store_id: int) -> None:
    store = stores.by_id(c, store_id)
    if store is None or not _is_usable(store):
        return
    if pulls.current(c, store_id) is not None:
        work.enqueue(c, store_id, "refresh", env.clock.now(), priority=Priority.LISTING, after=STEP)
    else:
        _begin(c, env, store_id, scan.marked(c, store_id, MOST))


async def take_step(job: Job, env: Env) -> Outcome:
    """Read a few of the products that were read longest ago, and plan the next step."""
    await env.db.write(begin_step, env, job.store_id)
    return Done()


def begin_step(c: Connection, env: Env, store_id: int) -> None:
    store = stores.by_id(c, store_id)
    if store is None or not _is_usable(store):
        return
    # The end of a pull, however long it takes, is soon enough.
    wait = STEP
    if pulls.current(c, store_id) is None:
        in_doubt = _in_doubt(c, env, store)
        next_step = _next_step(c, env, store, in_doubt=in_doubt)
        _begin(c, env, store_id, scan.oldest(c, store_id, _read_before(env, store, in_doubt), next_step.products))
        wait = next_step.wait
    work.enqueue(c, store_id, "scan", env.clock.now(), priority=Priority.LISTING, after=wait)


def _is_usable(store: Store) -> bool:
    return store.uninstalled_at is None and store.erp_token is not None


def _begin(c: Connection, env: Env, store_id: int, erp_ids: list[str]) -> None:
    before = pulls.newest_ended(c, store_id)
    # After a person has stopped a pull nothing goes past it: the next listing is judged anew.
    if before is None or brake.was_discarded(c, before):
        return
    begun = pulls.begin_some(c, store_id, erp_ids, env.clock.now())
    if begun is not None:
        pulls.change(c, begun.id, brake=brake.carried(c, before))
        pull_flow.queue(c, env, store_id, erp_ids)


def _read_before(env: Env, store: Store, in_doubt: bool) -> datetime:
    """What was read since then needs no reading."""
    if in_doubt and store.doubt_at is not None:
        return store.doubt_at
    return env.clock.now() - timedelta(hours=env.pull_every_hours) * FRESH


def _next_step(c: Connection, env: Env, store: Store, *, in_doubt: bool) -> Step:
    size = scan.size(c, store.id)
    return step(
        size.products,
        calls_per_product(size.products, size.parents, size.variations),
        timedelta(hours=env.pull_every_hours),
        store.calls_per_minute,
        beside_others=store.company_id is not None and pulls.other_shops_pull(c, store.company_id, store.id),
        in_doubt=in_doubt,
    )


def doubt(c: Connection, env: Env, store_id: int, detail: str) -> None:
    """It is unknown which products have changed: what was read before now is read again, as fast as is left over.

    And the catalogue is listed at once, since what is unknown may be a new product.
    """
    now = env.clock.now()
    stores.change(c, store_id, doubt_at=now)
    alarms.sound(c, store_id, Reason.FEED_ANSWER_LOST, "", detail, now)
    work.enqueue(c, store_id, "scan", now, priority=Priority.LISTING)
    work.enqueue(c, store_id, "pull", now, priority=Priority.LISTING, payload={"scope": pulls.CHANGED})


def _in_doubt(c: Connection, env: Env, store: Store) -> bool:
    """Whether something has still to be read because of a doubt; when all is read, the doubt ends."""
    if store.doubt_at is None:
        return False
    if scan.oldest(c, store.id, store.doubt_at, 1):
        return True
    stores.change(c, store.id, doubt_at=None)
    alarms.settle(c, store.id, Reason.FEED_ANSWER_LOST, env.clock.now())
    return False
