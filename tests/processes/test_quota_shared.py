"""Two processes on one PostgreSQL work for one account: they share its quota and are never blocked."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

from scenarios.runner.separate import SeparateStage

RATE = 30
PRODUCTS = 120


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def _products_done(stage: SeparateStage, port: int) -> float:
    """Products that the process behind this port has dealt with."""
    async with stage.http.get(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    wanted = 'connector_work_total{kind="pull.product",outcome="done"}'
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(wanted))


async def test_two_processes_together_keep_the_quota_of_an_account(tmp_path: Path, postgres_url: str) -> None:
    stage = SeparateStage(tmp_path, rate=RATE)
    other: asyncio.subprocess.Process | None = None
    try:
        erp = {"products": PRODUCTS, "plan": "potencializar", "variations_share": 0.0}
        await stage.open(erp=erp, database_url=postgres_url)
        port = _free_port()
        with (tmp_path / "other.log").open("ab") as log:
            other = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "connector", "serve"),
                env={**os.environ, **stage.environment(), "CONNECTOR_PORT": str(port)},
                stdout=log,
                stderr=log,
            )
        await stage.connect()

        async def pulled() -> bool:
            return stage.shop.stores[stage.store_id()].settings.last_sync_at is not None

        await stage.until(pulled, "the pull", seconds=100 * RATE)
        done = [await _products_done(stage, each) for each in (stage.port, port)]
        assert sum(done) == PRODUCTS
        assert min(done) > 0
        statistics = stage.erp.statistics.as_dict(120, 0)
        assert statistics["blocked"]["natural"] == {"6": 0, "11": 0}
        assert statistics["calls_by_service"]["produto.obter.php"] == PRODUCTS
    finally:
        if other is not None and other.returncode is None:
            other.terminate()
            await other.wait()
        await stage.close()
