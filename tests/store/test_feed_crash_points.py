"""The connector dies at each named point of reading the change feed, on both databases, and loses no change.

What the ERP has handed out it has erased: whatever was not kept must be made up for, and known to be lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from connector.store.tables import alarm, company, feed
from scenarios.runner.stage import Stage

Play = Callable[..., None]
ERP: dict[str, Any] = {"products": 5, "variations_share": 0.0, "plan": "potencializar"}

# The first answer has products, the second none; so have the third and the fourth for balances. Before them and
# after each it is looked for answers that were kept and not dealt with.
COMMITS = (
    "feed.begin_reading",
    "feed.note_asking",
    "feed.note_asking#3",
    "feed.keep_answer",
    "feed.keep_answer#3",
    "feed.deal_with_oldest",
    "feed.deal_with_oldest#2",
    "feed.deal_with_oldest#4",
    "feed.end_reading",
    "scan.begin_refresh",
    "visit._keep_record",
    "visit._keep_stock",
    "product._remember",
    "product._settled",
    "levels._end_turn",
    "untold.told",
)
CALLS = (
    "lista.atualizacoes.produtos",
    "lista.atualizacoes.produtos#2",
    "lista.atualizacoes.estoque",
    "lista.atualizacoes.estoque#2",
    "produto.obter.php",
    "produto.obter.estoque.php",
    "PUT /products/by-code/{code}",
    "POST /stock/batch",
)
POINTS = [f"{moment}-commit:{name}" for name in COMMITS for moment in ("before", "after")]
POINTS += [f"{moment}-call:{name}" for name in CALLS for moment in ("before", "after")]


def _is_in_doubt(point: str) -> bool:
    """Whether a list was asked for, or may have been, and its answer not kept."""
    return "lista." in point or point.startswith(("after-commit:feed.note_asking", "before-commit:feed.keep_answer"))


async def _pulled(stage: Stage) -> list[dict[str, Any]]:
    await stage.connect()
    await stage.until_pulled(seconds=3600)
    await stage.clock.sleep(330)
    stage.product.crash.passed.clear()
    return [p for p in await stage.erp_products() if p["situacao"] == "A"]


async def _change(stage: Stage, products: list[dict[str, Any]]) -> None:
    first, second, *_ = products
    await stage.erp_door.send("PATCH", f"/products/{first['id']}", {"preco": "123.45"})
    await stage.erp_door.send("POST", "/stock", {"idProduto": second["id"], "tipo": "B", "quantidade": "77"})


async def _restart_when_dead(stage: Stage) -> None:
    await stage.died.wait()
    await stage.stop_connector()
    await stage.clock.sleep(20)
    await stage.start_connector()


async def _invariants(stage: Stage, products: list[dict[str, Any]]) -> int:
    """Both changes are in the shop and nothing is left over; the number of alarms that were raised."""
    shown = {p["code"]: p for p in await stage.shop_products()}
    first, second = (shown[str(p["codigo"]).strip()] for p in products[:2])
    assert first["price"] == "123.45"
    assert Decimal(str(second["stock"]["quantity"])) == 77

    def counted(c: sa.Connection) -> tuple[int, int, int]:
        left = c.scalar(sa.select(sa.func.count()).select_from(feed).where(~feed.c.dealt_with)) or 0
        asking = c.scalar(sa.select(sa.func.count()).where(company.c.feed_asking.is_not(None))) or 0
        return left, asking, c.scalar(sa.select(sa.func.count()).select_from(alarm)) or 0

    left, asking, alarms = await stage.product.env.db.read(counted)
    assert (left, asking) == (0, 0)
    return alarms


def test_reading_passes_every_point_of_the_list(play: Play, url: str) -> None:
    async def story(stage: Stage) -> None:
        products = await _pulled(stage)
        await _change(stage, products)
        await stage.clock.sleep(380)
        passed = stage.product.crash.passed
        for point in POINTS:
            name, _, times = point.partition("#")
            assert passed[name] >= int(times or 1), point
        assert {name for name in passed if "feed." in name} <= {point.partition("#")[0] for point in POINTS}
        assert await _invariants(stage, products) == 0

    play(story, erp=ERP, database_url=url)


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_this_point_loses_no_change(play: Play, url: str, point: str) -> None:
    async def story(stage: Stage) -> None:
        products = await _pulled(stage)
        await _change(stage, products)
        first = stage.product.crash
        first.want(point)
        reviver = asyncio.create_task(_restart_when_dead(stage))
        await stage.clock.sleep(700)
        assert first.is_dead, "the point was not passed"
        await reviver
        alarms = await _invariants(stage, products)
        # What dies elsewhere may take the next question along, which is asked beside it.
        if "feed." in point or "lista." in point:
            assert alarms == _is_in_doubt(point)

    play(story, erp=ERP, database_url=url)
