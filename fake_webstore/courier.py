"""Delivers webhooks: signs, sends, waits on the world's clock, gives up (§11.3, 11.4)."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp

from fake_webstore.events import EVENTS
from fake_webstore.formats import time_text
from fake_webstore.signature import sign
from scenarios.harness.clock import WorldClock
from scenarios.harness.faults import Fault, Faults
from scenarios.harness.journal import Journal, JournalFull

if TYPE_CHECKING:
    from fake_webstore.webhooks import Delivery, Subscription

FAULTS = ("duplicate", "drop", "wrong_signature", "old_timestamp")
# §11.4: what is waited after the first failure, the second, … ; nine attempts in all.
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440))
ANSWER_WITHIN = aiohttp.ClientTimeout(total=5)
DEAD_BEFORE_OFF = 3
_AT_ONCE = 8
# Beyond the 300 seconds that a receiver allows.
_OLD = 600


class Courier:
    """The deliveries of one world, in order of when they are due."""

    def __init__(
        self, clock: WorldClock, journal: Journal, uuid: Callable[[], str], on_gone: Callable[[Subscription], None]
    ) -> None:
        self.faults = Faults(EVENTS, FAULTS)
        self._on_gone = on_gone
        self._clock = clock
        self._journal = journal
        self._uuid = uuid
        self._waiting: list[tuple[datetime, int, Delivery]] = []
        self._order = itertools.count()
        self._going: set[asyncio.Task[None]] = set()
        self._posted = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None

    def post(self, delivery: Delivery) -> None:
        """Take a delivery; it leaves when due. Must be called from the event loop."""
        heapq.heappush(self._waiting, (delivery.due, next(self._order), delivery))
        self._posted.set()
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())

    async def flush(self) -> int:
        """Send everything that is due now and return how many attempts that took."""
        sent = 0
        while self._start_due() or self._going:
            done, _ = await asyncio.wait(self._going, return_when=asyncio.FIRST_COMPLETED)
            sent += len(done)
        return sent

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
        if self._session:
            await self._session.close()

    async def _run(self) -> None:
        while True:
            self._posted.clear()
            self._start_due()
            await self._until_something_changes()

    async def _until_something_changes(self) -> None:
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._posted.wait())]
        if len(self._going) >= _AT_ONCE:
            waits.extend(self._going)
        elif self._waiting:
            seconds = (self._waiting[0][0] - self._clock.now()).total_seconds()
            waits.append(asyncio.ensure_future(self._clock.sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                if wait not in self._going:
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
        delivery.attempt += 1
        fault = self.faults.meet(delivery.event)
        # Nothing may leave that would not be on record.
        with contextlib.suppress(JournalFull):
            await self._go(delivery, fault)

    async def _go(self, delivery: Delivery, fault: Fault | None) -> None:
        if fault is not None and fault.what == "drop":
            self._journal.append("webhook", **_facts(delivery), delivery=None, fault="drop")
            return
        status = await self._send(delivery, fault)
        if fault is not None and fault.what == "duplicate":
            status = await self._send(delivery, fault)
        self._settle(delivery, status)

    async def _send(self, delivery: Delivery, fault: Fault | None) -> int | str:
        """The status of the answer, or why there was none."""
        what = fault.what if fault else None
        delivery_id = self._uuid()
        timestamp = int(self._clock.now().timestamp()) - (_OLD if what == "old_timestamp" else 0)
        secret = delivery.to.secret + ("-wrong" if what == "wrong_signature" else "")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Webstore-Webhooks/1 (fake)",
            "X-Webstore-Event": delivery.event,
            "X-Webstore-Store-Id": str(delivery.to.store_id),
            "X-Webstore-Delivery": delivery_id,
            "X-Webstore-Attempt": str(delivery.attempt),
            "X-Webstore-Timestamp": str(timestamp),
            "X-Webstore-Hmac-SHA256": sign(secret, timestamp, delivery.body),
        }
        entry = self._journal.append("webhook", **_facts(delivery), delivery=delivery_id, fault=what, status=None)
        started = self._clock.now()
        result = await self._post(delivery.to.url, delivery.body, headers)
        entry["status"] = result
        self._list(delivery, delivery_id, started, result)
        return result

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int | str:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=ANSWER_WITHIN, cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return answer.status
        except TimeoutError:
            return "timeout"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return type(error).__name__

    def _list(self, delivery: Delivery, delivery_id: str, started: datetime, result: int | str) -> None:
        """Add the attempt to what `GET /webhooks/{id}/deliveries` shows."""
        wait = _wait_after(delivery.attempt)
        good = isinstance(result, int) and 200 <= result < 300
        delivery.to.attempts.append(
            {
                "id": delivery_id,
                "event_id": delivery.event_id,
                "event": delivery.event,
                "attempt": delivery.attempt,
                "attempted_at": time_text(started),
                "status": "delivered" if good else "failed" if wait and result != 410 else "dead",
                "response_status": result if isinstance(result, int) else None,
                "error": None if isinstance(result, int) else result,
                "next_attempt_at": None if good or not wait or result == 410 else time_text(started + wait),
            }
        )

    def _settle(self, delivery: Delivery, status: int | str) -> None:
        subscription = delivery.to
        if isinstance(status, int) and 200 <= status < 300:
            subscription.dead_in_a_row = 0
        elif status == 410:
            subscription.active = False
            self._on_gone(subscription)
        elif wait := _wait_after(delivery.attempt):
            delivery.due = self._clock.now() + wait
            self.post(delivery)
        else:
            subscription.dead_in_a_row += 1
            subscription.active = subscription.dead_in_a_row < DEAD_BEFORE_OFF


def _wait_after(attempt: int) -> timedelta | None:
    return WAITS[attempt - 1] if attempt <= len(WAITS) else None


def _facts(delivery: Delivery) -> dict[str, object]:
    return {
        "store_id": delivery.to.store_id,
        "webhook_id": delivery.to.id,
        "url": delivery.to.url,
        "event": delivery.event,
        "event_id": delivery.event_id,
        "attempt": delivery.attempt,
    }
