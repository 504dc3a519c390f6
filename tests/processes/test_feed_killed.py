"""The connector's process dies by SIGKILL when the ERP has handed out changes and the shop does not show them yet.

The ERP erases what it hands out: nobody will ever tell of these changes again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.demo.compare import compare
from connector.store.tables import company, feed
from scenarios.runner.separate import SeparateStage
from tests.processes.told import stopped_after_pull

ERP = {"products": 8, "plan": "potencializar", "variations_share": 0.0}
# The five minutes between two looks at the lists pass in three seconds.
RATE = 100.0
# By the clock: an hour is less than it takes until products are read again because of their age.
SOON = 3600

# The point, which list was erased by then, and whether the answer is in the connector's database.
# The list of products is asked for twice, until it is empty; the third answer is of the list of balances.
POINTS = [
    ("after-call:lista.atualizacoes.produtos", "products", False),
    ("after-commit:feed.keep_answer", "products", True),
    ("after-call:lista.atualizacoes.estoque", "stock", False),
    ("after-commit:feed.keep_answer#3", "stock", True),
]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SeparateStage]:
    async with stopped_after_pull(tmp_path, ERP, RATE) as stage:
        yield stage


async def _change(stage: SeparateStage) -> None:
    """A price, of which the list of products tells, and a balance, of which that of balances does."""
    first, second, *_ = [p for p in await stage.erp_products() if p["situacao"] == "A"]
    await stage.erp_door.send("PATCH", f"/products/{first['id']}", {"preco": "123.45"})
    await stage.erp_door.send("POST", "/stock", {"idProduto": second["id"], "tipo": "B", "quantidade": "77"})


async def _is_equal(stage: SeparateStage) -> bool:
    return compare(await stage.erp_products(), await stage.shop_products()).is_equal


def _left(stage: SeparateStage) -> list[Any]:
    """Answers that have not taken effect, and lists that were asked for without an answer that was kept."""
    kept = stage.rows(sa.select(feed.c.kind).where(~feed.c.dealt_with))
    asking = stage.rows(sa.select(company.c.feed_asking).where(company.c.feed_asking.is_not(None)))
    return [*kept, *asking]


@pytest.mark.parametrize(("point", "erased", "is_kept"), POINTS)
async def test_what_the_erp_has_erased_reaches_the_shop_after_a_kill(
    stage: SeparateStage, point: str, erased: str, is_kept: bool
) -> None:
    await _change(stage)
    await stage.restart(crash_at=point)
    await stage.until_killed()
    assert (await stage.erp_door.get("/changes"))[erased] == []
    assert not await _is_equal(stage)
    assert stage.rows(sa.select(feed.c.id).where(~feed.c.dealt_with, feed.c.kind == erased)) != [] or not is_kept
    await stage.restart()

    async def equal() -> bool:
        return await _is_equal(stage) and not _left(stage)

    await stage.until(equal, "the shop shows what the ERP has", seconds=SOON)
