"""The outbox: pieces of work, claimed under a lease and settled by an outcome (architecture §4)."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connector.store.engine import ENQUEUED
from connector.store.tables import work

WAITING, RUNNING, PARKED, DEAD = "waiting", "running", "parked", "dead"


class Priority(IntEnum):
    """Lower goes first, within an account. Each has lanes of its own, so that what waits in one holds up no other."""

    ACCOUNT = 0
    ORDERS = 1
    STOCK = 2
    SITUATIONS = 3
    LISTING = 4
    CATALOGUE = 5
    RECONCILE = 6
    # Questions about stock, thousands after a burst: none of them may stand before a message or a level to be shown.
    QUESTIONS = 7


@dataclass(frozen=True, kw_only=True)
class Job:
    """A claimed piece of work."""

    id: int
    store_id: int
    kind: str
    key: str
    payload: dict[str, Any]
    priority: int
    attempts: int
    first_tried_at: datetime


# Spelt out, so that partial indexes are used.
_SAYS_WAITING: sa.ColumnElement[str] = sa.literal_column("'waiting'")
_SAYS_RUNNING: sa.ColumnElement[str] = sa.literal_column("'running'")

# Built once: these run with every piece of work.
_TWIN = work.alias()
_DUE = (
    sa.select(work.c.id)
    .where(
        work.c.store_id == sa.bindparam("store"),
        work.c.state == _SAYS_WAITING,
        work.c.priority == sa.bindparam("lane"),
        work.c.due_at <= sa.bindparam("now"),
        ~sa.exists().where(
            _TWIN.c.store_id == work.c.store_id,
            _TWIN.c.kind == work.c.kind,
            _TWIN.c.key == work.c.key,
            _TWIN.c.state == RUNNING,
        ),
    )
    .order_by(work.c.due_at, work.c.id)
    .limit(sa.bindparam("room"))
    .with_for_update(skip_locked=True, of=work)
)
# As a CTE: a plain subquery with its limit may be run more than once by PostgreSQL.
_CHOSEN = _DUE.cte("chosen")
_HOLD = (
    sa.update(work)
    .where(work.c.id.in_(sa.select(_CHOSEN.c.id)))
    .values(
        state=RUNNING,
        lease_until=sa.bindparam("until"),
        first_tried_at=sa.func.coalesce(work.c.first_tried_at, sa.bindparam("now")),
    )
    .returning(work)
)


def _lanes() -> sa.CTE:
    """Of each priority and store in which work waits: the first moment at which some of it is due.

    From one to the next by one step into the index, however much is waiting in them: a grouping would walk all of it.
    """
    ahead = work.alias("ahead")
    first = sa.select(ahead.c.id).where(ahead.c.state == _SAYS_WAITING).limit(1)
    first = first.order_by(ahead.c.priority, ahead.c.store_id, ahead.c.due_at, ahead.c.id)
    step = sa.select(work.c.priority, work.c.store_id, work.c.due_at)
    lane = step.where(work.c.id == first.scalar_subquery()).cte("lane", recursive=True)
    # Not one comparison of both columns: SQLite would find its beginning by the first alone and walk from there.
    next_store = first.where(ahead.c.priority == lane.c.priority, ahead.c.store_id > lane.c.store_id)
    next_priority = first.where(ahead.c.priority > lane.c.priority)
    following = sa.func.coalesce(*(each.correlate(lane).scalar_subquery() for each in (next_store, next_priority)))
    return lane.union_all(step.select_from(lane.join(work, work.c.id == following)))


_LANE = _lanes()
_LANES = (
    sa.select(_LANE.c.store_id, _LANE.c.priority)
    .where(_LANE.c.due_at <= sa.bindparam("now"))
    .order_by(_LANE.c.priority, _LANE.c.store_id)
)
_NEXT_DUE = sa.select(sa.func.min(work.c.due_at)).where(
    work.c.state == _SAYS_WAITING, work.c.due_at > sa.bindparam("now")
)
_DONE = sa.delete(work).where(work.c.id == sa.bindparam("number"))
_FORGET_STOPPED = sa.delete(work).where(
    work.c.store_id == sa.bindparam("store"),
    work.c.kind == sa.bindparam("same_kind"),
    work.c.key == sa.bindparam("same_key"),
    # Spelt out, so that the partial index is used.
    sa.text("state IN ('parked', 'dead')"),
)


def enqueue(
    c: Connection,
    store_id: int,
    kind: str,
    now: datetime,
    *,
    priority: Priority,
    key: str = "",
    payload: dict[str, Any] | None = None,
    after: timedelta = timedelta(0),
) -> None:
    """Have it done; where the same work waits already, once, at the earlier of both times."""
    enqueue_many(c, store_id, kind, now, [(key, payload or {})], priority=priority, after=after)


def enqueue_many(
    c: Connection,
    store_id: int,
    kind: str,
    now: datetime,
    keyed: list[tuple[str, dict[str, Any]]],
    *,
    priority: Priority,
    after: timedelta = timedelta(0),
) -> None:
    """The same for many keys of one kind, in their order."""
    if not keyed:
        return
    rows = [
        {
            "store_id": store_id,
            "kind": kind,
            "key": key,
            "payload": payload,
            "priority": int(priority),
            "state": WAITING,
            "due_at": now + after,
            "attempts": 0,
            "created_at": now,
        }
        for key, payload in keyed
    ]
    c.execute(_enqueueing(_insert(c)), rows)
    c.info[ENQUEUED] = True


def enqueue_for(c: Connection, store_ids: Iterable[int], kind: str, now: datetime, *, priority: Priority) -> None:
    """The same work without a key for many stores; where it waits already and is due no later, its row is only locked.

    The lock keeps other processes from claiming it before what it is about is committed with this.
    """
    # In one order, so that two processes with the same stores do not wait for each other.
    rows = [
        {**_PLAIN, "store_id": each, "kind": kind, "priority": int(priority), "due_at": now, "created_at": now}
        for each in sorted(store_ids)
    ]
    # Nearly always one store, and psycopg's way for many costs twice as much for one.
    c.execute(_enqueue_sooner(c.dialect.name), rows if len(rows) > 1 else rows[0])
    c.info[ENQUEUED] = True


_PLAIN = {"key": "", "payload": {}, "state": WAITING, "attempts": 0}


@functools.cache
def _enqueue_sooner(dialect: str) -> Any:
    insert = _inserts(dialect)(work)
    return insert.on_conflict_do_update(
        index_elements=["store_id", "kind", "key"],
        index_where=sa.text("state = 'waiting'"),
        set_={"due_at": insert.excluded.due_at},
        where=insert.excluded.due_at < work.c.due_at,
    )


@functools.cache
def _enqueueing(insert_for: Any) -> Any:
    insert = insert_for(work)
    return insert.on_conflict_do_update(
        index_elements=["store_id", "kind", "key"],
        index_where=sa.text("state = 'waiting'"),
        set_={
            "due_at": sa.case((insert.excluded.due_at < work.c.due_at, insert.excluded.due_at), else_=work.c.due_at),
            "payload": insert.excluded.payload,
        },
    )


def _insert(c: Connection) -> Any:
    return _inserts(c.dialect.name)


def _inserts(dialect: str) -> Any:
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # same interface
    return insert


def claim(c: Connection, store_id: int, free: dict[int, int], now: datetime, lease: timedelta) -> list[Job]:
    """Take due work of a store: per priority as many pieces as `free` says, those waiting longest first.

    A piece whose twin (same kind and key) is running stays where it is.
    """
    jobs: list[Job] = []
    for priority, room in sorted(free.items()):
        which = {"store": store_id, "lane": priority, "now": now, "room": room, "until": now + lease}
        rows = c.execute(_HOLD, which).all()
        jobs += [_job(row) for row in sorted(rows, key=lambda row: (row.due_at, row.id))]
    return jobs


def _job(row: sa.Row[Any]) -> Job:
    return Job(
        id=row.id,
        store_id=row.store_id,
        kind=row.kind,
        key=row.key,
        payload=row.payload or {},
        priority=row.priority,
        attempts=row.attempts,
        first_tried_at=row.first_tried_at,
    )


def lanes_due(c: Connection, now: datetime) -> list[tuple[int, int]]:
    """Store and priority of everything that could be claimed, the most urgent first."""
    return [(store_id, priority) for store_id, priority in c.execute(_LANES, {"now": now})]


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a worker may take: `lanes` pieces of each priority of a store, `most` of it of all stores.

    `busy` is what it has under way by store and priority. Stores take turns: `after` is the one that was served last.
    """

    lanes: Mapping[Priority, int]
    most: Mapping[Priority, int]
    busy: Mapping[tuple[int, int], int]
    after: Mapping[int, int]


