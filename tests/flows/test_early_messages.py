"""Messages about orders that are not known yet: before the answer of our own insert, before the order's own event."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.store import sales, work
from scenarios.runner.stage import Stage
from tests.flows.trade import (
    ERP,
    HOUR,
    OF_ACCOUNT,
    OF_INTEGRATION,
    Counted,
    connected,
    place,
    sale_of,
    sell,
    set_situation,
    shown,
    tell,
    until_status,
)

Play = Callable[..., None]
_STALLED = {"call": "pedido.incluir.php", "what": "stall", "first": 1, "calls": 1, "with": {"seconds": 20}}


async def _in_erp(stage: Stage) -> str:
    orders: list[str] = []

    async def there() -> bool:
        orders[:] = [str(one["id"]) for one in (await stage.erp_door.get("/orders"))["orders"]]
        return bool(orders)

    await stage.until(there, "the order is in the ERP", seconds=HOUR)
    return orders[0]


@pytest.mark.parametrize("messages", [OF_INTEGRATION, OF_ACCOUNT], ids=["integration", "account"])
def test_a_situation_told_before_the_answer_of_the_insert_is_kept_until_the_order_is_known(
    play: Play, messages: tuple[str, ...]
) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, messages)
        # The order is written, its answer comes twenty seconds later; the ERP's people are faster.
        await stage.erp_door.send("POST", "/faults", _STALLED)
        order = await place(stage)
        erp_id = await _in_erp(stage)
        assert (await sale_of(stage, order)).state == sales.SENDING
        await set_situation(stage, erp_id, "faturado")
        # Long before the net is drawn.
        await until_status(stage, order, "invoiced", seconds=120)

    play(story, erp=ERP)


def test_a_situation_told_while_an_order_is_in_doubt_is_not_lost(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        lost = {"call": "pedido.incluir.php", "what": "answer_lost", "first": 1, "calls": 1}
        await stage.erp_door.send("POST", "/faults", lost)
        order = await place(stage)
        erp_id = await _in_erp(stage)
        await stage.clock.sleep(5)
        assert (await sale_of(stage, order)).state == sales.SENDING
        await set_situation(stage, erp_id, "enviado")
        await stage.clock.sleep(5)
        # No message will come any more, and the net asks for nothing before it.
        await stage.erp_door.send("PATCH", "", {"situation_webhook_url": ""})
        await until_status(stage, order, "shipped", seconds=300)

    play(story, erp=ERP)


def test_a_message_without_the_shops_number_waits_too(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, ("stock", "situation"))
        await stage.erp_door.send("PATCH", "", {"situation_webhook_url": ""})
        await stage.erp_door.send("POST", "/faults", _STALLED)
        order = await place(stage)
        erp_id = await _in_erp(stage)
        assert (await sale_of(stage, order)).state == sales.SENDING
        await set_situation(stage, erp_id, "faturado")
        content = {"idVendaTiny": erp_id, "idPedidoEcommerce": "", "situacao": "faturado"}
        await tell(stage, "situacao_pedido", content, idEcommerce=8123)
        await until_status(stage, order, "invoiced", seconds=120)

    play(story, erp=ERP)


def test_what_was_told_before_the_orders_own_event_is_seen_when_the_order_is_adopted(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        order, erp_id = await sell(stage)

        def forget(c: object) -> None:
            work.forget(c, stage.store_id())  # type: ignore[arg-type]
            c.execute(sales.sa.delete(sales.sale))  # type: ignore[attr-defined]

        # As after a database was restored: the ERP tells of an order that nobody here knows.
        await stage.product.env.db.write(forget)
        await set_situation(stage, erp_id, "enviado")
        await stage.clock.sleep(60)
        assert (await shown(stage, order))["status"] == "paid"
        path = f"/stores/{stage.store_id()}/orders/{order['id']}/refund"
        await stage.shop_door.send("POST", path, {"amount": "1.00"})
        await until_status(stage, order, "shipped", seconds=30)

    play(story, erp=ERP)


def test_messages_about_orders_of_others_cost_nothing_and_leave_nothing(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, (*OF_INTEGRATION, *OF_ACCOUNT))
        order, _ = await sell(stage)
        await stage.clock.sleep(60)
        counted = Counted(stage)
        # Another shop of the company has the same number; a counter sale has none.
        for number in (str(order["number"]), ""):
            content = {"id": 999000111, "idPedidoEcommerce": number, "codigoSituacao": "cancelado"}
            await tell(stage, "atualizacao_pedido", content)
        await tell(stage, "nota_fiscal", {"id": 999000112, "idPedido": 999000111, "chaveAcesso": "1" * 44})
        await stage.clock.sleep(HOUR)
        assert counted.calls() == []
        assert (await shown(stage, order))["status"] == "paid"
        counts = await stage.product.env.db.read(work.pending, stage.store_id(), stage.clock.now())
        assert "early" not in counts

    play(story, erp=ERP)
