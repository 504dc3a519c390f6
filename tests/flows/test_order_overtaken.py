"""An order is sent once, also where its work is done twice at once, or a person links it while it is looked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from connector.flows import resolve
from connector.flows.resolve import Linked
from connector.store import sales, stores, work
from scenarios.runner.stage import Stage
from tests.flows.trade import ERP, HOUR, connected, erp_calls, place, sale_of, shown, typed, without_events, work_on

Play = Callable[..., None]
INSERT, SEARCH = "pedido.incluir.php", "pedidos.pesquisa.php"
# The fake's own check of the shop's number would hide a second insert.
UNCHECKED = {**ERP, "refuse_duplicate_orders": False}


async def _searching(stage: Stage) -> dict[str, Any]:
    """An order of before the connection, which is looked for in the ERP before it is sent; the search stands still."""
    await connected(stage)
    env, store_id = stage.product.env, stage.store_id()
    await env.db.write(stores.change, store_id, connected_at=stage.clock.now() + timedelta(hours=1))
    stalled = {"call": SEARCH, "what": "stall", "first": 1, "calls": 1, "with": {"seconds": 20}}
    await stage.erp_door.send("POST", "/faults", stalled)
    await without_events(stage)
    order = await place(stage)
    await work_on(stage, order)
    await stage.clock.sleep(3)
    assert (await sale_of(stage, order)).state == sales.READY
    return order


async def _inserted(stage: Stage) -> list[str]:
    return [str(one["id"]) for one in (await stage.erp_door.get("/orders"))["orders"]]


def test_work_whose_lease_was_lost_while_it_searched_sends_nothing_a_second_time(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order = await _searching(stage)
        # As another process does it once the lease has ended.
        assert await stage.product.env.db.write(work.release_expired, None) >= 1
        await stage.clock.sleep(HOUR)
        sale = await sale_of(stage, order)
        assert await _inserted(stage) == [sale.erp_id]
        assert (await shown(stage, order))["external_reference"]["id"] == sale.erp_id

    play(story, erp=UNCHECKED)


def test_an_order_linked_while_it_is_searched_for_is_not_sent(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order = await _searching(stage)
        by_hand = await typed(stage, order)
        linked = await resolve.link(stage.product.env, stage.store_id(), int(order["id"]), by_hand)
        assert isinstance(linked, Linked)
        await stage.clock.sleep(HOUR)
        assert await _inserted(stage) == [by_hand]
        assert (await sale_of(stage, order)).erp_id == by_hand
        assert (await shown(stage, order))["external_reference"]["id"] == by_hand

    play(story, erp=UNCHECKED)


def test_an_order_that_waits_for_leave_is_certainly_not_sent_yet(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await without_events(stage)
        order = await place(stage)
        env, store = stage.product.env, await stage.store()
        assert store.company_id is not None
        # As after the ERP's maintenance: nobody calls for a while.
        await env.erp_pacer.rest(store.company_id, 1200, quota_used_up=False)
        await work_on(stage, order)
        await stage.clock.sleep(60)
        assert (await sale_of(stage, order)).state == sales.READY
        # Another process takes it over and waits too.
        assert await env.db.write(work.release_expired, None) >= 1
        await stage.clock.sleep(HOUR)
        assert await _inserted(stage) == [(await sale_of(stage, order)).erp_id]
        # Nothing was in doubt, so nothing was searched for.
        assert [e["service"] for e in erp_calls(stage, INSERT, SEARCH) if "numeroEcommerce" in e["params"]] == []

    play(story, erp=UNCHECKED)
