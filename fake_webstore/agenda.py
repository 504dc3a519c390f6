"""What the platform does by itself later on, in time of the world's clock."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scenarios.harness.clock import WorldClock


@dataclass(frozen=True)
class Errand:
    """Something to be done in a store: a name of `fake_webstore.errands`, and the order or product that it is about.

    Data and no function, so that a world can be saved while it waits.
    """

    name: str
    store_id: int
    subject: int = 0


class Agenda:
    """Errands of one world that wait for their time."""

    def __init__(self, clock: WorldClock, do: Callable[[Errand], None]) -> None:
        self._clock = clock
        self._do = do
        self._waiting: list[tuple[datetime, int, Errand]] = []
        self._order = itertools.count()
        self._alarms: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> list[tuple[datetime, Errand]]:
        """What waits and until when, in order."""
        return [(due, errand) for due, _, errand in sorted(self._waiting)]

    def later(self, seconds: float, errand: Errand) -> None:
        """Take an errand. Must be called from the event loop."""
        self.at(self._clock.now() + timedelta(seconds=seconds), errand)

    def at(self, due: datetime, errand: Errand) -> None:
        """Take an errand for a moment. Must be called from the event loop."""
        heapq.heappush(self._waiting, (due, next(self._order), errand))
        alarm = asyncio.create_task(self._ring((due - self._clock.now()).total_seconds()))
        self._alarms.add(alarm)
        alarm.add_done_callback(self._alarms.discard)

    def run_due(self) -> None:
        """Do what is due now, in order."""
        while self._waiting and self._waiting[0][0] <= self._clock.now():
            self._do(heapq.heappop(self._waiting)[2])

    async def close(self) -> None:
        alarms = list(self._alarms)
        for alarm in alarms:
            alarm.cancel()
        await asyncio.gather(*alarms, return_exceptions=True)

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self.run_due()
