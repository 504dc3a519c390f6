"""The three programs as processes: started, watched, stopped."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connector.demo.errors import DemoError

_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Ports:
    """Five ports in a row."""

    first: int

    @property
    def erp(self) -> int:
        return self.first

    @property
    def erp_door(self) -> int:
        return self.first + 1

    @property
    def shop(self) -> int:
        return self.first + 2

    @property
    def shop_door(self) -> int:
        return self.first + 3

    @property
    def connector(self) -> int:
        return self.first + 4

    def check(self) -> None:
        """Raises DemoError for the first port that cannot be used."""
        for port in (self.erp, self.erp_door, self.shop, self.shop_door, self.connector):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
                    raise DemoError(f"port {port} {why}: stop the other program, or give another --port") from None


def prepare_folder(folder: Path) -> None:
    """An empty place for logs and the database; the key of an earlier demo stays. Raises DemoError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in (*folder.glob("connector.sqlite3*"), *folder.glob("*.log")):
            old.unlink()
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DemoError(f"cannot write to the folder {folder} ({error.strerror}): give another --folder") from None


@dataclass
class Processes:
    """What was started, in order; their output goes to `<folder>/<name>.log`. What is `apart` no Ctrl-C reaches: who
    started it ends it."""

    folder: Path
    apart: bool = False
    _running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, name: str, module: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        """Start `python -m module serve …`."""
        with (self.folder / f"{name}.log").open("wb") as log:
            self._running[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                "serve",
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(env or {})},
                start_new_session=self.apart,
            )

    async def until_listening(self, name: str, port: int) -> None:
        """Raises DemoError if it ends or does not listen in time."""
        deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            self.check()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
        raise DemoError(f"{name} does not listen on port {port} after {_PATIENCE_SECONDS:.0f} s: see {self._log(name)}")

    def pids(self) -> dict[str, int]:
        """The process of each name."""
        return {name: process.pid for name, process in self._running.items()}

    def check(self) -> None:
        """Raises DemoError if one of them has ended."""
        for name, process in self._running.items():
            if process.returncode is not None:
                lines = self._log(name).read_text(errors="replace").strip().splitlines()
                said = f": {lines[-1]}" if lines else ""
                raise DemoError(f"{name} ended with status {process.returncode}{said} (see {self._log(name)})")

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    async def stop(self) -> None:
        """End them, the youngest first."""
        for process in reversed(self._running.values()):
            if process.returncode is None:
                process.terminate()
        for process in self._running.values():
            try:
                await asyncio.wait_for(process.wait(), 8)
            except TimeoutError:
                process.kill()
                await process.wait()
