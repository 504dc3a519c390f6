"""Claim, perform, settle: the only place that retries. Knows no feature; they are given to it by kind."""

from __future__ import annotations

import asyncio
import functools
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.clock import sleep_or
from connector.core import retry
from connector.core.errors import AccountBlocked, ConnectorError, ContractBroken, Final, Throttled, Transient
from connector.core.reasons import Reason
from connector.flows.env import Env
from connector.flows.outcome import Dead, Done, Outcome, Park, Snooze
from connector.store import work
from connector.store.engine import Connection
from connector.store.work import Job, Priority, Room

# Pieces of work of one store that may be under way at once, by priority: what is urgent never waits
# for room that the catalogue has taken.
LANES = {
    Priority.ACCOUNT: 2,
    Priority.ORDERS: 4,
    Priority.STOCK: 2,
    Priority.SITUATIONS: 2,
    Priority.LISTING: 1,
    Priority.CATALOGUE: 4,
    Priority.RECONCILE: 1,
    Priority.QUESTIONS: 2,
}

# Work that comes for all stores at once and is not urgent gets half of the room: most of it waits for the quota anyway,
# and the memory that it takes at its worst is never given back.
_HALVED = (Priority.LISTING, Priority.CATALOGUE, Priority.RECONCILE)

# In real seconds, since they guard against processes that die: the clock's rate stretches them.
_LEASE = timedelta(seconds=30)
_BEAT = 10.0

# How often to look for work that another process has queued, or whose lease has ended.
_POLL = 5.0

# For both, where there is no other process and a look would only cost time.
_ALONE = 60.0

_SUSPENDED_WAIT = 3600.0


@dataclass(frozen=True)
class Feature:
    """What does one kind of work, and what is told when it is given up."""

    perform: Callable[[Job, Env], Awaitable[Outcome]]
    bury: Callable[[Job, Env, str, str], Awaitable[None]] | None = None


@dataclass(frozen=True)
class _Retry:
    """Trouble that passes: again later, or given up by age."""

    error: ConnectorError


