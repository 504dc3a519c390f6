"""Two `connector worker` beside `serve --no-work` on one PostgreSQL: what a killed one held, the other one finishes.

The stage's clock runs faster than the wall, but a lease is thirty seconds of the wall at any rate, renewed every ten:
so the minute within which the work is taken over is measured by the wall, from the kill on.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.demo.compare import compare
from connector.store.tables import sale, work
from fake_erp import extensions
from scenarios.runner.separate import SeparateStage
from tests.processes.told import door, levels, move, tell

RATE = 20.0
# Of the wall, told by the stage's clock.
MINUTE = 60.0 * RATE
# So long nobody can tell that it is not only slow.
STALL = {"what": "stall", "with": {"seconds": 100_000}}
# Without the change feed, which would tell of a movement too.
WITHOUT_FEED = [name for name in extensions.NAMES if name != extensions.LIVE_STOCK]
ERP = {"products": 40, "plan": "potencializar", "variations_share": 0.0, "extensions": WITHOUT_FEED}


@pytest.fixture
async def stage(tmp_path: Path, postgres_url: str) -> AsyncIterator[SeparateStage]:
    stage = SeparateStage(tmp_path, rate=RATE, command=("serve", "--no-work"))
    try:
        await stage.open(erp=ERP, database_url=postgres_url)
        yield stage
    finally:
        await stage.close()


async def _until_ready(stage: SeparateStage, workers: int) -> None:
    async def told() -> bool:
        return stage.log.read_text().count("worker ready") == workers

    await stage.until(told, f"{workers} workers", seconds=90 * RATE)


def _calls(stage: SeparateStage, service: str) -> list[dict[str, Any]]:
    return [e for e in stage.erp.journal if e["kind"] == "call" and e["service"] == service]


def _running(stage: SeparateStage) -> Counter[str]:
    """How many pieces of each kind of work are under way, or were with one that has died."""
    return Counter(row.kind for row in stage.rows(sa.select(work.c.kind).where(work.c.state == "running")))


@pytest.mark.slow
async def test_calls_that_stall_when_their_worker_is_killed_are_taken_over_and_nothing_is_doubled(
    stage: SeparateStage,
) -> None:
    # It must not give up by itself before the other one has started.
    holder = await stage.launch("worker", CONNECTOR_ERP_TIMEOUT="600")
    await stage.pulled()
    product = next(p for p in await stage.erp_products() if p["situacao"] == "A")
    asked = len(_calls(stage, "produto.obter.estoque.php"))
    for call in ("pedido.incluir.php", "produto.obter.estoque.php"):
        await stage.erp_door.send("POST", "/faults", {"call": call, **STALL})
    # The second message disagrees with the first, so that the ERP is asked.
    for balance in (60, 90):
        assert await tell(stage.http, await door(stage), await move(stage, product, balance)) == 200
    placed = await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 1})

    async def stalled() -> bool:
        return all(fault["left"] == 0 for fault in await stage.erp_door.get("/faults"))

    await stage.until(stalled, "both calls stall", seconds=MINUTE)
    await stage.launch("worker")
    await _until_ready(stage, 2)
    assert {"order", "stock.ask"} <= set(_running(stage))
    holder.send_signal(signal.SIGKILL)
    await holder.wait()

    async def finished() -> bool:
        [row] = stage.rows(sa.select(sale.c.state, sale.c.is_referenced))
        shown = (await levels(stage))[str(product["codigo"]).strip()]
        return (row.state, row.is_referenced, shown) == ("sent", True, 90)

    await stage.until(finished, "the work of the killed one", seconds=MINUTE)
    [kept] = (await stage.erp_door.get("/orders"))["orders"]
    assert kept["numero_ecommerce"] == str(placed["orders"][0]["number"])
    assert len(_calls(stage, "pedido.incluir.php")) == 1
    assert len(_calls(stage, "produto.obter.estoque.php")) == asked + 2


@pytest.mark.slow
async def test_a_pull_is_finished_by_the_other_worker_when_one_is_killed_in_its_middle(stage: SeparateStage) -> None:
    # Dies with the answer that it has just got; what else it has begun dies with it.
    one = await stage.launch("worker", CONNECTOR_CRASH_AT="after-call:produto.obter.php#3")
    await stage.launch("worker")
    await _until_ready(stage, 2)
    await stage.connect()
    await stage.until_killed(one)
    flights = _running(stage)["pull.product"]
    assert flights > 0
    await stage.until_catalogue(seconds=MINUTE)

    result = compare(await stage.erp_products(), await stage.shop_products())
    assert result.is_equal, (result.missing, result.surplus, result.differences)
    calls = Counter(e["params"]["id"] for e in _calls(stage, "produto.obter.php"))
    # Of each product that a worker was busy with at the kill, one answer may not have been kept.
    assert max(calls.values()) <= 2
    assert 1 <= calls.total() - len(calls) <= flights
    created = Counter(e["path"] for e in stage.shop.journal if e.get("status") == 201 and "by-code" in str(e))
    assert max(created.values()) == 1
