"""The connector's processes, by name, on one database: started, killed, stopped, whoever plays with them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession

from connector.demo.errors import DemoError
from connector.demo.processes import Ports

_PATIENCE = 60.0


def commands_on(database_url: str) -> dict[str, tuple[str, ...]]:
    """One process on a SQLite file; on PostgreSQL one that answers and two that work."""
    if database_url.startswith("sqlite"):
        return {"serve": ("serve",)}
    return {"serve": ("serve", "--no-work"), "worker-1": ("worker",), "worker-2": ("worker",)}


def free_ports() -> Ports:
    """Five in a row that nobody uses. Raises DemoError if there are none."""
    for first in range(21_000 + 5 * (os.getpid() % 800), 30_000, 5):
        ports = Ports(first)
        with suppress(DemoError):
            ports.check()
            return ports
    raise DemoError("no five free ports between 21000 and 30000")


@dataclass(kw_only=True)
class ConnectorProcesses:
    """`commands` are what each of them runs, `environment` their whole configuration; logs go to `folder`. What is
    `apart` no Ctrl-C reaches: who started it ends it."""

    http: ClientSession
    folder: Path
    environment: dict[str, str]
    commands: dict[str, tuple[str, ...]]
    apart: bool = False
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, name: str, more: Mapping[str, str] | None = None) -> None:
        """Start one of them, with `more` in its environment."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "connector", *self.commands[name]),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment, **(more or {})},
                start_new_session=self.apart,
            )

    async def start_all(self, more: Mapping[str, str] | None = None) -> None:
        """Start all of them; the first one has made the tables when the others begin."""
        for name in self.commands:
            await self.start(name, more)
            if name == "serve":
                await self.until_answering()

    async def until_answering(self) -> None:
        """Raises DemoError if the connector does not answer within a minute."""
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            if self.running["serve"].returncode is not None:
                raise DemoError(f"the connector ended by itself: {self.last_words('serve')}")
            try:
                async with self.http.get(f"{self.environment['CONNECTOR_PUBLIC_URL']}/health") as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            await asyncio.sleep(0.1)
        raise DemoError(f"the connector does not answer: {self.last_words('serve')}")

    async def kill(self, name: str) -> None:
        """SIGKILL: nothing of it gets a chance to tidy up. Raises DemoError if it has ended by itself."""
        process = self.running[name]
        if process.returncode is not None:
            raise DemoError(f"{name} ended by itself with status {process.returncode}: {self.last_words(name)}")
        process.send_signal(signal.SIGKILL)
        await process.wait()

    def check(self) -> None:
        """Raises DemoError if one of them has ended."""
        for name, process in self.running.items():
            if process.returncode is not None:
                raise DemoError(f"{name} ended with status {process.returncode}: {self.last_words(name)}")

    def last_words(self, name: str) -> str:
        """The end of its log, and where the rest is."""
        log = self.folder / f"{name}.log"
        lines = log.read_text(errors="replace").strip().splitlines()
        return f"{lines[-1] if lines else 'it said nothing'} (see {log})"

    async def stop(self) -> None:
        """End them in good order."""
        for process in self.running.values():
            if process.returncode is None:
                process.terminate()
        for process in self.running.values():
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()
