"""The net under the shop's events: what it finds after long outages, and that one trouble keeps back nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.flows import resolve
from connector.store import sales, work
from scenarios.runner.stage import Stage
from tests.flows.trade import (
    ERP,
    HOUR,
    NONE,
    cancel_in_shop,
    connected,
    place,
    sale_of,
    sent,
    shown,
    situation,
    typed,
    without_events,
    work_on,
)

Play = Callable[..., None]
REFER = "PUT /orders/{id}/external-reference"


def _listings(stage: Stage) -> list[dict[str, Any]]:
    return [e for e in stage.shop.journal if e["kind"] == "api" and e["call"] == "GET /orders"]


async def _reference(stage: Stage, order: dict[str, Any]) -> str | None:
    found = (await shown(stage, order))["external_reference"]
    return found and str(found["id"])


def test_paid_orders_are_found_also_while_the_question_about_cancelled_ones_fails(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        await without_events(stage)
        order = await place(stage)
        # Of the next draw the first question is answered, then none for a day.
        failing = {"call": "GET /orders", "what": "html_502", "first": 2, "calls": 10_000}
        await stage.shop_door.send("POST", "/faults", failing)
        since = len(_listings(stage))
        await stage.clock.sleep(HOUR)
        assert await _reference(stage, order) is not None
        # Waits grow, although the next draw is planned each time.
        assert 12 <= len(_listings(stage)) - since <= 40

    play(story, erp=ERP)


def test_a_cancellation_of_an_outage_of_more_than_a_day_is_found(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, NONE)
        await stage.clock.sleep(HOUR)
        await stage.stop_connector()
        await without_events(stage)
        await cancel_in_shop(stage, order)
        await stage.clock.sleep(30 * HOUR)
        await stage.start_connector()
        await stage.clock.sleep(HOUR)
        assert await situation(stage, erp_id) == "cancelado"

    play(story, erp=ERP)


def test_an_order_that_the_shop_does_not_know_of_is_told_of_whatever_became_of_its_work(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        await without_events(stage)
        order = await place(stage)
        failing = {"call": REFER, "what": "html_502", "first": 1, "calls": 10_000}
        await stage.shop_door.send("POST", "/faults", failing)
        await work_on(stage, order)
        await stage.clock.sleep(60)
        assert (await sale_of(stage, order)).state == sales.SENT
        await stage.product.env.db.write(work.drop_waiting, stage.store_id(), "order")
        await stage.shop_door.send("DELETE", "/faults", None)
        await stage.clock.sleep(HOUR / 2)
        sale = await sale_of(stage, order)
        assert sale.is_referenced and await _reference(stage, order) == sale.erp_id
        assert len((await stage.erp_door.get("/orders"))["orders"]) == 1

    play(story, erp=ERP)


def test_a_cancellation_after_another_disagreement_was_accepted_is_brought_to_the_erp(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        await without_events(stage)
        order = await place(stage)
        # Somebody else tells the shop of an order of the ERP's while ours is on its way there.
        stalled = {"call": "pedido.incluir.php", "what": "stall", "first": 1, "calls": 1, "with": {"seconds": 20}}
        await stage.erp_door.send("POST", "/faults", stalled)
        await work_on(stage, order)
        await stage.clock.sleep(5)
        other = await typed(stage, order)
        env, store = stage.product.env, await stage.store()
        await env.shop(store).refer(int(order["id"]), other, "77", stage.clock.now())
        await stage.clock.sleep(HOUR)
        assert (await sale_of(stage, order)).reason == "order_conflict"
        assert await env.db.write(resolve.accept, store.id, int(order["id"])) is not None
        ours = (await sale_of(stage, order)).erp_id
        assert ours is not None
        await cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR)
        assert await situation(stage, ours) == "cancelado"

    play(story, erp=ERP)
