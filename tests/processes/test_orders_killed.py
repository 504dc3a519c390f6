"""The connector's process dies by SIGKILL while an order is being sent, or a message has just been accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.store.tables import inbox, sale
from scenarios.runner.separate import SeparateStage
from tests.processes.told import door, levels, move, stopped_after_pull, tell

ERP = {"products": 12, "plan": "potencializar", "variations_share": 0.0}
# Its seconds in one of the wall: three minutes between two searches pass in less than five seconds.
RATE = 40.0


async def _sale_state(stage: SeparateStage) -> str:
    found = stage.rows(sa.select(sale.c.state))
    return str(found[0].state) if found else "none"


async def _until_sent(stage: SeparateStage) -> None:
    async def sent() -> bool:
        return await _sale_state(stage) == "sent"

    await stage.until(sent, "the order is sent", seconds=3000)


@pytest.fixture
async def stage(tmp_path: Path) -> Any:
    async with stopped_after_pull(tmp_path, ERP, RATE) as stage:
        yield stage


async def _place(stage: SeparateStage) -> dict[str, Any]:
    answer = await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 1})
    return dict(answer["orders"][0])


async def _in_erp(stage: SeparateStage) -> list[dict[str, Any]]:
    return list((await stage.erp_door.get("/orders"))["orders"])


@pytest.mark.parametrize("point", ["after-call:pedido.incluir.php", "before-commit:order.note_sent"])
async def test_killed_between_the_erps_insert_and_its_recording_there_is_one_order_and_it_is_sent(
    stage: SeparateStage, point: str
) -> None:
    await stage.restart(crash_at=point)
    order = await _place(stage)
    await stage.until_killed()
    assert len(await _in_erp(stage)) == 1
    assert await _sale_state(stage) == "sending"
    await stage.restart()
    await _until_sent(stage)
    [kept] = await _in_erp(stage)
    assert kept["numero_ecommerce"] == str(order["number"])
    inserts = [e for e in stage.erp.journal if e["kind"] == "call" and e["service"] == "pedido.incluir.php"]
    assert len(inserts) == 1

    async def referenced() -> bool:
        shown = await stage.shop_door.get(f"/stores/{stage.store_id()}/orders/{order['id']}")
        return bool((shown["external_reference"] or {}).get("id") == str(kept["id"]))

    await stage.until(referenced, "the shop knows the ERP's order", seconds=600)


async def test_killed_before_the_call_the_order_is_sent_once_after_the_searches(stage: SeparateStage) -> None:
    await stage.restart(crash_at="before-call:pedido.incluir.php")
    await _place(stage)
    await stage.until_killed()
    assert await _in_erp(stage) == []
    await stage.restart()
    await _until_sent(stage)
    assert len(await _in_erp(stage)) == 1


async def test_a_stock_message_that_was_accepted_is_applied_after_a_kill(stage: SeparateStage) -> None:
    # Dies when it begins to work on what the door has just accepted.
    await stage.restart(crash_at="before-commit:messages._sort")
    product = next(p for p in await stage.erp_products() if p["situacao"] == "A")
    message = await move(stage, product, 77)
    assert await tell(stage.http, await door(stage), message) == 200
    await stage.until_killed()
    assert [row.dealt_with for row in stage.rows(sa.select(inbox.c.dealt_with).where(inbox.c.source == "erp"))] == [
        False
    ]
    await stage.restart()

    async def shown() -> bool:
        return (await levels(stage))[str(product["codigo"]).strip()] == 77

    await stage.until(shown, "the message is applied", seconds=600)