class Worker:
    """Works off what is due, a few pieces of each store at a time."""

    def __init__(
        self,
        env: Env,
        features: Mapping[str, Feature],
        on_blocked: Callable[[Connection, Env, int, AccountBlocked], Outcome],
        log: Any,
        count: Callable[[str, str], None],
        most: int,
    ) -> None:
        self._env = env
        self._features = features
        self._on_blocked = on_blocked
        self._log = log
        self._count = count
        # Of each priority, so that no amount of catalogue work takes the room of an order.
        self._most = {each: max(1, most // 2) if each in _HALVED else most for each in Priority}
        self._served: dict[int, int] = {}
        self._wake = asyncio.Event()
        self._running: dict[int, tuple[Job, asyncio.Task[None]]] = {}
        self._lease = _LEASE * env.clock.rate
        self._poll = (_POLL if env.db.is_shared else _ALONE) * env.clock.rate
        self._beats = (_BEAT if env.db.is_shared else _ALONE) * env.clock.rate

    def wake(self) -> None:
        """There may be new work."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled; then what is under way is given back."""
        beat = asyncio.create_task(self._hold_leases())
        try:
            while True:
                self._wake.clear()
                try:
                    await self._start_due()
                    await self._rest()
                except Exception:
                    await self._after_trouble()
        finally:
            beat.cancel()
            await self._give_back()

    async def _after_trouble(self) -> None:
        """The database did not serve us: a restart, a full disk. Whatever it was, the work must go on afterwards."""
        self._log.exception("no_database")
        await self._env.clock.sleep(_POLL * self._env.clock.rate)

    async def _start_due(self) -> None:
        room = Room(lanes=LANES, most=self._most, busy=self._busy(), after=self._served)
        for job in await self._env.db.write(work.claim_due, room, self._env.clock.now(), self._lease):
            self._served[job.priority] = job.store_id
            task = asyncio.create_task(self._perform(job))
            self._running[job.id] = (job, task)
            task.add_done_callback(functools.partial(self._finished, job))

    def _busy(self) -> Counter[tuple[int, int]]:
        return Counter((job.store_id, job.priority) for job, _ in self._running.values())

    def _finished(self, job: Job, task: asyncio.Task[None]) -> None:
        self._running.pop(job.id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its outcome could not be kept: when its lease ends, it is done again.
            self._log.error("not_settled", kind=job.kind, store=job.store_id, exc_info=error)
        self._wake.set()

    async def _rest(self) -> None:
        """Until something is due, new or finished."""
        if self._wake.is_set():
            return
        now = self._env.clock.now()
        due = await self._env.db.read(work.next_due, now)
        seconds = min(self._poll, (due - now).total_seconds() if due else self._poll)
        await sleep_or(self._env.clock, seconds, self._wake)

    async def _hold_leases(self) -> None:
        while True:
            await self._env.clock.sleep(self._beats)
            try:
                await self._beat()
            except Exception:
                await self._after_trouble()

    async def _beat(self) -> None:
        now = self._env.clock.now()
        if self._running:
            await self._env.db.write(work.renew, list(self._running), now + self._lease)
        if await self._env.db.write(work.release_expired, now):
            self._wake.set()

    async def _give_back(self) -> None:
        held = list(self._running.values())
        for _, task in held:
            task.cancel()
        await asyncio.gather(*(task for _, task in held), return_exceptions=True)
        await self._env.db.write(work.give_back, [job.id for job, _ in held])

    async def _perform(self, job: Job) -> None:
        feature = self._features[job.kind]
        verdict = await self._attempt(feature, job)
        if isinstance(verdict, AccountBlocked):
            outcome: Outcome | None = await self._blocked(job, verdict)
        else:
            outcome = await self._retry(job, verdict.error) if isinstance(verdict, _Retry) else verdict
        if outcome is None:
            return
        if isinstance(outcome, Dead) and feature.bury is not None:
            await feature.bury(job, self._env, str(outcome.reason), outcome.detail)
        await self._env.db.write(self._settle, job, outcome)
        self._count(job.kind, type(outcome).__name__.lower())

    async def _attempt(self, feature: Feature, job: Job) -> Outcome | _Retry | AccountBlocked:
        """Perform it and translate what it raises into an outcome."""
        try:
            return await feature.perform(job, self._env)
        except Throttled as error:
            return Snooze(error.retry_after or 1.0, error.reason)
        except AccountBlocked as error:
            return error
        except Final as error:
            return Dead(error.reason, error.detail)
        except ContractBroken as error:
            self._log.error(
                "contract_broken", kind=job.kind, store=job.store_id, reason=error.reason, what=error.detail
            )
            return Park(error.reason, error.detail)
        except ConnectorError as error:
            self._log.warning("trouble", kind=job.kind, store=job.store_id, reason=error.reason, what=error.detail)
            return _Retry(error)
        except Exception as error:
            # A mistake of ours must not lose work; the traceback names lines, never values.
            self._log.exception("mistake", kind=job.kind, store=job.store_id)
            return _Retry(Transient(Reason.INTERNAL, type(error).__name__))

    async def _blocked(self, job: Job, error: AccountBlocked) -> Outcome | None:
        self._log.warning("blocked", kind=job.kind, store=job.store_id, reason=error.reason)
        if error.reason is Reason.SHOP_SUSPENDED:
            return Snooze(_SUSPENDED_WAIT, error.reason)
        self._count(job.kind, await self._env.db.write(self._halt, job, error))
        return None

    def _halt(self, c: Connection, job: Job, error: AccountBlocked) -> str:
        """Note it and park in one transaction, so that an account that opens in between revives this too."""
        outcome = self._on_blocked(c, self._env, job.store_id, error)
        self._settle(c, job, outcome)
        return type(outcome).__name__.lower()

    async def _retry(self, job: Job, error: ConnectorError) -> Outcome | None:
        """Put it back with a growing wait, or give it up after days."""
        now = self._env.clock.now()
        wait = retry.next_try(job.attempts + 1, job.first_tried_at, now, self._env.random.random())
        if wait is None:
            return Dead(error.reason, error.detail)
        told = getattr(error, "retry_after", None) or 0.0
        due = now + max(wait, timedelta(seconds=told))
        await self._env.db.write(self._later, job, due, error)
        self._count(job.kind, "later")
        return None

    def _later(self, c: Connection, job: Job, due: Any, error: ConnectorError) -> None:
        work.later(c, job, due, str(error.reason), error.detail, count=True)

    def _settle(self, c: Connection, job: Job, outcome: Outcome) -> None:
        match outcome:
            case Done():
                work.done(c, job)
            case Snooze(seconds=seconds, reason=reason):
                due = self._env.clock.now() + timedelta(seconds=seconds)
                work.later(c, job, due, str(reason), "", count=False)
            case Park(reason=reason, detail=detail):
                work.stop(c, job, work.PARKED, str(reason), detail)
            case Dead(reason=reason, detail=detail):
                work.stop(c, job, work.DEAD, str(reason), detail)
