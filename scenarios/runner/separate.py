"""The connector as a process of its own, with both fakes in this one, on a scaled clock: for kills that are real."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from scenarios.harness.clock import RealClock, ScaledClock
from scenarios.runner.stage import Stage


class SeparateStage(Stage):
    """A stage whose connector can be killed. `key` and the database outlive it."""

    def __init__(self, folder: Path, *, rate: float, seed: int = 1) -> None:
        super().__init__(folder, virtual=False, seed=seed)
        self.scaled = ScaledClock(time.time(), RealClock().now(), rate)
        self._use_clock(self.scaled)
        self.process: asyncio.subprocess.Process | None = None
        self.log = folder / "connector.log"

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
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "connector",
                "serve",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment()},
            )
        await self.until(self._answers, "the connector's answer", seconds=30 * self.scaled.rate)

    async def _answers(self) -> bool:
        assert self.process is not None
        if self.process.returncode is not None:
            raise AssertionError(f"the connector ended: {self.log.read_text(errors='replace')[-500:]}")
        try:
            async with self.http.get(f"{self.url}/health") as answer:
                return answer.status == 200
        except OSError:
            return False

    async def kill_connector(self) -> None:
        """SIGKILL: nothing of it gets a chance to tidy up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop_connector(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()
