"""Two processes on one PostgreSQL work for one account: they share its quota and are never blocked."""

from __future__ import annotations

import socket
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
    try:
        erp = {"products": PRODUCTS, "plan": "potencializar", "variations_share": 0.0}
        await stage.open(erp=erp, database_url=postgres_url)
        port = _free_port()
        await stage.until_answering(await stage.launch("serve", CONNECTOR_PORT=str(port)), port)
        await stage.connect()
        await stage.until_catalogue(seconds=100 * RATE)
        done = [await _products_done(stage, each) for each in (stage.port, port)]
        assert sum(done) == PRODUCTS
        assert min(done) > 0
        statistics = stage.erp.statistics.as_dict(120, 0)
        assert statistics["blocked"]["natural"] == {"6": 0, "11": 0}
        assert statistics["calls_by_service"]["produto.obter.php"] == PRODUCTS
    finally:
        await stage.close()
