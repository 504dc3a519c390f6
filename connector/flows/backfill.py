"""Orders of a period that nobody has imported: found in the shop, searched for in the ERP, sent if not there.

One page after another, each remembered before the next: a backfill that was stopped is begun again and finds its place
by what is known already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connector.core.orders import ShopOrder
from connector.flows.env import Env
from connector.flows.order import IMPORTED
from connector.flows.outcome import Done, Outcome
from connector.store import sales, stores, work
from connector.store.engine import Connection
from connector.store.stores import Store
from connector.store.work import Job, Priority

_BRASILIA = ZoneInfo("America/Sao_Paulo")


@dataclass(frozen=True, kw_only=True)
class Period:
    """Whole days in Brasília, both of them included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time.min, _BRASILIA)

    @property
    def until(self) -> datetime:
        """The last moment of the last day."""
        return datetime.combine(self.last + timedelta(days=1), time.min, _BRASILIA) - timedelta(seconds=1)


def request(c: Connection, env: Env, store_id: int, period: Period) -> None:
    """Have it done in the background."""
    payload = {"first": period.first.isoformat(), "last": period.last.isoformat(), "since_id": 0}
    key = f"{payload['first']}/{payload['last']}"
    work.enqueue(c, store_id, "backfill", env.clock.now(), priority=Priority.SITUATIONS, key=key, payload=payload)


async def backfill(job: Job, env: Env) -> Outcome:
    """One page; if there are more, another piece of work follows."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None or store.erp_token is None:
        return Done()
    first, last = (date.fromisoformat(job.payload[name]) for name in ("first", "last"))
    found = await page(env, store, Period(first=first, last=last), int(job.payload["since_id"]))
    await env.db.write(mark_page, env, job, found)
    return Done()


async def page(env: Env, store: Store, period: Period, since_id: int) -> list[ShopOrder]:
    """The next orders of the period that the shop says nobody has imported; empty behind the last one."""
    return await env.shop(store).orders_of_period(IMPORTED, period.since, period.until, since_id)


def mark_page(c: Connection, env: Env, job: Job, found: list[ShopOrder]) -> None:
    """`mark`, and the next page."""
    mark(c, env, job.store_id, found)
    if found:
        payload = {**job.payload, "since_id": max(order.order_id for order in found)}
        now = env.clock.now()
        work.enqueue(c, job.store_id, job.kind, now, priority=Priority.SITUATIONS, key=job.key, payload=payload)


def mark(c: Connection, env: Env, store_id: int, found: list[ShopOrder]) -> int:
    """Have each of them searched for, then sent, but for those that are in the ERP or on their way; how many."""
    now, marked = env.clock.now(), 0
    for order in found:
        sale = sales.know(c, store_id, order.order_id, order.number, now)
        if sale.state in (sales.READY, sales.HELD, sales.DROPPED):
            sales.change(c, store_id, order.order_id, must_search=True)
            work.enqueue(c, store_id, "order", now, priority=Priority.ORDERS, key=str(order.order_id))
            marked += 1
    return marked


def after_restore(c: Connection, env: Env, store_id: int) -> None:
    """The database is an older copy: what was sent since then is not known here.

    As if the account had been connected only now: every order older than this moment is searched for before it is
    sent (decisions §1).
    """
    stores.change(c, store_id, connected_at=env.clock.now())
