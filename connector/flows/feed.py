"""The ERP's change feed, read without loss: it erases what it hands out.

So it is noted which list is asked for before the call is made, the raw answer is committed before anything else
is done, and what was asked for and not kept, whatever happened, counts as lost: nobody can know which products it
named, so that all of them are read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.clients.transport import NotSent
from connector.core.errors import ConnectorError, ContractBroken, Throttled, Transient
from connector.core.purpose import Purpose
from connector.flows import changes, scan
from connector.flows import pull as pull_flow
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import feed, stores, work
from connector.store.engine import Connection
from connector.store.feed import Kept
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire import erp_feed
from connector.wire.erp_feed import Changes, FeedList
from connector.wire.exchange import Response

# Two calls each time: two in a hundred of the smallest plan.
EVERY = timedelta(minutes=5)

# Whether the extension has been installed meanwhile.
_WHILE_OFF = timedelta(days=1)

# The lists reach 30 days back (erp-products §9); a day less, for clocks that differ.
_REACH = timedelta(days=29)


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One time that a company's lists are read to their ends."""

    env: Env
    store: Store
    company: str
    since: datetime


async def read_feed(job: Job, env: Env) -> Outcome:
    """Read both lists to their ends, unless another store's work does that for the company, or it is not time."""
    reading = await env.db.write(begin_reading, env, job.store_id)
    if reading is None:
        return Done()
    while await env.db.write(deal_with_oldest, env, reading.company):
        pass
    is_off = False
    for which in FeedList:
        is_off = is_off or await _read_list(reading, which)
    await env.db.write(end_reading, reading, is_off)
    return Done()


def begin_reading(c: Connection, env: Env, store_id: int) -> _Reading | None:
    store, now = stores.by_id(c, store_id), env.clock.now()
    if store is None or store.uninstalled_at is not None or store.connection != stores.CONNECTED:
        return None
    company, found = store.company_id, feed.of(c, store.company_id or "")
    # What changes while the first pull is under way stays on the lists until its end.
    if company is None or found is None or store_id not in feed.shops(c, company):
        return None
    every = _WHILE_OFF if found.state == feed.OFF else EVERY
    if found.checked_at is not None and found.checked_at + every > now:
        _plan(c, env, store_id, found.checked_at + every - now)
        return None
    if not feed.take(c, company, store_id):
        _plan(c, env, store_id, EVERY)
        return None
    if found.asking is not None:
        _doubt(c, env, company, f"{found.asking}: no answer was kept")
        feed.change(c, company, feed_asking=None)
    since = found.since or feed.first_pull(c, company) or now
    feed.change(c, company, feed_since=since)
    return _Reading(env=env, store=store, company=company, since=max(since, now - _REACH))


def _plan(c: Connection, env: Env, store_id: int, after: timedelta) -> None:
    work.enqueue(c, store_id, feed.WORK, env.clock.now(), priority=Priority.SITUATIONS, after=after)


async def _read_list(reading: _Reading, which: FeedList) -> bool:
    """Its first page, again and again, until nothing comes; says whether the extension is off."""
    before: Changes | None = None
    while True:
        found = await _ask(reading, which)
        # The same rows again: a list that does not erase has nothing new, and no end.
        if found.is_off or not (found.rows or found.unreadable) or found == before:
            return found.is_off
        before = found


async def _ask(reading: _Reading, which: FeedList) -> Changes:
    env, company = reading.env, reading.company
    asked_at = env.clock.now()

    async def asking() -> None:
        nonlocal asked_at
        asked_at = env.clock.now()
        await env.db.write(note_asking, company, which)

    async def answered(response: Response) -> None:
        await env.db.write(keep_answer, env, company, which, asked_at, response)
        await env.db.write(deal_with_oldest, env, company)

    try:
        erp = env.erp(reading.store, Priority.SITUATIONS, Purpose.FEED)
        return await erp.changes(which, reading.since, asking=asking, answered=answered)
    except NotSent:
        await env.db.write(note_not_asked, company)
        raise


def note_asking(c: Connection, company: str, which: FeedList) -> None:
    feed.change(c, company, feed_asking=str(which))


def note_not_asked(c: Connection, company: str) -> None:
    feed.change(c, company, feed_asking=None)


def keep_answer(c: Connection, env: Env, company: str, which: FeedList, asked_at: datetime, response: Response) -> None:
    """Before anything else, since the ERP has erased what it holds."""
    body = response.body.decode(errors="replace")
    now = env.clock.now()
    feed.keep(c, company, str(which), asked_at=asked_at, read_at=now, status=response.status, body=body)


def end_reading(c: Connection, reading: _Reading, is_off: bool) -> None:
    env, now = reading.env, reading.env.clock.now()
    before = feed.of(c, reading.company)
    state = feed.OFF if is_off else feed.ON
    feed.change(c, reading.company, feed_reader=None, feed_checked_at=now, feed_state=state)
    for store_id in feed.shops(c, reading.company):
        _plan(c, env, store_id, _WHILE_OFF if is_off else EVERY)
        if before is not None and before.state != state:
            pull_flow.plan_next(c, env, store_id)


def deal_with_oldest(c: Connection, env: Env, company: str) -> bool:
    """Have the oldest answer that was kept take effect in all of the company's stores; False if there is none."""
    kept = feed.oldest(c, company)
    if kept is None:
        return False
    found = _read(c, env, company, kept)
    # Most answers are empty.
    for store_id in feed.shops(c, company) if found.rows else ():
        changes.take_in(c, env, store_id, FeedList(kept.kind), found.rows, kept.asked_at)
    feed.dealt_with(c, kept.id)
    return True


def _read(c: Connection, env: Env, company: str, kept: Kept) -> Changes:
    """What it hands out; what cannot be read may have named any product."""
    try:
        found = erp_feed.parse(Response(status=kept.status, headers={}, body=kept.body.encode()))
    except Throttled:
        return Changes()
    except (Transient, ContractBroken) as error:
        _doubt(c, env, company, f"{kept.kind}: {error.detail}")
        return Changes()
    except ConnectorError:
        # Refused as a whole, so that nothing was handed out.
        return Changes()
    if found.unreadable:
        _doubt(c, env, company, f"{kept.kind}: {found.unreadable} rows without a product")
    return found


def _doubt(c: Connection, env: Env, company: str, detail: str) -> None:
    for store_id in feed.shops(c, company):
        scan.doubt(c, env, store_id, detail)
