"""One side, or our own database, is out for minutes while orders, stock and a pull are under way.

Nothing is lost, the backlog drains by itself, and the merchant's page says in Portuguese what is wrong while it lasts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from connector import texts
from connector.demo.compare import compare
from connector.flows import pull
from connector.store import work
from connector.store.engine import Connection
from scenarios.runner.deaths import until_true
from scenarios.runner.stage import Stage
from tests import full

Play = Callable[..., None]
HOUR, TEN_MINUTES = 3600.0, 600.0
ERP = {"products": 12, "variations_share": 0.3, "plan": "potencializar"}


async def _open(stage: Stage) -> None:
    """Connected and pulled, the ERP's messages coming in."""
    await stage.connect()
    await stage.until_pulled(seconds=HOUR)
    door = stage.product.env.door_url(await stage.store())
    await stage.erp_door.send("PATCH", "", {"stock_webhook_url": door})
    shown = {p["code"]: p["id"] for p in await stage.shop_products()}
    mappings = [
        {"idProduto": p["id"], "skuMapeamento": str(shown[str(p["codigo"]).strip()])}
        for p in await stage.erp_products()
        if p["situacao"] == "A" and not p["variacoes"]
    ]
    await stage.erp_door.send("POST", "/mappings", mappings)
    await stage.clock.sleep(60)


async def _trade(stage: Stage, turn: int) -> None:
    """Three orders, some movements and, the first time, a pull with a product that has changed."""
    await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 3, "status": "paid"})
    simple = [p for p in await stage.erp_products() if p["situacao"] == "A" and not p["variacoes"]]
    for place, product in enumerate(simple[:4]):
        movement = {"idProduto": product["id"], "tipo": "B", "quantidade": str(100 + 10 * turn + place)}
        await stage.erp_door.send("POST", "/stock", movement)
    if turn == 0:
        await stage.erp_door.send("PATCH", f"/products/{simple[0]['id']}", {"preco": "88.80"})
        await stage.product.env.db.write(pull.request, stage.product.env, stage.store_id())


async def _through(
    stage: Stage, begin: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]], seconds: float
) -> str:
    """Trade before, during and after the trouble; the merchant's page while it lasted."""
    await _open(stage)
    merchant = stage.merchant()
    await merchant.log_in()
    await merchant.open_connector()
    await _trade(stage, 0)
    await stage.clock.sleep(2)
    await begin()
    await _trade(stage, 1)
    await stage.clock.sleep(seconds - 1)
    await merchant.go(f"{stage.url}/app/{stage.store_id()}")
    seen = unescape(merchant.page)
    await end()
    await _trade(stage, 2)
    await until_true(stage, lambda: _all_right(stage), hours=10)
    await merchant.open_connector()
    for sentence in (*texts.OUTAGES.values(), texts.DATABASE_REFUSES, texts.NO_DATABASE):
        assert sentence not in unescape(merchant.page)
    return seen


async def _all_right(stage: Stage) -> None:
    """Each order once, with its money; fields and stock equal; nothing left to do."""
    sold = (await stage.shop_door.get(f"/stores/{stage.store_id()}/orders"))["orders"]
    kept = (await stage.erp_door.get("/orders"))["orders"]
    assert len(sold) == 9
    assert sorted(o["numero_ecommerce"] for o in kept) == sorted(str(o["number"]) for o in sold)
    totals = {o["numero_ecommerce"]: Decimal(o["total_pedido"]) for o in kept}
    assert all(totals[str(o["number"])] == Decimal(o["total"]) for o in sold)
    result = compare(await stage.erp_products(), await stage.shop_products())
    assert result.is_equal, (result.missing, result.surplus, result.differences)
    assert await stage.product.env.db.read(work.pending, stage.store_id(), stage.clock.now()) == {}


@pytest.mark.parametrize("what", ["maintenance", "http_503", "html_200", "cut", "answer_lost"])
def test_the_erp_is_out_for_ten_minutes(play: Play, what: str) -> None:
    async def story(stage: Stage) -> None:
        async def begin() -> None:
            await stage.erp_door.send("POST", "/outages", {"what": what, "seconds": TEN_MINUTES})

        async def end() -> None:
            await stage.clock.sleep(5)

        assert texts.OUTAGES["erp"] in await _through(stage, begin, end, TEN_MINUTES)

    play(story, erp=ERP)


@pytest.mark.parametrize("what", ["html_502", "cut", "maintenance", "answer_lost"])
def test_the_shop_is_out_for_ten_minutes(play: Play, what: str) -> None:
    async def story(stage: Stage) -> None:
        async def begin() -> None:
            await stage.shop_door.send("POST", "/faults", {"call": "*", "what": what, "calls": 1_000_000})

        async def end() -> None:
            await stage.shop_door.send("DELETE", "/faults", None)

        assert texts.OUTAGES["shop"] in await _through(stage, begin, end, TEN_MINUTES)

    play(story, erp=ERP)


def _order(statement: str) -> Callable[[Connection], None]:
    def order(c: Connection) -> None:
        c.exec_driver_sql(statement)

    return order


def test_the_sqlite_file_is_full_for_a_minute(play: Play) -> None:
    async def story(stage: Stage) -> None:
        async def begin() -> None:
            await full.fill(stage.product.env.db)

        async def end() -> None:
            await stage.product.env.db.write(full.empty)

        assert texts.DATABASE_REFUSES in await _through(stage, begin, end, 60)

    play(story, erp=ERP)


def test_the_postgresql_database_is_read_only_for_a_minute(play: Play, postgres_url: str) -> None:
    async def story(stage: Stage) -> None:
        async def begin() -> None:
            await stage.product.env.db.read(_order("SET default_transaction_read_only = on"))

        async def end() -> None:
            await stage.product.env.db.read(_order("SET default_transaction_read_only = off"))

        assert texts.DATABASE_REFUSES in await _through(stage, begin, end, 60)

    play(story, erp=ERP, database_url=postgres_url)


def test_the_postgresql_database_is_gone_for_a_minute(
    play: Play, postgres_url: str, order_postgres: Callable[[str], None]
) -> None:
    name = sa.make_url(postgres_url).database

    async def story(stage: Stage) -> None:
        async def begin() -> None:
            order_postgres(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            order_postgres(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

        async def end() -> None:
            order_postgres(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

        assert texts.NO_DATABASE in await _through(stage, begin, end, 60)

    play(story, erp=ERP, database_url=postgres_url)


def test_the_postgresql_server_is_stopped_and_started_a_minute_later(play: Play, postgres_to_stop: Any) -> None:
    async def story(stage: Stage) -> None:
        async def begin() -> None:
            postgres_to_stop.stop()

        async def end() -> None:
            # Both senders heard that it was not kept, and send it again.
            assert {200, 503} <= _answers(stage.shop.journal)
            assert {200, 503} <= _answers(stage.erp.journal)
            postgres_to_stop.start()

        assert texts.NO_DATABASE in await _through(stage, begin, end, 60)

    play(story, erp=ERP, database_url=postgres_to_stop.get_uri())


def _answers(journal: Iterable[dict[str, Any]]) -> set[Any]:
    """What the connector answered to messages."""
    return {entry["status"] for entry in journal if entry["kind"] == "webhook"}
