"""What the platform does by itself later on, in time of the world's clock."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from scenarios.harness.clock import WorldClock


class Agenda:
    """Actions of one world that wait for their time."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._alarms: set[asyncio.Task[None]] = set()

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Take an action. Must be called from the event loop."""
        due = self._clock.now() + timedelta(seconds=seconds)
        heapq.heappush(self._waiting, (due, next(self._order), action))
        alarm = asyncio.create_task(self._ring(seconds))
        self._alarms.add(alarm)
        alarm.add_done_callback(self._alarms.discard)

    def run_due(self) -> None:
        """Do what is due now, in order."""
        while self._waiting and self._waiting[0][0] <= self._clock.now():
            heapq.heappop(self._waiting)[2]()

    async def close(self) -> None:
        alarms = list(self._alarms)
        for alarm in alarms:
            alarm.cancel()
        await asyncio.gather(*alarms, return_exceptions=True)

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self.run_due()