def claim_due(c: Connection, room: Room, now: datetime, lease: timedelta) -> list[Job]:
    """Take what is due and has room, the most urgent first and the stores in turn, in one transaction."""
    jobs: list[Job] = []
    left = {int(priority): most for priority, most in room.most.items()}
    for (_, priority), count in room.busy.items():
        left[priority] -= count
    # Those behind the one that was served last come first; the sort keeps their order otherwise.
    due = sorted(lanes_due(c, now), key=lambda lane: (lane[1], lane[0] <= room.after.get(lane[1], 0)))
    # A newer process may have queued work of a priority that this one does not know: it is for those that do.
    due = [lane for lane in due if lane[1] in left]
    for store_id, priority in due:
        free = min(left[priority], room.lanes[Priority(priority)] - room.busy.get((store_id, priority), 0))
        if free > 0:
            taken = claim(c, store_id, {priority: free}, now, lease)
            left[priority] -= len(taken)
            jobs += taken
    return jobs


def stores_with_due_work(c: Connection, now: datetime) -> list[int]:
    """Stores in which something could be claimed."""
    return sorted({store_id for store_id, _ in lanes_due(c, now)})


def next_due(c: Connection, now: datetime) -> datetime | None:
    """When the next piece of work that is not due yet will be."""
    due: datetime | None = c.scalar(_NEXT_DUE, {"now": now})
    return due


