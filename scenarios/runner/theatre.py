"""Where a story is played: both fakes and the connector, running, as the story's people and its judge reach them.

Everything is reached by HTTP; only starting, stopping and killing the connector differs from place to place.
"""

from __future__ import annotations

import asyncio
import functools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from aiohttp import ClientSession

from connector.crash import Crashed, CrashPoints
from connector.demo.doors import Door
from connector.store import schema
from scenarios.harness.clock import Clock
from scenarios.runner.against import DoorTarget, GivenTheatre
from scenarios.runner.against_api import ApiTarget, ApiTheatre
from scenarios.runner.databases import database
from scenarios.runner.deathbed import Deathbed, Down
from scenarios.runner.process_theatre import ProcessTheatre
from scenarios.runner.stage import PLATFORM, Stage
from scenarios.runner.story import Story

# How long an operating system takes to start a program that has died.
RESTART = 10.0


class Theatre(Protocol):
    """`erps` are the control doors of the accounts, by name; `shop` is that of the platform."""

    clock: Clock
    http: ClientSession
    erps: dict[str, Door]
    shop: Door
    erp_door_url: str

    # Where the connector answers, and where its log and a database that is a file are.
    # None where it is somebody else's connector, which tells us neither its figures nor its files.
    @property
    def connector_url(self) -> str | None: ...
    @property
    def folder(self) -> Path | None: ...

    # Seconds of the clock between two looks.
    patience: float
    # Seconds of the clock until what a dead process had begun is taken over, beside the time that it is down.
    takeover: float
    # Where the story's own files are.
    folder_of_story: Path

    @property
    def connector(self) -> Deathbed: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Wall:
    """Real time: the story's seconds in one of the wall's, and the kind of database, sqlite or postgresql.

    With a target nothing is started, and the rate is that of its clock.
    """

    rate: float = 1.0
    database: str = "sqlite"
    target: DoorTarget | ApiTarget | None = None


@asynccontextmanager
async def opened(story: Story, seed: int, folder: Path, wall: Wall | None) -> AsyncIterator[Theatre]:
    """The programs of a story, running until the block ends; on the virtual clock where there is no wall's."""
    if wall is None:
        with (folder / "connector.log").open("w", encoding="utf-8") as log:
            virtual = VirtualTheatre(folder, story, seed, log)
            async with _running(virtual):
                yield virtual
        return
    if wall.target is not None:
        given = wall.target.theatre(story)
        async with _running(given):
            yield given
        return
    with database(wall.database, folder, None) as url:
        separate = ProcessTheatre(folder, story, seed, wall.rate, url)
        async with _running(separate):
            yield separate


@asynccontextmanager
async def _running(theatre: VirtualTheatre | ProcessTheatre | GivenTheatre | ApiTheatre) -> AsyncIterator[None]:
    try:
        await theatre.open()
        yield
    finally:
        await theatre.close()


def prepare() -> None:
    """Make what all theatres of this process share, before several of them are opened at the same time."""
    _empty_database()


@functools.cache
def _empty_database() -> bytes:
    """A file of the newest schema: to make it takes longer than many a story."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.sqlite3"
        schema.migrate(f"sqlite:///{file}")
        return file.read_bytes()


def _unless_dead(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A task that died with the connector has nothing to tell."""
    if not isinstance(context.get("exception"), Crashed):
        loop.default_exception_handler(context)


class VirtualTheatre:
    """All three programs on the running loop, whose time jumps. A dead connector can neither commit nor call."""

    patience = 1.0
    takeover = 0.0

    def __init__(self, folder: Path, story: Story, seed: int, log: TextIO) -> None:
        self._story, self._seed = story, seed
        self.folder = folder
        self._stage = Stage(folder, virtual=True, seed=seed, log_stream=log)
        self.folder_of_story = story.path.parent
        self._points = CrashPoints(die=self._stage.died.set)
        self._passed: set[str] = set()
        self._stage.crash_points = self._life
        self._down = RESTART
        self._reviver: asyncio.Task[None] | None = None
        self._was_killed = False
        self.points: list[str] = []
        self.deaths = 0
        self.downs: list[Down] = []
        self.connector: Deathbed = self
        self.clock = self._stage.clock

    async def open(self) -> None:
        """Make the worlds and start everything."""
        asyncio.get_running_loop().set_exception_handler(_unless_dead)
        (self._stage.folder / "connector.sqlite3").write_bytes(_empty_database())
        (first, settings), *others = self._story.accounts.items()
        await self._stage.open(
            erp={"name": first, **settings}, shop={"stores": [shop.store for shop in self._story.shops.values()]}
        )
        stage = self._stage
        self.http, self.erp_door_url, self.connector_url = stage.http, stage.erp_door_url, stage.url
        self.shop = Door(stage.http, stage.shop_door_url, PLATFORM)
        self.erps = {first: Door(stage.http, stage.erp_door_url, first)}
        for number, (name, more) in enumerate(others, 1):
            stage.fake_erp.create_world(**{"name": name, "seed": self._seed + number, **more})
            self.erps[name] = Door(stage.http, stage.erp_door_url, name)
        self._reviver = asyncio.create_task(self._revive())

    @property
    def passed(self) -> tuple[str, ...]:
        return tuple(sorted(self._passed | {*self._points.passed}))

    def _life(self) -> CrashPoints:
        self._passed |= {*self._points.passed}
        self._points = CrashPoints(die=self._stage.died.set)
        return self._points

    async def kill(self, down: float) -> None:
        self._down, self._was_killed = down, True
        self._points.is_dead = True
        self._stage.died.set()
        await asyncio.sleep(0)

    async def die_at(self, point: str, down: float) -> None:
        self._down = down
        self._points.want(point)
        self.points.append(point)

    async def stop(self) -> None:
        self.downs.append(Down(self.clock.now()))
        await self._stage.stop_connector()

    async def start(self) -> None:
        with suppress(Crashed):
            await self._stage.start_connector()
        if self.downs:
            self.downs[-1].to = self.clock.now()

    async def _revive(self) -> None:
        while True:
            await self._stage.died.wait()
            self.deaths += 1
            if not self._was_killed:
                self.points.pop()
            self._was_killed = False
            self.downs.append(Down(self.clock.now()))
            await self._stage.stop_connector()
            await self.clock.sleep(self._down)
            self._stage.died.clear()
            await self.start()

    async def close(self) -> None:
        if self._reviver is not None:
            self._reviver.cancel()
            await asyncio.gather(self._reviver, return_exceptions=True)
        await self._stage.close()
