"""The connector's process dies by SIGKILL while an order is being sent, or a message has just been accepted."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.store.engine import make_engine
from connector.store.tables import inbox, sale
from scenarios.runner.separate import SeparateStage

ERP = {"products": 12, "plan": "potencializar", "variations_share": 0.0}
# Its seconds in one of the wall: three minutes between two searches pass in less than five seconds.
RATE = 40.0


class _Killed(SeparateStage):
    """A stage whose connector kills itself at a named point, once."""

    crash_at = ""

    def environment(self) -> dict[str, str]:
        asked = {"CONNECTOR_CRASH_AT": self.crash_at} if self.crash_at else {}
        return super().environment() | asked

    async def until_killed(self) -> None:
        """Wait for the process's end by SIGKILL."""
        assert self.process is not None
        async with asyncio.timeout(30):
            assert await self.process.wait() == -9

    async def restart(self, crash_at: str = "") -> None:
        """Start it again, to die at another point or at none."""
        self.crash_at = crash_at
        await self.start_connector()

    async def stop_politely(self) -> None:
        await self.stop_connector()

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        """What the database's file holds, also of a dead process."""
        engine = make_engine(f"sqlite:///{self.folder / 'connector.sqlite3'}", writes=False)
        try:
            with engine.connect() as c:
                return list(c.execute(query).all())
        finally:
            engine.dispose()

    async def pulled(self) -> None:
        """Connected, with the whole catalogue."""
        await self.connect()

        async def done() -> bool:
            return self.shop.stores[self.store_id()].settings.last_sync_at is not None

        await self.until(done, "the first pull", seconds=3000)

    async def sale_state(self) -> str:
        found = self.rows(sa.select(sale.c.state))
        return str(found[0].state) if found else "none"

    async def until_sent(self) -> None:
        async def sent() -> bool:
            return await self.sale_state() == "sent"

        await self.until(sent, "the order is sent", seconds=3000)


@pytest.fixture
async def stage(tmp_path: Path) -> Any:
    stage = _Killed(tmp_path, rate=RATE)
    try:
        await stage.open(erp=ERP)
        await stage.pulled()
        await stage.stop_politely()
        yield stage
    finally:
        await stage.close()


async def _place(stage: _Killed) -> dict[str, Any]:
    answer = await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 1})
    return dict(answer["orders"][0])


async def _in_erp(stage: _Killed) -> list[dict[str, Any]]:
    return list((await stage.erp_door.get("/orders"))["orders"])


@pytest.mark.parametrize("point", ["after-call:pedido.incluir.php", "before-commit:order.note_sent"])
async def test_killed_between_the_erps_insert_and_its_recording_there_is_one_order_and_it_is_sent(
    stage: _Killed, point: str
) -> None:
    await stage.restart(crash_at=point)
    order = await _place(stage)
    await stage.until_killed()
    assert len(await _in_erp(stage)) == 1
    assert await stage.sale_state() == "sending"
    await stage.restart()
    await stage.until_sent()
    [kept] = await _in_erp(stage)
    assert kept["numero_ecommerce"] == str(order["number"])
    inserts = [e for e in stage.erp.journal if e["kind"] == "call" and e["service"] == "pedido.incluir.php"]
    assert len(inserts) == 1

    async def referenced() -> bool:
        shown = await stage.shop_door.get(f"/stores/{stage.store_id()}/orders/{order['id']}")
        return bool((shown["external_reference"] or {}).get("id") == str(kept["id"]))

    await stage.until(referenced, "the shop knows the ERP's order", seconds=600)


async def test_killed_before_the_call_the_order_is_sent_once_after_the_searches(stage: _Killed) -> None:
    await stage.restart(crash_at="before-call:pedido.incluir.php")
    await _place(stage)
    await stage.until_killed()
    assert await _in_erp(stage) == []
    await stage.restart()
    await stage.until_sent()
    assert len(await _in_erp(stage)) == 1


async def test_a_stock_message_that_was_accepted_is_applied_after_a_kill(stage: _Killed) -> None:
    # Dies when it begins to work on what the door has just accepted.
    await stage.restart(crash_at="before-commit:messages._sort")
    product = next(p for p in await stage.erp_products() if p["situacao"] == "A")
    moved = {"idProduto": product["id"], "tipo": "B", "quantidade": "77"}
    await stage.erp_door.send("POST", "/stock", moved)
    settings = await stage.shop_door.get(f"/stores/{stage.store_id()}/settings?secrets=1")
    message = {
        "cnpj": "".join(filter(str.isalnum, stage.erp.company.cnpj)),
        "idEcommerce": 8123,
        "tipo": "estoque",
        "versao": "1.0.0",
        "dados": {"tipoEstoque": "F", "saldo": 77, "idProduto": product["id"], "sku": product["codigo"]},
    }
    async with stage.http.post(settings["stock_webhook_url"], json=message) as answer:
        assert answer.status == 200
    await stage.until_killed()
    assert [row.dealt_with for row in stage.rows(sa.select(inbox.c.dealt_with).where(inbox.c.source == "erp"))] == [
        False
    ]
    await stage.restart()

    async def shown() -> bool:
        products = {p["code"]: p for p in await stage.shop_products()}
        return Decimal(str(products[str(product["codigo"]).strip()]["stock"]["quantity"])) == 77

    await stage.until(shown, "the message is applied", seconds=600)
