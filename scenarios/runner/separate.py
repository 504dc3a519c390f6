"""The connector as a process of its own, with both fakes in this one, on a scaled clock: for kills that are real."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connector.store.engine import make_engine
from scenarios.harness.clock import RealClock, ScaledClock
from scenarios.runner.stage import Stage


class SeparateStage(Stage):
    """A stage whose connector can be killed. `key` and the database outlive it.

    `command` is what its process runs; at `crash_at`, a point's name, it kills itself.
    """

    def __init__(self, folder: Path, *, rate: float, seed: int = 1, command: tuple[str, ...] = ("serve",)) -> None:
        super().__init__(folder, virtual=False, seed=seed)
        self.scaled = ScaledClock(time.time(), RealClock().now(), rate)
        self._use_clock(self.scaled)
        self.command = command
        self.crash_at = ""
        self.process: Process | None = None
        self.log = folder / "connector.log"
        self._launched: list[Process] = []

    def environment(self) -> dict[str, str]:
        """The connector's whole configuration."""
        return {
            "CONNECTOR_PUBLIC_URL": self.url,
            "CONNECTOR_PORT": str(self.port),
            "CONNECTOR_WEBSTORE_URL": self.shop_url,
            "CONNECTOR_APP_ID": str(self.shop.app.app_id),
            "CONNECTOR_APP_SECRET": self.shop.app.client_secret,
            "CONNECTOR_KEYS": self.key,
            "CONNECTOR_DATABASE_URL": self.database_url,
            "CONNECTOR_ERP_URL": self.erp_url,
            "CONNECTOR_CLOCK": self.scaled.spec(),
        }

    async def start_connector(self) -> None:
        """Start the process and wait until it answers."""
        asked = {"CONNECTOR_CRASH_AT": self.crash_at} if self.crash_at else {}
        self.process = await self.launch(*self.command, **asked)
        await self.until_answering(self.process, self.port)

    async def launch(self, *command: str, **settings: str) -> Process:
        """Start a process of the connector, the stage's or one beside it; `settings` are its own."""
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "connector", *command),
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment(), **settings},
            )
        self._launched.append(process)
        return process

    async def until_answering(self, process: Process, port: int) -> None:
        """Wait until a process answers on its port. Raises AssertionError if it ends before."""

        async def answers() -> bool:
            if process.returncode is not None:
                raise AssertionError(f"the connector ended: {self.log.read_text(errors='replace')[-500:]}")
            try:
                async with self.http.get(f"http://127.0.0.1:{port}/health") as answer:
                    return answer.status == 200
            except OSError:
                return False

        await self.until(answers, "the connector's answer", seconds=90 * self.scaled.rate)

    async def restart(self, crash_at: str = "") -> None:
        """Start it again, to die at another point or at none."""
        self.crash_at = crash_at
        await self.start_connector()

    async def kill_connector(self) -> None:
        """SIGKILL: nothing of it gets a chance to tidy up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def until_killed(self, process: Process | None = None) -> None:
        """Wait for the end by SIGKILL of the stage's process, or of another one."""
        killed = process or self.process
        assert killed is not None
        async with asyncio.timeout(60):
            assert await killed.wait() == -signal.SIGKILL

    async def stop_connector(self) -> None:
        """End whatever of it runs."""
        for process in self._launched:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        self._launched.clear()

    async def pulled(self) -> None:
        """Connected, with the whole catalogue."""
        await self.connect()
        await self.until_catalogue()

    async def until_catalogue(self, seconds: float = 3000) -> None:
        """Wait until the shop's panel tells of a pull that has ended."""

        async def told() -> bool:
            return self.shop.stores[self.store_id()].settings.last_sync_at is not None

        await self.until(told, "the end of the pull", seconds=seconds)

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        """What the database holds, also that of a dead process."""
        engine = make_engine(self.database_url, writes=False)
        try:
            with engine.connect() as c:
                return list(c.execute(query).all())
        finally:
            engine.dispose()
