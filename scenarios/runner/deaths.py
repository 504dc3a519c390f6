"""A connector that dies again and again on one stage, at each named point of a list once, and is started again.

In one process and on the virtual clock: whatever still runs of it can neither commit nor call, what was not committed
is rolled back, and a new connector is built on the same database (decisions §15).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from aiohttp import ClientError

from connector.crash import Crashed, CrashPoints
from connector.demo.errors import DemoError
from scenarios.runner.stage import Stage

# How long an operating system takes to start it again, and how long it then lives at least.
_DOWN = 10.0
_LIFE = timedelta(seconds=10)

# A person who sees an error page tries again.
_PATIENCE = 30.0
_TRIES = 20


def before_and_after(commits: Iterable[str], calls: Iterable[str]) -> list[str]:
    """The names of the points around these commits and calls."""
    both = [("commit", name) for name in commits] + [("call", name) for name in calls]
    return [f"{moment}-{what}:{name}" for what, name in both for moment in ("before", "after")]


class Deaths:
    """The points that are still to be died at, and all that were passed, over the lives of a connector."""

    def __init__(self, stage: Stage, points: Collection[str]) -> None:
        self.left = set(points)
        self.passed: set[str] = set()
        self._stage = stage
        self._not_before: datetime | None = None

    def life(self) -> CrashPoints:
        """The crash points of the connector's next life."""
        return _Life(self, self._stage.died.set)

    def takes(self, name: str) -> bool:
        """Whether to die now at this point."""
        now = self._stage.clock.now()
        if name not in self.left or (self._not_before is not None and now < self._not_before):
            return False
        self.left.remove(name)
        self._not_before = now + timedelta(seconds=_DOWN) + _LIFE
        return True


class _Life(CrashPoints):
    def __init__(self, deaths: Deaths, die: Callable[[], None]) -> None:
        super().__init__(die=die)
        self._deaths = deaths

    def __call__(self, name: str) -> None:
        if not self.is_dead:
            self._deaths.passed.add(name)
            if self._deaths.takes(name):
                self.want(name)
        super().__call__(name)


@asynccontextmanager
async def dying(stage: Stage, points: Collection[str]) -> AsyncIterator[Deaths]:
    """From here on the connector dies at each of these points once; what happens meanwhile does not know of it."""
    deaths = Deaths(stage, points)
    await stage.stop_connector()
    stage.crash_points = deaths.life
    await _start(stage)
    reviver = asyncio.create_task(_revive(stage))
    try:
        yield deaths
    finally:
        if stage.died.is_set():
            await asyncio.wait([reviver], timeout=2 * _DOWN)
        reviver.cancel()
        await asyncio.gather(reviver, return_exceptions=True)


async def _revive(stage: Stage) -> None:
    """What an operating system does."""
    while True:
        await stage.died.wait()
        await stage.stop_connector()
        await stage.clock.sleep(_DOWN)
        stage.died.clear()
        await _start(stage)


async def _start(stage: Stage) -> None:
    # It may die again before it has begun.
    with suppress(Crashed):
        await stage.start_connector()


async def insist(stage: Stage, act: Callable[[], Awaitable[None]]) -> None:
    """Do what a person does who gets an error page: wait a little and try again."""
    for _ in range(_TRIES):
        try:
            await act()
        except (ClientError, DemoError, TimeoutError):
            await stage.clock.sleep(_PATIENCE)
        else:
            return
    await act()


async def until_true(stage: Stage, check: Callable[[], Awaitable[None]], hours: int) -> None:
    """Wait until a check raises no AssertionError; its last one goes through when the time is over."""
    for _ in range(6 * hours):
        try:
            await check()
        except AssertionError:
            await stage.clock.sleep(600)
        else:
            return
    await check()
