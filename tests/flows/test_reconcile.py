"""Drift planted between both sides: found with its cause, repaired, equal afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from connector.core.orders import mark_of
from connector.core.reasons import Reason
from connector.core.reconcile import Topic
from connector.demo.compare import compare, compare_stock
from connector.flows import repair
from connector.flows.repair import Repair, Winner
from connector.store import alarms, sales, stores
from connector.store.drifts import Which
from scenarios.runner.stage import Stage
from tests.flows.comparing import ERP, edit_in_shop, in_shop, open_drifts, reconciled, simple, told
from tests.flows.trade import HOUR, NONE, connected, sale_of, sell, set_situation, shown

Play = Callable[..., None]
EVERY = Which()


async def _repair(stage: Stage, winner: Winner, which: Which = EVERY) -> list[Repair]:
    env = stage.product.env
    done = await env.db.write(repair.repair, env, stage.store_id(), which, winner)
    await stage.clock.sleep(120)
    return done


def test_equal_sides_have_no_difference(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        run = await reconciled(stage)
        assert await told(stage) == []
        assert run.counts["products"] == len(await stage.shop_products())
        assert (run.counts["stock_differs"], run.counts["fields_differ"]) == (0, 0)

    play(story, erp={"products": 45, "plan": "potencializar"})


def test_a_balance_whose_message_was_lost_for_good_is_right_after_one_comparison(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        erp = await stage.erp_products()
        moved = [one for p in erp if p["situacao"] == "A" for one in (p["variacoes"] or [p])]
        for place, product in enumerate(moved):
            await stage.erp_door.send(
                "POST", "/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": str(200 + place)}
            )
        run = await reconciled(stage)
        assert run.counts["stock_differs"] == len(moved)
        assert await told(stage) == []
        assert compare_stock(await stage.erp_products(), await stage.shop_products()).is_equal

    play(story, erp={"products": 12, "variations_share": 0.3, "plan": "potencializar"})


def test_a_balance_typed_in_the_shop_waits_for_a_decision(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        product = await simple(stage)
        await edit_in_shop(stage, product["codigo"], stock=777)
        await reconciled(stage)
        [(kind, _, cause, _, shop)] = await told(stage)
        assert (kind, cause, shop) == ("stock", "edited_in_shop", "777")
        await _repair(stage, "erp")
        assert compare_stock(await stage.erp_products(), await stage.shop_products()).is_equal
        await reconciled(stage)
        assert await told(stage) == []

    play(story, erp=ERP)


def test_fields_are_found_with_the_side_that_moved_and_brought_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        one, two = await simple(stage), await simple(stage, 1)
        await edit_in_shop(stage, one["codigo"], price="1.23")
        await stage.erp_door.send("PATCH", f"/products/{two['id']}", {"nome": "Outro nome"})
        run = await reconciled(stage)
        assert run.counts["fields_differ"] == 2
        found = {(field, cause) for _, field, cause, _, _ in await told(stage)}
        assert found == {("price", "edited_in_shop"), ("name", "edited_in_erp")}
        assert all(done.deed == "read" for done in await _repair(stage, "erp"))
        result = compare(await stage.erp_products(), await stage.shop_products())
        assert result.is_equal, result.differences
        await reconciled(stage)
        assert await told(stage) == []

    play(story, erp=ERP)


def test_a_difference_keeps_its_age_until_it_is_equal_again_by_itself(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        product = await simple(stage)
        price = (await in_shop(stage, product["codigo"]))["price"]
        await edit_in_shop(stage, product["codigo"], price="1.23")
        await reconciled(stage)
        [first] = await open_drifts(stage)
        await stage.clock.sleep(HOUR)
        await reconciled(stage)
        [again] = await open_drifts(stage)
        assert (again.id, again.first_seen_at) == (first.id, first.first_seen_at)
        assert again.last_seen_at > first.last_seen_at
        await edit_in_shop(stage, product["codigo"], price=price)
        await reconciled(stage)
        assert await open_drifts(stage) == []

    play(story, erp=ERP)


def test_where_the_shop_wins_its_value_stays_and_is_no_difference_any_more(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        product = await simple(stage)
        await edit_in_shop(stage, product["codigo"], price="1.23", stock=777)
        await reconciled(stage)
        assert {done.deed for done in await _repair(stage, "shop")} == {"lock"}
        await reconciled(stage)
        assert await told(stage) == []
        there = await in_shop(stage, product["codigo"])
        assert (there["price"], there["stock"]["quantity"]) == ("1.23", 777)

    play(story, erp=ERP)


def test_a_product_removed_in_the_shop_can_only_be_restored_there(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        product = await simple(stage)
        await edit_in_shop(stage, product["codigo"], deleted=True)
        await reconciled(stage)
        assert [(field, cause) for _, field, cause, _, _ in await told(stage)] == [("", "removed_in_shop")]
        assert [done.refusal for done in await _repair(stage, "erp")] == ["restore_in_shop"]

    play(story, erp=ERP)


async def _insert(stage: Stage, order: dict[str, Any]) -> None:
    """The order once more in the ERP, as a write that lands after both searches leaves it."""
    pedido = {
        "data_pedido": datetime.fromisoformat(order["created_at"]).strftime("%d/%m/%Y"),
        "numero_pedido_ecommerce": str(order["number"]),
        "obs_internas": mark_of(stage.store_id(), int(order["id"])),
        "cliente": {"nome": "Alguém"},
        "itens": [{"item": {"descricao": "Algo", "unidade": "UN", "quantidade": "1", "valor_unitario": "9.90"}}],
    }
    sent = {"token": stage.erp.token, "formato": "json", "pedido": json.dumps({"pedido": pedido})}
    async with stage.http.post(f"{stage.erp_url}pedido.incluir.php", data=sent) as answer:
        assert '"numero"' in await answer.text()


def test_an_order_that_is_in_the_erp_twice_raises_an_alarm_and_nothing_is_cancelled(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        order, _ = await sell(stage)
        await sell(stage)
        await stage.clock.sleep(HOUR)
        await _insert(stage, order)
        await reconciled(stage)
        [(kind, field, cause, erp, _)] = await told(stage)
        in_erp = (await stage.erp_door.get("/orders"))["orders"]
        twice = [str(o["id"]) for o in in_erp if o["numero_ecommerce"] == str(order["number"])]
        assert len(twice) == 2
        assert (kind, field, cause, erp) == ("orders", "copies", "doubled_in_erp", ", ".join(sorted(twice, key=int)))
        [alarm] = await stage.product.env.db.read(alarms.open_ones, stage.store_id())
        assert alarm.reason == Reason.ORDER_DOUBLED
        assert all(one in (alarm.detail or "") for one in twice)
        assert [done.refusal for done in await _repair(stage, "erp")] == ["cancel_copies"]
        assert all(o["situacao"] != "cancelado" for o in (await stage.erp_door.get("/orders"))["orders"])

    play(story, erp={**ERP, "variations_share": 0.0})


def test_an_order_that_was_never_sent_is_sent_and_one_unknown_here_is_adopted(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        lost, _ = await sell(stage)
        await stage.clock.sleep(HOUR)
        # As after a database that was restored from a copy, with a shop that never heard of the import.
        store_id, db = stage.store_id(), stage.product.env.db
        blank = {"state": sales.DROPPED, "erp_id": None, "erp_number": None, "is_referenced": False}
        await db.write(sales.change, store_id, int(lost["id"]), **blank)
        there = stage.shop.stores[store_id].orders[int(lost["id"])]
        there.fields = {**there.fields, "external_reference": None}
        await reconciled(stage)
        assert [(kind, cause) for kind, _, cause, _, _ in await told(stage)] == [("orders", "not_linked")]
        await _repair(stage, "erp")
        assert (await sale_of(stage, lost)).state == sales.SENT
        assert len((await stage.erp_door.get("/orders"))["orders"]) == 1
        await reconciled(stage)
        assert await told(stage) == []

    play(story, erp={**ERP, "variations_share": 0.0})


def test_an_order_that_the_erp_does_not_have_any_more_is_told(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        order, _ = await sell(stage)
        await stage.clock.sleep(HOUR)
        await stage.product.env.db.write(sales.change, stage.store_id(), int(order["id"]), erp_id="1")
        await reconciled(stage, topics=(Topic.ORDERS,))
        assert [(kind, cause) for kind, _, cause, _, _ in await told(stage)] == [("orders", "gone_in_erp")]
        assert [done.refusal for done in await _repair(stage, "erp")] == ["by_hand_in_erp"]

    play(story, erp={**ERP, "variations_share": 0.0})


def test_a_situation_that_nobody_told_is_found_and_followed(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        order, erp_id = await sell(stage)
        await stage.clock.sleep(HOUR)
        await stage.stop_connector()
        await set_situation(stage, erp_id, "faturado")
        await stage.clock.sleep(HOUR)
        await stage.start_connector()
        # The net was drawn past it.
        await stage.product.env.db.write(stores.change, stage.store_id(), situations_until=stage.clock.now())
        await reconciled(stage, topics=(Topic.SITUATIONS,))
        assert [(kind, cause, erp, shop) for kind, _, cause, erp, shop in await told(stage)] == [
            ("situations", "message_lost", "invoiced", "paid")
        ]
        assert [done.refusal for done in await _repair(stage, "shop")] == ["not_the_shops"]
        await _repair(stage, "erp")
        assert (await shown(stage, order))["status"] == "invoiced"
        await reconciled(stage)
        assert await told(stage) == []

    play(story, erp={**ERP, "variations_share": 0.0})


def test_what_is_on_its_way_is_no_difference(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, ("stock",))
        product = await simple(stage)
        there = await in_shop(stage, product["codigo"])
        mapping = {"idProduto": product["id"], "skuMapeamento": str(there["id"])}
        await stage.erp_door.send("POST", "/mappings", [mapping])
        # Heard of, and the shop cannot be told yet.
        await stage.shop_door.send(
            "POST", "/faults", {"call": "POST /stock/batch", "what": "cut", "first": 1, "calls": 3}
        )
        await stage.erp_door.send("POST", "/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": "4321"})
        await stage.clock.sleep(5)
        run = await reconciled(stage, topics=(Topic.STOCK,))
        assert (run.counts["stock_moving"], run.counts["stock_differs"]) == (1, 0)
        await stage.clock.sleep(HOUR)
        assert compare_stock(await stage.erp_products(), await stage.shop_products()).is_equal

    play(story, erp=ERP)


def test_a_variation_that_was_edited_is_told_by_its_own_code_and_brought_back_with_its_product(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        parent = next(p for p in await stage.erp_products() if p["situacao"] == "A" and p["variacoes"])
        there = await in_shop(stage, parent["codigo"])
        edited = there["variants"][0]["code"]
        await edit_in_shop(stage, parent["codigo"], variants=[{"code": edited, "price": "1.23"}])
        await reconciled(stage)
        assert [(one.key, one.field, one.cause) for one in await open_drifts(stage)] == [
            (edited, "price", "edited_in_shop")
        ]
        await _repair(stage, "erp", Which(key=edited))
        result = compare(await stage.erp_products(), await stage.shop_products())
        assert result.is_equal, result.differences

    play(story, erp={"products": 8, "variations_share": 0.5, "plan": "potencializar"})