def renew(c: Connection, ids: list[int], until: datetime) -> None:
    """Hold on to what is still being worked on."""
    c.execute(sa.update(work).where(work.c.id.in_(ids), work.c.state == RUNNING).values(lease_until=until))


def release_expired(c: Connection, now: datetime | None) -> int:
    """Give back what a dead worker had claimed: leases that ended by `now`, or all of them for None."""
    expired = sa.true() if now is None else work.c.lease_until <= now
    rows = c.execute(sa.select(work).where(work.c.state == _SAYS_RUNNING, expired)).all()
    for row in rows:
        _back(c, row.id, due_at=row.due_at)
    return len(rows)


def give_back(c: Connection, ids: list[int]) -> None:
    """Return what this worker has claimed and not settled."""
    for work_id in c.scalars(sa.select(work.c.id).where(work.c.id.in_(ids), work.c.state == RUNNING)).all():
        _back(c, work_id)


def done(c: Connection, job: Job) -> None:
    """Finished; what was stopped of the same kind and key earlier has been done with it."""
    c.execute(_DONE, {"number": job.id})
    _forget_stopped(c, job)


def _forget_stopped(c: Connection, job: Job) -> None:
    c.execute(_FORGET_STOPPED, {"store": job.store_id, "same_kind": job.kind, "same_key": job.key})


def later(c: Connection, job: Job, due_at: datetime, reason: str, detail: str, *, count: bool) -> None:
    """Put it back until `due_at`; `count` says whether this was an attempt."""
    _back(c, job.id, due_at=due_at, attempts=job.attempts + count, reason=reason, detail=detail)


def _back(c: Connection, work_id: int, **values: Any) -> None:
    """Waiting again, unless a twin that came in meanwhile waits already: then that one will do, by the earlier time."""
    try:
        with c.begin_nested():
            c.execute(sa.update(work).where(work.c.id == work_id).values(state=WAITING, lease_until=None, **values))
    except sa.exc.IntegrityError:
        _give_way(c, work_id, values.get("due_at"), values.get("attempts", 0))
    c.info[ENQUEUED] = True


