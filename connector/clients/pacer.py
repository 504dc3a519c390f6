"""Lets each call through when its side can take it.

The ERP's state is in the database and shared by every process; who goes first among those that wait
here is decided by priority. The shop's bucket is kept in this process and corrected by each answer.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from connector.clock import Clock, sleep_or
from connector.core.pace import Bucket, Wait
from connector.core.purpose import Purpose


class Slots(Protocol):
    """The calls of the last minute, wherever they are kept: `connector.slots` keeps them in the database."""

    async def take(self, company: str, urgent: bool) -> int | Wait:
        """A slot for one call, or until when to wait."""
        ...

    async def answered(self, company: str, slot_id: int, limit: int | None, service: str, purpose: Purpose) -> None:
        """The call has ended; `limit` is what its answer told."""
        ...

    async def unused(self, slot_id: int) -> None:
        """The call was never made."""
        ...

    async def rest(self, company: str, seconds: float, quota_used_up: bool) -> None:
        """The ERP said that it was too much: nobody calls for so long, and fewer after the quota was used up."""
        ...


@dataclass
class Leave:
    """Leave to make one call; the caller notes the limit that the answer told."""

    slot_id: int
    limit: int | None = None


@dataclass
class _Gate:
    """Those who wait to call for one company, the most urgent first."""

    waiting: list[tuple[int, int, asyncio.Future[Leave]]] = field(default_factory=list)
    pump: asyncio.Task[None] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class ErpPacer:
    """Keeps each ERP company inside its plan. `background` is the priority from which calls are spread evenly."""

    def __init__(self, slots: Slots, clock: Clock, background: int) -> None:
        self._slots = slots
        self._clock = clock
        self._background = background
        self._gates: dict[str, _Gate] = {}
        self._turns = itertools.count()

    @asynccontextmanager
    async def call(self, company: str, priority: int, service: str, purpose: Purpose) -> AsyncIterator[Leave]:
        """Wait for leave, make the call inside, give the slot back a minute after its end."""
        gate = self._gates.setdefault(company, _Gate())
        future: asyncio.Future[Leave] = asyncio.get_running_loop().create_future()
        turn = (priority, next(self._turns), future)
        heapq.heappush(gate.waiting, turn)
        if gate.waiting[0] is turn:
            gate.changed.set()
        if gate.pump is None or gate.pump.done():
            gate.pump = asyncio.create_task(self._serve(company, gate))
        leave = await future
        try:
            yield leave
        finally:
            await self._slots.answered(company, leave.slot_id, leave.limit, service, purpose)
            gate.changed.set()

    async def rest(self, company: str, seconds: float, quota_used_up: bool) -> None:
        """The ERP said that it was too much: nobody calls for a while."""
        await self._slots.rest(company, seconds, quota_used_up)

    async def _serve(self, company: str, gate: _Gate) -> None:
        while gate.waiting:
            priority, _, future = gate.waiting[0]
            if future.done():
                heapq.heappop(gate.waiting)
                continue
            gate.changed.clear()
            urgent = priority < self._background
            try:
                taken = await self._slots.take(company, urgent)
            except Exception as error:  # handed to those who wait, or they would wait for ever
                self._refuse(gate, error)
                return
            if isinstance(taken, Wait):
                await self._until(taken, gate)
            else:
                await self._give(gate, taken)

    async def _give(self, gate: _Gate, slot_id: int) -> None:
        """To the most urgent one that still waits: a more urgent one may have come in meanwhile."""
        while gate.waiting:
            _, _, future = heapq.heappop(gate.waiting)
            if not future.done():
                future.set_result(Leave(slot_id))
                return
        await self._slots.unused(slot_id)

    def _refuse(self, gate: _Gate, error: Exception) -> None:
        for _, _, future in gate.waiting:
            if not future.done():
                future.set_exception(error)
        gate.waiting.clear()

    async def _until(self, wait: Wait, gate: _Gate) -> None:
        """Until the time has come, an answer gives room, or somebody more urgent asks."""
        await sleep_or(self._clock, (wait.until - self._clock.now()).total_seconds(), gate.changed)

    async def close(self) -> None:
        pumps = [gate.pump for gate in self._gates.values() if gate.pump is not None]
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


class ShopPacer:
    """Keeps each store's leaky bucket from running over, so that a call is seldom refused."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[int, Bucket] = {}
        self._under_way: dict[int, int] = {}

    @asynccontextmanager
    async def call(self, store_id: int, units: int) -> AsyncIterator[None]:
        bucket = self._buckets.get(store_id) or Bucket(used=0, at=self._clock.now())
        self._buckets[store_id], wait = bucket.take(units, self._clock.now())
        if wait > 0:
            await self._clock.sleep(wait)
        self._under_way[store_id] = self._under_way.get(store_id, 0) + units
        try:
            yield
        finally:
            self._under_way[store_id] -= units

    def heard(self, store_id: int, remaining: int | None) -> None:
        """An answer told how many units are free."""
        if remaining is not None:
            now = self._clock.now()
            self._buckets[store_id] = self._buckets[store_id].heard(remaining, self._under_way[store_id], now)
