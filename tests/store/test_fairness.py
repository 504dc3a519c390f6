"""A hundred thousand pieces of work of one account: neither another account's order nor its own waits behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connector.store import work
from connector.store.tables import work as rows
from connector.store.work import Priority
from scenarios.runner.stage import Stage

FLOOD = 100_000
HOUR = 3600.0
ERP = {"products": 3, "plan": "evoluir", "variations_share": 0.0}


def _flood(c: sa.Connection, store_id: int, now: datetime, count: int = FLOOD) -> None:
    """Questions about balances that all are due, each one a call."""
    common = {"store_id": store_id, "kind": "stock.ask", "priority": int(Priority.STOCK), "state": "waiting"}
    common |= {"due_at": now, "attempts": 0, "created_at": now}
    c.execute(sa.insert(rows), [{**common, "key": str(10**9 + number)} for number in range(count)])


async def _seconds_until_sent(stage: Stage, world: Any, place: int) -> float:
    """From the shopper's order to the call that inserts it."""
    ordered = stage.clock.now()
    order = {"count": 1, "payment": "pix", "items": [{"code": await _code(world), "quantity": 1}]}
    await stage.shop_door.send("POST", f"/stores/{stage.store_id(place)}/orders", order)

    def sent() -> list[datetime]:
        calls = [e for e in world.journal if e["kind"] == "call" and e["service"] == "pedido.incluir.php"]
        return [moment for e in calls if (moment := datetime.fromisoformat(e["at"])) >= ordered]

    async def is_sent() -> bool:
        return bool(sent())

    await stage.until(is_sent, "the order", seconds=600)
    return (sent()[0] - ordered).total_seconds()


async def _code(world: Any) -> str:
    return next(str(product.codigo) for product in world.catalogue.all() if product.situacao == "A")


def test_an_order_waits_neither_for_another_accounts_flood_nor_for_its_own(play: Callable[..., None], url: str) -> None:
    async def story(stage: Stage) -> None:
        other = stage.fake_erp.create_world(name="outra", seed=2, **ERP)
        await stage.connect(0)
        await stage.connect(1, other.token)
        for place in (0, 1):
            await stage.until_pulled(place=place, seconds=HOUR)
        await stage.product.env.db.write(_flood, stage.store_id(0), stage.clock.now())
        await stage.clock.sleep(90)
        assert await _seconds_until_sent(stage, other, 1) <= 2
        # Its own quota is in use: the next call but one, at sixty a minute.
        assert await _seconds_until_sent(stage, stage.erp, 0) <= 4

    play(story, erp=ERP, shop={"stores": [{}, {}]}, database_url=url)


@pytest.fixture
def flooded(c: sa.Connection, now: datetime) -> sa.Connection:
    _flood(c, 7, now, 20_000)
    work.enqueue(c, 8, "order", now, priority=Priority.ORDERS, key="1")
    c.execute(sa.text("ANALYZE"))
    return c


def _plan(c: sa.Connection, statement: Any, **values: object) -> str:
    prefix = "EXPLAIN" if c.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    compiled = statement.compile(c, compile_kwargs={"render_postcompile": True})
    values = {name: _kept(value) for name, value in {**compiled.params, **values}.items()}
    ordered = compiled.positiontup
    given = tuple(values[name] for name in ordered) if ordered else values
    return "\n".join(str(row) for row in c.exec_driver_sql(f"{prefix} {compiled.string}", given))


def _kept(value: object) -> object:
    """A moment as the tables keep it."""
    return int(value.timestamp() * 1_000_000) if isinstance(value, datetime) else value


def test_claims_walk_no_table_however_much_is_waiting(flooded: sa.Connection, now: datetime) -> None:
    later = now + timedelta(seconds=45)
    lane = {"store": 7, "lane": int(Priority.STOCK), "now": now, "room": 2, "until": later}
    plans = [_plan(flooded, work._LANES), _plan(flooded, work._HOLD, **lane)]
    plans.append(_plan(flooded, work._NEXT_DUE, now=now))
    for plan in plans:
        assert "Seq Scan on work" not in plan, plan
        assert "SCAN work" not in plan, plan


def test_to_find_what_is_due_takes_no_more_steps_however_much_is_waiting(c: sa.Connection, now: datetime) -> None:
    if c.dialect.name == "postgresql":
        pytest.skip("the steps of a statement are counted by SQLite; the plan above shows PostgreSQL's")
    few = _steps(c, now)
    _flood(c, 7, now, 20_000)
    work.enqueue(c, 8, "order", now, priority=Priority.ORDERS, key="1")
    work.enqueue(c, 8, "stock.ask", now, priority=Priority.STOCK, key="1")
    assert work.lanes_due(c, now) == [(8, Priority.ORDERS), (7, Priority.STOCK), (8, Priority.STOCK)]
    assert _steps(c, now) < few + 1_000


def _steps(c: sa.Connection, now: datetime) -> int:
    """Instructions of SQLite's machine, by the hundred, for one look at what is due."""
    driver: Any = c.connection.dbapi_connection
    counted = []
    driver.set_progress_handler(lambda: counted.append(100), 100)
    work.lanes_due(c, now)
    driver.set_progress_handler(None, 0)
    return sum(counted)
