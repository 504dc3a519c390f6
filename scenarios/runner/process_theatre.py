"""A story's programs as processes of their own, on the wall's clock or one that is so many times as fast.

A death is a SIGKILL, by us or at a named point by the process itself; whoever died so is started again.
"""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from connector.demo.doors import Door
from connector.demo.errors import DemoError
from connector.demo.processes import Processes
from connector.vault import new_key
from scenarios.harness.clock import Clock, RealClock, ScaledClock
from scenarios.runner.connector_processes import ConnectorProcesses, commands_on, free_ports
from scenarios.runner.deathbed import Down
from scenarios.runner.stage import PLATFORM, StageError
from scenarios.runner.story import Story

_LOOK = 0.1
# A stalled answer is waited for on the wall: on a fast clock no longer than the story's time allows.
_TIMEOUTS = {"CONNECTOR_ERP_TIMEOUT": "2", "CONNECTOR_SHOP_TIMEOUT": "2"}


class ProcessTheatre:
    """`rate` are the story's seconds in one of the wall's."""

    def __init__(self, folder: Path, story: Story, seed: int, rate: float, database_url: str) -> None:
        self.folder, self._story, self._seed = folder, story, seed
        self._rate, self._database_url = rate, database_url
        self._scaled = ScaledClock(time.time(), RealClock().now(), rate)
        self.clock: Clock = self._scaled
        self.connector = self
        self.patience = 0.25 * rate
        # Its leases are of the wall's time.
        self.takeover = 60 * rate
        self.folder_of_story = story.path.parent
        self.points: list[str] = []
        self.deaths = 0
        self.downs: list[Down] = []
        # Of another process nothing is known but what it tells.
        self.passed: tuple[str, ...] = ()
        self._processes = Processes(folder)
        self._programs: ConnectorProcesses | None = None
        self._watch: asyncio.Task[None] | None = None
        self._down = 0.0

    async def open(self) -> None:
        """Start everything and make the worlds. Raises StageError if a program does not start."""
        self.http = ClientSession()
        try:
            await self._open()
        except DemoError as error:
            raise StageError(str(error)) from None

    async def _open(self) -> None:
        ports = free_ports()
        fakes = {"fake-erp": (ports.erp, ports.erp_door), "fake-webstore": (ports.shop, ports.shop_door)}
        for name, (port, door) in fakes.items():
            listen = ("--port", str(port), "--door-port", str(door), "--clock", self._scaled.spec())
            await self._processes.start(name, name.replace("-", "_"), *listen)
            await self._processes.until_listening(name, door)
        self.erp_door_url = f"http://127.0.0.1:{ports.erp_door}"
        self.erps = {name: Door(self.http, self.erp_door_url, name) for name in self._story.accounts}
        for number, (name, settings) in enumerate(self._story.accounts.items()):
            await self.erps[name].create(**{"seed": self._seed + number, **settings})
        self.shop = Door(self.http, f"http://127.0.0.1:{ports.shop_door}", PLATFORM)
        url = self.connector_url = f"http://127.0.0.1:{ports.connector}"
        app = {"redirect_uri": f"{url}/oauth/callback", "home_url": f"{url}/app/entrar"}
        stores = [shop.store for shop in self._story.shops.values()]
        platform = await self.shop.create(seed=self._seed, app=app, stores=stores)
        self._programs = ConnectorProcesses(
            http=self.http,
            folder=self.folder,
            environment={
                "CONNECTOR_PUBLIC_URL": url,
                "CONNECTOR_PORT": str(ports.connector),
                "CONNECTOR_ERP_URL": f"http://127.0.0.1:{ports.erp}/api2/",
                **self._configuration(platform),
            },
            commands=commands_on(self._database_url),
        )
        await self.start()

    def _configuration(self, platform: dict[str, Any]) -> dict[str, str]:
        return {
            "CONNECTOR_WEBSTORE_URL": platform["base_url"],
            "CONNECTOR_APP_ID": str(platform["app_id"]),
            "CONNECTOR_APP_SECRET": platform["client_secret"],
            "CONNECTOR_KEYS": new_key(),
            "CONNECTOR_DATABASE_URL": self._database_url,
            "CONNECTOR_CLOCK": self._scaled.spec(),
            # The daily comparison would be in every count of calls.
            "CONNECTOR_RECONCILE_CALLS": "0",
            **(_TIMEOUTS if self._rate > 1 else {}),
        }

    @property
    def programs(self) -> ConnectorProcesses:
        """The connector's processes."""
        assert self._programs is not None, "the theatre is not open"
        return self._programs

    async def start(self) -> None:
        await self._start({})

    async def _start(self, more: dict[str, str]) -> None:
        await self.programs.start_all(more)
        if self.downs:
            self.downs[-1].to = self.clock.now()
        self._watch = asyncio.create_task(self._revive())

    async def stop(self) -> None:
        self.downs.append(Down(self.clock.now()))
        await self._stop_watching()
        await self.programs.stop()

    async def kill(self, down: float) -> None:
        """All of its processes at once, as when the power goes; `start_all` waits until it answers again."""
        await self._stop_watching()
        self.downs.append(Down(self.clock.now()))
        for name, process in self.programs.running.items():
            # One that has died at its point is as dead as it can be.
            if process.returncode != -signal.SIGKILL:
                await self.programs.kill(name)
        self.deaths += 1
        await self.clock.sleep(down)
        await self.start()

    async def die_at(self, point: str, down: float) -> None:
        """A process is told its point when it is started, so that all are started anew; each dies there once."""
        await self.stop()
        self._down = down
        self.points.append(point)
        await self._start({"CONNECTOR_CRASH_AT": point})

    async def _revive(self) -> None:
        """Whoever has died by SIGKILL is started again. Raises StageError for one that ended otherwise."""
        while True:
            await asyncio.sleep(_LOOK)
            for name, process in list(self.programs.running.items()):
                if process.returncode is None:
                    continue
                if process.returncode != -signal.SIGKILL:
                    words = self.programs.last_words(name)
                    raise StageError(f"{name} ended by itself with status {process.returncode}: {words}")
                self.deaths += 1
                self.points.clear()
                self.downs.append(Down(self.clock.now()))
                await self.clock.sleep(self._down)
                await self.programs.start(name)
                self.downs[-1].to = self.clock.now()

    async def _stop_watching(self) -> None:
        if self._watch is None:
            return
        self._watch.cancel()
        (ended,) = await asyncio.gather(self._watch, return_exceptions=True)
        self._watch = None
        if isinstance(ended, StageError):
            raise ended

    async def close(self) -> None:
        """Stop everything. Raises StageError if one of the connector's processes had ended by itself."""
        try:
            await self._stop_watching()
        finally:
            if self._programs is not None:
                await self._programs.stop()
            await self._processes.stop()
            await self.http.close()
