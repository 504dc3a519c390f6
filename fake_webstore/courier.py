"""Delivers webhooks when they are due: waits on the world's clock, retries, gives up (§11.4)."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fake_webstore import profiles
from fake_webstore.events import EVENTS
from fake_webstore.sender import Sender, is_success
from scenarios.harness.clock import WorldClock
from scenarios.harness.faults import Fault, Faults, UnknownFault
from scenarios.harness.journal import Journal, JournalFull

if TYPE_CHECKING:
    from fake_webstore.webhooks import Delivery, Subscription

FAULTS = ("duplicate", "drop", "wrong_signature", "old_timestamp", "reorder")
# How long a message is held back that others shall overtake.
_HELD_SECONDS = 30
# §11.4: what is waited after the first failure, the second, … ; nine attempts in all.
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440))
DEAD_BEFORE_OFF = 3
_GONE = 410
_AT_ONCE = 8


class CourierFaults(Faults):
    """The faults of deliveries, with the value that one takes."""

    def order(self, document: dict[str, Any]) -> Fault:
        values = document.get("with", {})
        seconds = values.get("seconds", _HELD_SECONDS) if isinstance(values, dict) else None
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds <= 86_400:
            raise UnknownFault('"seconds" must be a number above 0 and up to 86400')
        return super().order(document)


class Courier:
    """The deliveries of one world, in order of when they are due."""

    def __init__(
        self,
        clock: WorldClock,
        journal: Journal,
        uuid: Callable[[], str],
        on_gone: Callable[[Subscription], None],
        origin: str,
    ) -> None:
        self.faults = CourierFaults(EVENTS, FAULTS)
        self.profile = profiles.IN_ORDER
        self._origin = origin
        self._on_gone = on_gone
        self._clock = clock
        self._sender = Sender(clock, journal, uuid)
        self._waiting: list[tuple[datetime, int, Delivery]] = []
        self._order = itertools.count()
        self._going: set[asyncio.Task[None]] = set()
        self._posted = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None

    def post(self, delivery: Delivery) -> None:
        """Take a delivery; it leaves when due. Must be called from the event loop."""
        heapq.heappush(self._waiting, (delivery.due, next(self._order), delivery))
        self._posted.set()
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())

    async def flush(self) -> int:
        """Send everything that is due now and return how many attempts ended meanwhile."""
        ended = 0
        while self._start_due() or self._going:
            done, _ = await asyncio.wait(self._going, return_when=asyncio.FIRST_COMPLETED)
            ended += len(done)
        return ended

    @property
    def queue(self) -> list[Delivery]:
        """What waits, in the order in which it will leave."""
        return [entry[2] for entry in sorted(self._waiting, key=lambda entry: entry[:2])]

    @property
    def is_busy(self) -> bool:
        return bool(self._going)

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._going)

    def forget(self, subscription_id: int) -> None:
        """Drop what is still to go to a subscription that no longer exists."""
        self._waiting = [entry for entry in self._waiting if entry[2].to.id != subscription_id]
        heapq.heapify(self._waiting)

    async def close(self) -> None:
        tasks = [task for task in (self._runner, *self._going) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._sender.close()

    async def _run(self) -> None:
        while True:
            self._posted.clear()
            self._start_due()
            await self._until_something_changes()

    async def _until_something_changes(self) -> None:
        own: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._posted.wait())]
        if self._waiting and len(self._going) < _AT_ONCE:
            seconds = (self._waiting[0][0] - self._clock.now()).total_seconds()
            own.append(asyncio.ensure_future(self._clock.sleep(seconds)))
        full = self._going if len(self._going) >= _AT_ONCE else set()
        try:
            await asyncio.wait([*own, *full], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in own:
                wait.cancel()

    def _start_due(self) -> int:
        started = 0
        while self._waiting and len(self._going) < _AT_ONCE and self._waiting[0][0] <= self._clock.now():
            delivery = heapq.heappop(self._waiting)[2]
            task = asyncio.create_task(self._attempt(delivery))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
            started += 1
        return started

    async def _attempt(self, delivery: Delivery) -> None:
        if not delivery.to.active:
            return
        fault = self._fault(delivery)
        what = fault.what if fault else None
        if fault and what == "reorder":
            self._hold_back(delivery, fault)
            return
        delivery.attempt += 1
        wait = _wait_after(delivery.attempt)
        # A full journal stops the delivery: nothing may leave that would not be on record.
        with contextlib.suppress(JournalFull):
            if what == "drop":
                self._sender.record_loss(delivery)
                return
            result = await self._sender.send(delivery, what, wait)
            if what == "duplicate":
                result = await self._sender.send(delivery, what, wait)
            self._settle(delivery, result, wait)

    def _fault(self, delivery: Delivery) -> Fault | None:
        fault = self.faults.meet(delivery.event)
        if fault or delivery.attempt or delivery.disturbed:
            return fault
        delivery.disturbed = True
        return profiles.disturbance(self.profile, self._origin, delivery.event, delivery.event_id)

    def _hold_back(self, delivery: Delivery, fault: Fault) -> None:
        """Send it later, so that what comes after it arrives before it; it is the same attempt still."""
        delivery.disturbed = True
        delivery.due = self._clock.now() + timedelta(seconds=fault.with_.get("seconds", _HELD_SECONDS))
        self.post(delivery)

    def _settle(self, delivery: Delivery, result: int | str, wait: timedelta | None) -> None:
        """Say what an attempt's outcome means for the delivery and its subscription."""
        subscription = delivery.to
        if is_success(result):
            subscription.dead_in_a_row = 0
        elif result == _GONE:
            subscription.active = False
            self._on_gone(subscription)
        elif wait is not None:
            delivery.due = self._clock.now() + wait
            self.post(delivery)
        else:
            subscription.dead_in_a_row += 1
            subscription.active = subscription.dead_in_a_row < DEAD_BEFORE_OFF


def _wait_after(attempt: int) -> timedelta | None:
    return WAITS[attempt - 1] if attempt <= len(WAITS) else None
