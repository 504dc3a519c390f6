"""What a world does by itself after a while, such as a write that lands when its caller has long gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from scenarios.harness.clock import WorldClock


class Errands:
    """Background tasks on a world's clock; they end with the world."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something once, so many seconds from now."""
        task = asyncio.create_task(self._wait(seconds, act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def pending(self) -> int:
        return len(self._tasks)

    async def _wait(self, seconds: float, act: Callable[[], None]) -> None:
        await self._clock.sleep(seconds)
        act()

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
