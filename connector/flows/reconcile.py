"""Both sides compared within a budget of calls of the ERP: orders of the last days, then as many products as it allows.

In steps, each a piece of work of the lowest priority; a comparison that was stopped goes on where it stood, and the
next one begins with the products that this one did not reach.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.core.reconcile import Topic
from connector.flows import reconcile_orders, reconcile_products
from connector.flows.env import Env
from connector.flows.looking import Look
from connector.flows.outcome import Done, Outcome
from connector.store import pulls, reconciles, stores, work
from connector.store.engine import Connection
from connector.store.reconciles import Run
from connector.store.stores import Store
from connector.store.work import Job, Priority

_BRASILIA = ZoneInfo("America/Sao_Paulo")

EVERYTHING = tuple(Topic)
DAYS = 7

# When shops sell least, by their own clocks; the stores are spread over the hours that follow.
_QUIET = time(2, 30)
_SPREAD = 150


def begin(
    c: Connection, env: Env, store_id: int, budget: int, topics: tuple[Topic, ...] = EVERYTHING, days: int = DAYS
) -> Run | None:
    """A new comparison; None where one is under way or the store is not connected."""
    now, store = env.clock.now(), stores.by_id(c, store_id)
    if store is None or not is_usable(store):
        return None
    before = reconciles.latest(c, store_id)
    since = int(before.position["since"]) if before is not None else 0
    return reconciles.begin(c, store_id, now, budget, _start(now, topics, days, since))


def _start(now: datetime, topics: tuple[Topic, ...], days: int, since: int) -> dict[str, Any]:
    today = now.astimezone(_BRASILIA).date()
    wants_orders = Topic.ORDERS in topics or Topic.SITUATIONS in topics
    past = [today - timedelta(days=ago) for ago in range(days)] if wants_orders else []
    return {
        "topics": [str(topic) for topic in topics],
        "days": [day.isoformat() for day in past],
        **reconcile_orders.NEW_DAY,
        "since": since,
        "from": since,
        "wrapped": False,
    }


def is_usable(store: Store) -> bool:
    return store.uninstalled_at is None and store.erp_token is not None


def request(
    c: Connection, env: Env, store_id: int, budget: int, topics: tuple[Topic, ...] = EVERYTHING, days: int = DAYS
) -> bool:
    """Have both sides compared in the background; whether a comparison was begun."""
    begun = begin(c, env, store_id, budget, topics, days) is not None
    if begun:
        _go_on(c, env, store_id)
    return begun


def _go_on(c: Connection, env: Env, store_id: int) -> None:
    work.enqueue(c, store_id, "reconcile", env.clock.now(), priority=Priority.RECONCILE)


async def reconcile(job: Job, env: Env) -> Outcome:
    """One step; if there is more, another piece of work follows."""
    if await step(env, job.store_id):
        await env.db.write(go_on, env, job.store_id)
    return Done()


def go_on(c: Connection, env: Env, store_id: int) -> None:
    """The next step."""
    _go_on(c, env, store_id)


async def step(env: Env, store_id: int) -> bool:
    """A day of orders or a page of products; whether there is more to do."""
    store = await env.db.read(stores.by_id, store_id)
    run = await env.db.read(reconciles.current, store_id)
    if store is None or not is_usable(store) or run is None:
        return False
    look = Look(env=env, store=store, run=run)
    if run.position["days"]:
        day = date.fromisoformat(run.position["days"][0])
        goes_on = await reconcile_orders.compare_day(look, day)
    elif look.asks_for(Topic.STOCK) or look.asks_for(Topic.FIELDS):
        goes_on = await reconcile_products.compare_some(look)
    else:
        goes_on = False
    if not goes_on:
        await env.db.write(finish, env, run.id)
    return goes_on


def finish(c: Connection, env: Env, run_id: int) -> None:
    """The budget is spent, or everything is compared."""
    reconciles.change(c, run_id, finished_at=env.clock.now())


async def daily(job: Job, env: Env) -> Outcome:
    """The comparison of a quiet hour, unless the catalogue is being read anyway."""
    await env.db.write(begin_daily, env, job.store_id)
    return Done()


def begin_daily(c: Connection, env: Env, store_id: int) -> None:
    """Begin it, or go on with one that nobody works at; and plan tomorrow's."""
    store = stores.by_id(c, store_id)
    if store is None or not is_usable(store) or not env.reconcile_calls:
        return
    plan_daily(c, env, store_id)
    if pulls.current(c, store_id) is not None:
        return
    if reconciles.current(c, store_id) is not None:
        _go_on(c, env, store_id)
    else:
        request(c, env, store_id, env.reconcile_calls)


def plan_daily(c: Connection, env: Env, store_id: int) -> None:
    """Have it done in the next quiet hour; where that is planned already, once."""
    now = env.clock.now()
    local = now.astimezone(_BRASILIA)
    quiet = datetime.combine(local.date(), _QUIET, _BRASILIA) + timedelta(minutes=store_id % _SPREAD)
    due = quiet if quiet > local else quiet + timedelta(days=1)
    work.enqueue(c, store_id, "reconcile.daily", now, priority=Priority.RECONCILE, after=due - now)
