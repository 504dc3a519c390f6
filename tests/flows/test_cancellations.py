"""Cancellations go both ways; what has left already, or was reopened, is held for a person, who may accept it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.flows import resolve
from connector.flows.resolve import Linked, NotLinked
from connector.store import sales, work
from connector.store.work import Priority
from scenarios.runner.stage import Stage
from tests.flows.trade import (
    ERP,
    HOUR,
    NONE,
    OF_ACCOUNT,
    OF_INTEGRATION,
    Counted,
    cancel_in_shop,
    connected,
    erp_calls,
    place,
    sale_of,
    sent,
    set_situation,
    shown,
    situation,
    typed,
    until_status,
)

Play = Callable[..., None]
READ, CHANGE = "pedido.obter.php", "pedido.alterar.situacao"
BOTH = (*OF_INTEGRATION, *OF_ACCOUNT)


async def _parked(stage: Stage) -> int:
    return (await stage.product.env.db.read(work.counts, stage.store_id())).get("parked", 0)


async def _accept(stage: Stage, order: dict[str, Any]) -> str | None:
    return await stage.product.env.db.write(resolve.accept, stage.store_id(), int(order["id"]))


def test_a_cancellation_in_the_erp_shows_in_the_shop_and_is_not_sent_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, BOTH)
        await stage.clock.sleep(HOUR)
        counted = Counted(stage)
        await set_situation(stage, erp_id, "cancelado")
        now = await until_status(stage, order, "cancelled")
        assert now["cancel_reason"] == "other"
        await stage.clock.sleep(HOUR)
        assert counted.calls() == [READ]
        assert counted.writes() == ["PUT /orders/{id}/status"]

    play(story, erp=ERP)


@pytest.mark.parametrize("seconds", [0, 20], ids=["told as it is answered", "told long before it is answered"])
def test_a_cancellation_in_the_shop_is_followed_by_the_erp_and_its_echo_goes_nowhere(play: Play, seconds: int) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, BOTH)
        await stage.clock.sleep(HOUR)
        if seconds:
            stalled = {"call": CHANGE, "what": "stall", "first": 1, "calls": 1, "with": {"seconds": seconds}}
            await stage.erp_door.send("POST", "/faults", stalled)
        counted, since = Counted(stage), len(list(stage.erp.journal))
        await cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR)
        assert await situation(stage, erp_id) == "cancelado"
        told = [e["tipo"] for e in list(stage.erp.journal)[since:] if e["kind"] == "webhook"]
        assert sorted(told) == ["atualizacao_pedido", "situacao_pedido"]
        # A look whether the goods have left, and the change: what the ERP tells of it costs nothing.
        assert counted.calls() == [READ, CHANGE]
        assert counted.writes() == []
        sale = await sale_of(stage, order)
        assert (sale.situation, sale.cancellation, sale.reason) == ("cancelled", sales.CANCEL_DONE, None)

    play(story, erp=ERP)


def test_a_cancellation_in_the_shop_while_the_erp_prepares_is_no_conflict(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await set_situation(stage, erp_id, "preparando_envio")
        await cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR)
        assert await situation(stage, erp_id) == "cancelado"
        assert (await shown(stage, order))["status"] == "cancelled"
        assert (await sale_of(stage, order)).reason is None
        assert await _parked(stage) == 0

    play(story, erp=ERP)


def test_a_cancellation_whose_event_was_lost_is_found_by_the_net_once(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, NONE)
        await stage.clock.sleep(HOUR)
        await stage.shop_door.send("POST", "/webhooks/faults", {"what": "drop", "first": 1, "calls": 1000})
        counted = Counted(stage)
        await cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR / 5)
        assert await situation(stage, erp_id) == "cancelado"
        await stage.clock.sleep(HOUR)
        assert counted.calls() == [READ, CHANGE]

    play(story, erp=ERP)


def test_a_cancellation_whose_event_was_lost_is_noticed_when_the_erp_goes_on(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await stage.clock.sleep(HOUR)
        await stage.shop_door.send("POST", "/webhooks/faults", {"what": "drop", "first": 1, "calls": 1000})
        await cancel_in_shop(stage, order)
        await set_situation(stage, erp_id, "faturado")
        # Sooner than the net is drawn.
        await stage.clock.sleep(HOUR / 60)
        assert await situation(stage, erp_id) == "cancelado"

    play(story, erp=ERP)


@pytest.mark.parametrize("code", ["enviado", "entregue"])
def test_what_the_shop_cancels_after_the_erp_has_sent_it_is_left_to_a_person(play: Play, code: str) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, NONE)
        await set_situation(stage, erp_id, code)
        await cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR)
        assert await situation(stage, erp_id) == code
        assert (await sale_of(stage, order)).reason == "order_conflict"
        counted = Counted(stage)
        await stage.clock.sleep(HOUR)
        assert counted.calls() == []
        # The person decides, in the ERP: nothing is left of the disagreement.
        await set_situation(stage, erp_id, "cancelado")
        await stage.clock.sleep(HOUR)
        assert (await sale_of(stage, order)).reason is None
        assert await _parked(stage) == 0

    play(story, erp=ERP)


def test_what_the_erp_cancels_after_the_shop_has_sent_it_is_left_to_a_person(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await set_situation(stage, erp_id, "enviado")
        await until_status(stage, order, "shipped")
        await set_situation(stage, erp_id, "cancelado")
        await stage.clock.sleep(HOUR)
        assert (await shown(stage, order))["status"] == "shipped"
        sale = await sale_of(stage, order)
        assert (sale.reason, sale.detail) == ("order_conflict", "loja: shipped, ERP: cancelled")
        await set_situation(stage, erp_id, "enviado")
        await stage.clock.sleep(HOUR)
        assert (await sale_of(stage, order)).reason is None

    play(story, erp=ERP)


def test_what_is_reopened_in_the_erp_after_both_had_cancelled_it_is_not_cancelled_again(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, BOTH)
        await cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR)
        counted = Counted(stage)
        await set_situation(stage, erp_id, "aprovado")
        await stage.clock.sleep(HOUR)
        await set_situation(stage, erp_id, "preparando_envio")
        await stage.clock.sleep(HOUR)
        assert counted.calls() == [READ, READ]
        assert await situation(stage, erp_id) == "preparando_envio"
        sale = await sale_of(stage, order)
        assert (sale.reason, sale.detail) == ("order_conflict", "loja: cancelled, ERP: preparing")
        assert [e["service"] for e in erp_calls(stage, CHANGE)] == [CHANGE]
        # Cancelled there again by a person, the disagreement is over.
        await set_situation(stage, erp_id, "cancelado")
        await stage.clock.sleep(HOUR)
        assert (await sale_of(stage, order)).reason is None

    play(story, erp=ERP)


def test_a_disagreement_that_a_person_accepts_stays_accepted_until_a_side_changes(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, BOTH)
        assert await _accept(stage, order) is None
        await stage.erp_door.send("PATCH", "", {"situation_webhook_url": ""})
        await set_situation(stage, erp_id, "enviado")
        await cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR)
        assert await _accept(stage, order) == "loja: cancelled, ERP: shipped"
        assert await _accept(stage, order) is None
        assert await _parked(stage) == 0
        # Whatever makes somebody look again: still accepted.
        await stage.product.env.db.write(
            work.enqueue, stage.store_id(), "order", stage.clock.now(), priority=Priority.ORDERS, key=str(order["id"])
        )
        await stage.erp_door.send("POST", f"/orders/{erp_id}/tracking", {"codigoRastreamento": "AA000000000BR"})
        await stage.clock.sleep(HOUR)
        sale = await sale_of(stage, order)
        assert (sale.reason, sale.accepted) == (None, "loja: cancelled, ERP: shipped")
        # Another pair is another disagreement, and the first one is accepted no more.
        await set_situation(stage, erp_id, "entregue")
        await stage.clock.sleep(HOUR)
        sale = await sale_of(stage, order)
        assert (sale.reason, sale.accepted) == ("order_conflict", None)
        assert sale.detail == "loja: cancelled, ERP: delivered"
        assert await situation(stage, erp_id) == "entregue"

    play(story, erp=ERP)


# An order that was typed into the ERP by hand ---------------------------------------------------------


async def _held(stage: Stage) -> dict[str, Any]:
    """An order that waits, because the ERP does not have what was bought."""
    await connected(stage)
    fresh = {"code": "SO-NA-LOJA", "name": "Só na loja", "price": "10.00", "stock": 5}
    await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/products", fresh)
    order = await place(stage, items=[{"code": "SO-NA-LOJA", "quantity": 1}], payment="pix")

    async def held() -> bool:
        sale = await stage.product.env.db.read(sales.by_order, stage.store_id(), int(order["id"]))
        return sale is not None and sale.state == sales.HELD

    await stage.until(held, "the order waits", seconds=HOUR)
    return order


async def _link(stage: Stage, order: dict[str, Any], erp_id: str, *, force: bool = False) -> Linked | NotLinked:
    return await resolve.link(stage.product.env, stage.store_id(), int(order["id"]), erp_id, force=force)


def test_an_order_typed_by_hand_is_linked_and_followed_from_then_on(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order = await _held(stage)
        erp_id = await typed(stage, order)
        await set_situation(stage, erp_id, "enviado")
        linked = await _link(stage, order, erp_id)
        assert isinstance(linked, Linked) and linked.overruled == ()
        now = await until_status(stage, order, "shipped")
        assert (now["external_reference"]["id"], now["external_reference"]["number"]) == (erp_id, linked.number)
        sale = await sale_of(stage, order)
        assert (sale.state, sale.reason, sale.erp_id) == (sales.SENT, None, erp_id)
        assert await _parked(stage) == 0
        assert await _link(stage, order, erp_id) == NotLinked(why="sent")
        await stage.clock.sleep(HOUR)
        assert len((await stage.erp_door.get("/orders"))["orders"]) == 1

    play(story, erp=ERP)


@pytest.mark.parametrize(
    ("changes", "objections"),
    [
        ({"total": "11.00"}, ("total",)),
        ({"document": "52998224725"}, ("document",)),
        ({"note": "[Webstore 1/2]"}, ("mark",)),
        ({"total": "11.00", "document": "52998224725"}, ("document", "total")),
    ],
)
def test_another_order_is_refused_unless_the_person_insists(
    play: Play, changes: dict[str, str], objections: tuple[str, ...]
) -> None:
    async def story(stage: Stage) -> None:
        order = await _held(stage)
        erp_id = await typed(stage, order, **changes)
        assert await _link(stage, order, erp_id) == NotLinked(why="different", objections=objections)
        assert (await sale_of(stage, order)).state == sales.HELD
        linked = await _link(stage, order, erp_id, force=True)
        assert isinstance(linked, Linked) and linked.overruled == objections
        await stage.clock.sleep(60)
        assert (await shown(stage, order))["external_reference"]["id"] == erp_id

    play(story, erp=ERP)


def test_what_cannot_be_linked_is_told_and_nothing_is_changed(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order = await _held(stage)
        known = next(p for p in await stage.erp_products() if p["situacao"] == "A")
        other = await place(stage, items=[{"code": str(known["codigo"]).strip(), "quantity": 1}])
        await stage.clock.sleep(60)
        taken = (await sale_of(stage, other)).erp_id
        assert taken is not None
        assert await _link(stage, order, taken, force=True) == NotLinked(why="taken")
        assert await _link(stage, order, "999999999999", force=True) == NotLinked(why="not_found")
        assert await _link(stage, {"id": 5}, taken, force=True) == NotLinked(why="unknown")
        cancelled = await typed(stage, order)
        await set_situation(stage, cancelled, "cancelado")
        assert await _link(stage, order, cancelled) == NotLinked(why="different", objections=("cancelled",))
        assert (await sale_of(stage, order)).state == sales.HELD

    play(story, erp=ERP)
