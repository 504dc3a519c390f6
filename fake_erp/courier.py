"""Delivers webhooks when they are due, by the world's clock: waits, retries, gives up.

In order by default: what is made first leaves first, and what concerns one product or order goes one
after another. Retries overtake nothing and are overtaken (stock webhook §1). Faults disturb that by
exact count, a world's profile by share.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fake_erp import faults
from fake_erp.deliveries import DELIVERED, DROPPED, LOST, WAITING, Delivery
from scenarios.harness.journal import JournalFull

if TYPE_CHECKING:
    from datetime import datetime

    from fake_erp.sender import Result, Sender
    from scenarios.harness.clock import WorldClock
    from scenarios.harness.faults import Fault
    from scenarios.harness.journal import Journal

# What keeps a message back; it leaves by itself later.
_HOLDING = (faults.LATE, faults.REORDER, faults.BURST)


class Courier:
    """The deliveries of one world: all that were ever made, and those that still have to leave."""

    def __init__(
        self,
        clock: WorldClock,
        journal: Journal,
        sender: Sender,
        *,
        meet: Callable[[str], Fault | None],
        disturb: Callable[[Delivery], Fault | None],
        ended: Callable[[Delivery, bool, bytes], None],
        at_once: Callable[[], int],
    ) -> None:
        self.log: list[Delivery] = []
        self._clock = clock
        self._journal = journal
        self._sender = sender
        self._meet = meet
        self._disturb = disturb
        # Told after each attempt whether it was confirmed, with the body of the answer.
        self._told = ended
        self._at_once = at_once
        self._watched: dict[int, asyncio.Event] = {}
        self._waiting: list[tuple[datetime, int, Delivery]] = []
        self._order = itertools.count()
        self._lanes: dict[str, deque[Delivery]] = {}
        self._going: set[asyncio.Task[None]] = set()
        self._posted = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._closed = False
        self._ended = 0
        self._held = 0

    def post(self, delivery: Delivery) -> None:
        """Take a new delivery. Must be called from the event loop."""
        self.log.append(delivery)
        self._wait_for(delivery, delivery.due)

    async def first_try(self, delivery: Delivery, within: float) -> None:
        """Return when a new delivery was tried, held back or dropped, or after so many seconds of the event loop."""
        if delivery.tries or delivery.disturbed:
            return
        tried = self._watched[delivery.id] = asyncio.Event()
        try:
            async with asyncio.timeout(within):
                await tried.wait()
        except TimeoutError:
            # Whoever receives it may be waiting for us.
            pass
        finally:
            del self._watched[delivery.id]

    async def exchange(self, delivery: Delivery, pause: Callable[[float], Awaitable[None]]) -> bytes:
        """Deliver at once what somebody waits for; the answer that confirmed it, or b"". Raises JournalFull.

        Failed tries follow one another without a wait. Profiles are for messages that nobody waits for.
        """
        self._journal.require_room()
        self.log.append(delivery)
        body = b""
        try:
            while delivery.state == WAITING and delivery.next_wait is not None and not self._closed:
                if fault := self._meet(delivery.kind):
                    self._note(delivery, fault, "fault")
                    if fault.what == faults.LATE:
                        await pause(faults.seconds_of(fault))
                result, body = await self._try(delivery, fault.what if fault else None)
                if result == 200:
                    delivery.state = DELIVERED
                if delivery.state != DROPPED:
                    self._told(delivery, result == 200, body)
        finally:
            if delivery.state == WAITING:
                delivery.state = LOST
        return body if delivery.state == DELIVERED else b""

    async def flush(self) -> int:
        """Send everything that is due now and return how many attempts ended meanwhile."""
        before = self._ended
        while self._start_due() or self._going:
            await asyncio.wait(self._going, return_when=asyncio.FIRST_COMPLETED)
        return self._ended - before

    @property
    def waiting(self) -> int:
        return len(self._waiting) + sum(len(lane) for lane in self._lanes.values()) + len(self._going)

    @property
    def busy(self) -> bool:
        """Whether something is under way at this moment, or somebody waits for it."""
        return bool(self._going or self._lanes or self._watched)

    @property
    def queue(self) -> list[int]:
        """The ids of the deliveries that wait, in the order in which they will leave."""
        return [delivery.id for _, _, delivery in sorted(self._waiting, key=lambda each: each[:2])]

    def resume(self, log: list[Delivery], queue: list[int]) -> None:
        """Take over what another courier had made and what waited there, in its order."""
        self.log = log
        by_id = {delivery.id: delivery for delivery in log}
        self._held = sum(by_id[number].held for number in queue)
        for number in queue:
            self._wait_for(by_id[number], by_id[number].due)

    async def close(self) -> None:
        self._closed = True
        tasks = [task for task in (self._runner, *self._going) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._sender.close()

    def _wait_for(self, delivery: Delivery, due: datetime) -> None:
        if self._closed:
            return
        delivery.due = due
        heapq.heappush(self._waiting, (due, next(self._order), delivery))
        self._posted.set()
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            self._posted.clear()
            self._start_due()
            await self._until_something_changes()

    async def _until_something_changes(self) -> None:
        own: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._posted.wait())]
        full = self._going if len(self._going) >= self._at_once() else set()
        if self._waiting and not full:
            seconds = (self._waiting[0][0] - self._clock.now()).total_seconds()
            own.append(asyncio.ensure_future(self._clock.sleep(seconds)))
        try:
            await asyncio.wait([*own, *full], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in own:
                wait.cancel()

    def _start_due(self) -> int:
        started = 0
        while self._waiting and len(self._going) < self._at_once() and self._waiting[0][0] <= self._clock.now():
            delivery = heapq.heappop(self._waiting)[2]
            if delivery.lane in self._lanes:
                self._lanes[delivery.lane].append(delivery)
                continue
            self._lanes[delivery.lane] = deque([delivery])
            task = asyncio.create_task(self._serve(delivery.lane))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
            started += 1
        return started

    async def _serve(self, lane: str) -> None:
        queue = self._lanes[lane]
        try:
            while queue:
                # A full journal stops the delivery: nothing may leave that would not be on record.
                with contextlib.suppress(JournalFull):
                    delivery = queue.popleft()
                    try:
                        await self._attempt(delivery)
                    finally:
                        self._tell_watcher(delivery)
        finally:
            del self._lanes[lane]

    async def _attempt(self, delivery: Delivery) -> None:
        fault = self._struck(delivery)
        if fault and fault.what in _HOLDING:
            self._hold(delivery, fault)
            return
        self._held -= delivery.held
        delivery.held = False
        result, body = await self._try(delivery, fault.what if fault else None)
        if delivery.state != DROPPED:
            self._settle(delivery, result, body)
            self._release_held()

    def _struck(self, delivery: Delivery) -> Fault | None:
        """What was ordered for this attempt, else what the world's profile does to it."""
        if delivery.excused:
            delivery.excused = False
            return None
        if fault := self._meet(delivery.kind):
            self._note(delivery, fault, "fault")
        elif fault := self._disturb(delivery):
            self._note(delivery, fault, "profile")
        return fault

    def _note(self, delivery: Delivery, fault: Fault, by: str) -> None:
        """Put on record what happens to a message on its way. Raises JournalFull."""
        what: dict[str, Any] = {"what": fault.what, "by": by}
        if fault.what in _HOLDING:
            what["seconds"] = faults.seconds_of(fault)
        self._journal.append("webhook_disturbed", delivery=delivery.id, tipo=delivery.tipo, **what)
        delivery.disturbed.append(what)

    def _hold(self, delivery: Delivery, fault: Fault) -> None:
        delivery.excused, delivery.held = True, fault.what == faults.REORDER
        self._held += delivery.held
        self._wait_for(delivery, self._clock.now() + timedelta(seconds=faults.seconds_of(fault)))

    async def _try(self, delivery: Delivery, what: str | None) -> tuple[Result, bytes]:
        """One try, which a fault can make two attempts or none; what came of it for the ERP. Raises JournalFull."""
        self._ended += 1
        delivery.tries += 1
        if what == faults.DROP:
            self._sender.record(delivery, what)
            delivery.state = DROPPED
            return faults.DROP, b""
        result, body = await self._sender.send(delivery, what)
        if what == faults.DUPLICATE:
            result, body = await self._sender.send(delivery, what)
        return (faults.ANSWER_LOST, b"") if what == faults.ANSWER_LOST else (result, body)

    def _settle(self, delivery: Delivery, result: Result, body: bytes) -> None:
        """HTTP 200 confirms, nothing else does (stock webhook §2.4)."""
        if result == 200:
            delivery.state = DELIVERED
        elif (wait := delivery.next_wait) is not None:
            self._wait_for(delivery, self._clock.now() + wait)
        else:
            delivery.state = LOST
        self._told(delivery, result == 200, body)

    def _tell_watcher(self, delivery: Delivery) -> None:
        if watched := self._watched.get(delivery.id):
            watched.set()

    def _release_held(self) -> None:
        """What was to be overtaken by one delivery has been."""
        if not self._held:
            return
        now = self._clock.now()
        self._waiting = [(now, order, one) if one.held else (due, order, one) for due, order, one in self._waiting]
        heapq.heapify(self._waiting)
        self._posted.set()