def _give_way(c: Connection, work_id: int, due_at: datetime | None, attempts: int) -> None:
    """Leave it to the waiting twin: one for tomorrow must not put off what is due today.

    It has been tried as often: a net that has its next draw planned would begin anew with the shortest wait each time.
    """
    row = c.execute(sa.select(work).where(work.c.id == work_id)).one()
    due = due_at or row.due_at
    twin = (work.c.store_id == row.store_id, work.c.kind == row.kind, work.c.key == row.key, work.c.state == WAITING)
    c.execute(sa.update(work).where(*twin, work.c.due_at > due).values(due_at=due))
    if attempts:
        since = sa.literal(row.first_tried_at, work.c.first_tried_at.type)
        tried = {"attempts": attempts, "first_tried_at": sa.func.coalesce(work.c.first_tried_at, since)}
        c.execute(sa.update(work).where(*twin, work.c.attempts < attempts).values(**tried))
    c.execute(sa.delete(work).where(work.c.id == work_id))


def stop(c: Connection, job: Job, state: str, reason: str, detail: str) -> None:
    """Park it (an event will wake it) or bury it (only a person can); it replaces what was stopped before it."""
    _forget_stopped(c, job)
    c.execute(
        sa.update(work).where(work.c.id == job.id).values(state=state, lease_until=None, reason=reason, detail=detail)
    )


def forget_parked(c: Connection, store_id: int, key: str, reason: str) -> None:
    """Drop what was parked about one thing for a reason that no longer holds."""
    about = (work.c.store_id == store_id, work.c.key == key, work.c.state == PARKED)
    c.execute(sa.delete(work).where(*about, work.c.reason == reason))


def revive(c: Connection, store_id: int, now: datetime, state: str, reasons: list[str] | None = None) -> int:
    """Have parked or dead work of a store done now, all of it or what has one of these reasons."""
    which = sa.and_(work.c.store_id == store_id, work.c.state == state)
    if reasons is not None:
        which &= work.c.reason.in_(reasons)
    ids = list(c.scalars(sa.select(work.c.id).where(which).order_by(work.c.id)))
    for work_id in ids:
        put_back(c, work_id, now)
    return len(ids)


def put_back(c: Connection, work_id: int, now: datetime) -> None:
    """Have stopped work done now, as if it had never been tried."""
    _back(c, work_id, due_at=now, attempts=0, first_tried_at=None, reason=None, detail=None)


def forget(c: Connection, store_id: int) -> None:
    """Drop all work of a store that has uninstalled the app."""
    c.execute(sa.delete(work).where(work.c.store_id == store_id, work.c.state != RUNNING))


def counts(c: Connection, store_id: int) -> dict[str, int]:
    """How much work a store has in each state."""
    query = sa.select(work.c.state, sa.func.count()).where(work.c.store_id == store_id).group_by(work.c.state)
    return dict(c.execute(query).all())


def hold_back(c: Connection, store_id: int, kind: str, until: datetime) -> None:
    """Let what waits of a kind wait until then, or go on at once where that is now."""
    which = (work.c.store_id == store_id, work.c.kind == kind, work.c.state == WAITING)
    c.execute(sa.update(work).where(*which).values(due_at=until))
    c.info[ENQUEUED] = True


def drop_waiting(c: Connection, store_id: int, kind: str) -> None:
    """What waits of a kind is not wanted any more."""
    c.execute(sa.delete(work).where(work.c.store_id == store_id, work.c.kind == kind, work.c.state == WAITING))


def pending(c: Connection, store_id: int, now: datetime) -> dict[str, int]:
    """How much work of each kind is under way, due or put back; what is planned for later is not."""
    is_due = sa.or_(work.c.due_at <= now, work.c.reason.is_not(None))
    is_pending = sa.or_(work.c.state == RUNNING, sa.and_(work.c.state == WAITING, is_due))
    query = sa.select(work.c.kind, sa.func.count()).where(work.c.store_id == store_id, is_pending)
    return dict(c.execute(query.group_by(work.c.kind)).all())


def is_waiting(c: Connection, store_id: int, kind: str, key: str) -> bool:
    """Whether such work will be done by itself, now or later."""
    return _is_in(c, store_id, kind, key, WAITING)


def is_running(c: Connection, store_id: int, kind: str, key: str) -> bool:
    """Whether such work is under way this moment."""
    return _is_in(c, store_id, kind, key, RUNNING)


def _is_in(c: Connection, store_id: int, kind: str, key: str, state: str) -> bool:
    query = sa.select(work.c.id).where(work.c.store_id == store_id, work.c.kind == kind, work.c.key == key)
    return c.scalar(query.where(work.c.state == state).limit(1)) is not None
