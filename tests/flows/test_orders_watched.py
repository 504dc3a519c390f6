"""What a person is told of orders; and those that are old, edited, cancelled or in doubt on their way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise, permutations
from typing import Any

import pytest

from connector.core.preferences import Preferences
from connector.core.reasons import Reason
from connector.flows import backfill, events, preferences
from connector.flows.backfill import Period
from connector.store import alarms, sales, stores, work
from scenarios.runner.stage import Stage
from tests.flows.trade import ERP, HOUR, cancel_in_shop, connected, erp_calls, place, sale_of

Play = Callable[..., None]


async def _until_sent(stage: Stage, order: dict[str, Any], seconds: float = HOUR) -> None:
    async def sent() -> bool:
        sale = await stage.product.env.db.read(sales.by_order, stage.store_id(), int(order["id"]))
        return sale is not None and sale.state == sales.SENT

    await stage.until(sent, f"order {order['number']} is sent", seconds)


async def _alarms(stage: Stage) -> list[tuple[str, str | None]]:
    found = await stage.product.env.db.read(alarms.open_ones, stage.store_id())
    return [(alarm.reason, alarm.detail) for alarm in found]


async def _in_erp(stage: Stage) -> list[dict[str, Any]]:
    return list((await stage.erp_door.get("/orders"))["orders"])


async def _fault(stage: Stage, what: str, calls: int = 1, **more: Any) -> None:
    fault = {"call": "pedido.incluir.php", "what": what, "first": 1, "calls": calls}
    await stage.erp_door.send("POST", "/faults", {**fault, **({"with": more} if more else {})})


async def _never_told(stage: Stage) -> None:
    """The shop does not learn which order of the ERP one of its own has become."""
    fault = {"call": "PUT /orders/{id}/external-reference", "what": "cut", "first": 1, "calls": 100_000}
    await stage.shop_door.send("POST", "/faults", fault)


def test_an_erp_that_answers_nothing_is_tried_at_growing_distances_and_a_person_is_told(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await _fault(stage, "html_502", calls=5)
        order = await place(stage)
        await _until_sent(stage, order, seconds=8 * HOUR)
        times = [datetime.fromisoformat(call["at"]) for call in erp_calls(stage, "pedido.incluir.php")]
        assert len(times) == 6
        gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
        assert gaps[0] < 240
        assert all(later > earlier + 60 for earlier, later in pairwise(gaps[1:]))
        assert len(await _in_erp(stage)) == 1
        [(reason, detail)] = await _alarms(stage)
        assert (reason, detail) == (Reason.ORDER_NO_ANSWER, f"{order['number']}: 5")

    play(story, erp=ERP)


def test_of_two_orders_in_the_erp_the_oldest_is_followed_and_both_are_named(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await _fault(stage, "answer_lost")
        order = await place(stage)
        await stage.clock.sleep(5)
        [first] = await _in_erp(stage)
        # Somebody sends it once more meanwhile, by hand: the same number, buyer and total.
        line = {"descricao": "Tudo", "unidade": "UN", "quantidade": "1", "valor_unitario": order["total"]}
        document = {
            "numero_pedido_ecommerce": str(order["number"]),
            "cliente": {"nome": "Ana", "cpf_cnpj": order["customer"]["cpf"] or order["customer"]["cnpj"]},
            "itens": [{"item": line}],
        }
        body = {"token": stage.erp.token, "formato": "json", "pedido": json.dumps({"pedido": document})}
        async with stage.http.post(stage.erp_url + "pedido.incluir.php", data=body) as answer:
            assert '"status":"OK"' in await answer.text()
        assert len(await _in_erp(stage)) == 2
        await _until_sent(stage, order)
        assert (await sale_of(stage, order)).erp_id == str(first["id"])
        [(reason, detail)] = await _alarms(stage)
        assert reason == Reason.ORDER_DOUBLED
        assert all(f"id {kept['id']}" in str(detail) for kept in await _in_erp(stage))

    play(story, erp={**ERP, "refuse_duplicate_orders": False})


def test_an_order_edited_while_its_answer_was_lost_is_told_of_once_and_not_sent_again(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await _fault(stage, "answer_lost")
        order = await place(stage)
        await stage.clock.sleep(5)
        path = f"/stores/{stage.store_id()}/orders/{order['id']}"
        await stage.shop_door.send("PATCH", path, {"shipping_address": {"street": "Rua Nova", "number": "9"}})
        await _until_sent(stage, order)
        await stage.clock.sleep(HOUR)
        assert len(erp_calls(stage, "pedido.incluir.php")) == 1
        assert [reason for reason, _ in await _alarms(stage)] == [Reason.ORDER_EDITED]
        [alarm] = await stage.product.env.db.read(alarms.open_ones, stage.store_id())
        assert alarm.times == 1

    play(story, erp=ERP)


def test_an_order_edited_before_it_is_sent_goes_as_it_is_then(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        order = await place(stage, payment="boleto", status="awaiting_payment")
        await stage.clock.sleep(60)
        path = f"/stores/{stage.store_id()}/orders/{order['id']}"
        await stage.shop_door.send("PATCH", path, {"customer": {"name": "Nome Corrigido"}})
        await stage.shop_door.send("POST", f"{path}/pay", {})
        await _until_sent(stage, order)
        [kept] = await _in_erp(stage)
        assert kept["cliente"]["nome"] == "Nome Corrigido"
        assert await _alarms(stage) == []

    play(story, erp=ERP)


def test_a_note_that_the_erp_has_no_room_for_is_told_to_a_person(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        order = await place(stage, customer_notes="Deixar com o porteiro. " * 20)
        await _until_sent(stage, order)
        [(reason, detail)] = await _alarms(stage)
        assert reason == Reason.ORDER_TEXT_CUT
        [kept] = await _in_erp(stage)
        told = kept["obs"] + kept["obs_interna"] + str(detail)
        assert told.count("porteiro") >= 18

    play(story, erp=ERP)


def test_what_the_merchant_chose_reaches_the_erp(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        wanted = Preferences(
            integrator_id="8123", depot="Geral", nature="Venda", contributor_nature="Venda PJ", overwrite_customer=False
        )
        await stage.product.env.db.write(preferences.save, stage.product.env, stage.store_id(), wanted)
        order = await place(stage)
        await _until_sent(stage, order)
        [kept] = await _in_erp(stage)
        assert kept["deposito"] == "Geral"
        contributes = order["customer"]["icms_taxpayer"] == "contributor"
        assert kept["nome_natureza_operacao"] == ("Venda PJ" if contributes else "Venda")

    play(story, erp=ERP)


EVENTS = ("order.created", "order.paid", "order.updated")


@pytest.mark.parametrize("order_of_arrival", list(permutations(EVENTS)))
def test_events_in_any_order_and_repeated_make_one_order(play: Play, order_of_arrival: tuple[str, ...]) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await stage.shop_door.send("POST", "/webhooks/faults", {"what": "drop", "first": 1, "calls": 1000})
        order = await place(stage)
        env = stage.product.env
        for number, event in enumerate((*order_of_arrival, *order_of_arrival)):
            body = f'{{"event": "{event}"}}'
            args = (env, stage.store_id(), event, f"e-{number}", str(order["id"]), body)
            await env.db.write(events.receive, *args)
            await stage.clock.sleep(0.2)
        await _until_sent(stage, order)
        await stage.clock.sleep(HOUR)
        assert len(erp_calls(stage, "pedido.incluir.php")) == 1
        assert len(await _in_erp(stage)) == 1

    play(story, erp=ERP)


@pytest.mark.parametrize("seconds", [0, 5, 40, 200])
def test_an_order_cancelled_while_it_is_in_doubt_ends_cancelled_on_both_sides_or_nowhere(
    play: Play, seconds: float
) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await _fault(stage, "answer_lost")
        order = await place(stage)
        await stage.clock.sleep(seconds)
        await cancel_in_shop(stage, order)
        await stage.clock.sleep(HOUR)
        kept = await _in_erp(stage)
        assert len(kept) <= 1
        assert [one["situacao"] for one in kept] in ([], ["cancelado"])
        if seconds:
            assert len(kept) == 1
        assert (await sale_of(stage, order)).state in (sales.SENT, sales.DROPPED)

    play(story, erp=ERP)


def test_a_backfill_sends_what_the_erp_lacks_and_adopts_what_it_has(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await _never_told(stage)
        old = [await place(stage) for _ in range(3)]
        for order in old:
            await _until_sent(stage, order)
        assert len(await _in_erp(stage)) == 3
        store_id, env = stage.store_id(), stage.product.env
        forgotten = {"state": sales.DROPPED, "erp_id": None, "content": None, "is_referenced": False}
        for order in old:
            await env.db.write(sales.change, store_id, int(order["id"]), **forgotten)
        day = stage.clock.now().date()
        before = len(erp_calls(stage, "pedido.incluir.php"))
        await env.db.write(backfill.request, env, store_id, Period(first=day - timedelta(days=1), last=day))
        for order in old:
            await _until_sent(stage, order)
        assert len(erp_calls(stage, "pedido.incluir.php")) == before
        assert len(await _in_erp(stage)) == 3
        followed = {(await sale_of(stage, order)).erp_id for order in old}
        assert followed == {str(kept["id"]) for kept in await _in_erp(stage)}
        counts = await env.db.read(work.pending, store_id, env.clock.now())
        assert "backfill" not in counts

    play(story, erp=ERP)


def test_after_a_restore_orders_are_searched_for_before_they_are_sent(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        await _never_told(stage)
        order = await place(stage)
        await _until_sent(stage, order)
        store_id, env = stage.store_id(), stage.product.env
        # The copy was made before the order, and the shop was not told its reference yet.
        fresh = {"state": sales.READY, "erp_id": None, "content": None, "is_referenced": False}
        await env.db.write(sales.change, store_id, int(order["id"]), **fresh)
        await env.db.write(backfill.after_restore, env, store_id)
        await _until_sent(stage, order)
        assert len(await _in_erp(stage)) == 1
        assert (await env.db.read(stores.by_id, store_id)).connected_at is not None

    play(story, erp=ERP)


def test_a_marketplace_order_names_its_intermediary_and_comes_to_the_same_total(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage)
        order = await place(stage, channel="marketplace")
        await _until_sent(stage, order)
        [kept] = await _in_erp(stage)
        assert kept["intermediador"]["cnpj"] == order["intermediary"]["cnpj"]
        assert Decimal(kept["total_pedido"]) == Decimal(order["total"])

    play(story, erp=ERP)
