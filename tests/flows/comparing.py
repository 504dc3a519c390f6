"""What stories about comparisons share: one played to its end, what it found, products of both sides."""

from __future__ import annotations

from typing import Any

from connector.core.reconcile import Topic
from connector.flows import reconcile
from connector.store import drifts, reconciles
from connector.store.drifts import Drift, Which
from connector.store.reconciles import Run
from scenarios.runner.stage import Stage
from tests.flows.trade import HOUR

# A budget for everything.
PLENTY = 10_000
ERP = {"products": 12, "plan": "potencializar"}


async def reconciled(stage: Stage, budget: int = PLENTY, topics: tuple[Topic, ...] = reconcile.EVERYTHING) -> Run:
    """A comparison in the background, to its end."""
    db, env, store_id = stage.product.env.db, stage.product.env, stage.store_id()
    assert await db.write(reconcile.request, env, store_id, budget, topics, 3)

    async def over() -> bool:
        return await db.read(reconciles.current, store_id) is None

    await stage.until(over, "the comparison has ended", seconds=HOUR)
    await stage.clock.sleep(30)
    run = await db.read(reconciles.latest, store_id)
    assert run is not None
    return run


async def open_drifts(stage: Stage) -> list[Drift]:
    return await stage.product.env.db.read(drifts.open_ones, stage.store_id(), Which())


async def told(stage: Stage) -> list[tuple[str, str, str, str | None, str | None]]:
    return [(d.kind, d.field, d.cause, d.erp, d.shop) for d in await open_drifts(stage)]


async def simple(stage: Stage, place: int = 0) -> dict[str, Any]:
    return [p for p in await stage.erp_products() if p["situacao"] == "A" and not p["variacoes"]][place]


async def in_shop(stage: Stage, code: str) -> dict[str, Any]:
    return next(p for p in await stage.shop_products() if p["code"] == code.strip())


async def edit_in_shop(stage: Stage, code: str, **values: Any) -> None:
    product = await in_shop(stage, code)
    await stage.shop_door.send("PATCH", f"/stores/{stage.store_id()}/products/{product['id']}", values)
