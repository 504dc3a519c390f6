"""Drift planted between both sides: found with its cause, repaired, equal afterwards; within the budget."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from connector.core.orders import mark_of
from connector.core.reasons import Reason
from connector.core.reconcile import Topic
from connector.crash import Crashed
from connector.demo.compare import compare, compare_stock
from connector.demo.errors import DemoError
from connector.flows import reconcile, reconcile_products, repair
from connector.flows.repair import Repair, Winner
from connector.store import alarms, drifts, reconciles, sales, stores
from connector.store.drifts import Drift, Which
from connector.store.reconciles import Run
from scenarios.harness.clock import BRASILIA
from scenarios.runner.deaths import before_and_after, dying, insist
from scenarios.runner.stage import Stage
from tests.flows.trade import HOUR, NONE, connected, sale_of, sell, set_situation, shown

Play = Callable[..., None]
PLENTY = 10_000
EVERY = Which()
ERP = {"products": 12, "plan": "potencializar"}


async def _reconcile(stage: Stage, budget: int = PLENTY, topics: tuple[Topic, ...] = reconcile.EVERYTHING) -> Run:
    """A comparison in the background, to its end."""
    db, env, store_id = stage.product.env.db, stage.product.env, stage.store_id()
    assert await db.write(reconcile.request, env, store_id, budget, topics, 3)

    async def over() -> bool:
        return await db.read(reconciles.current, store_id) is None

    await stage.until(over, "the comparison has ended", seconds=HOUR)
    await stage.clock.sleep(30)
    run = await db.read(reconciles.latest, store_id)
    assert run is not None
    return run


async def _open(stage: Stage) -> list[Drift]:
    return await stage.product.env.db.read(drifts.open_ones, stage.store_id(), Which())


async def _told(stage: Stage) -> list[tuple[str, str, str, str | None, str | None]]:
    return [(d.kind, d.field, d.cause, d.erp, d.shop) for d in await _open(stage)]


async def _repair(stage: Stage, winner: Winner, which: Which = EVERY) -> list[Repair]:
    env = stage.product.env
    done = await env.db.write(repair.repair, env, stage.store_id(), which, winner)
    await stage.clock.sleep(120)
    return done


async def _simple(stage: Stage, place: int = 0) -> dict[str, Any]:
    return [p for p in await stage.erp_products() if p["situacao"] == "A" and not p["variacoes"]][place]


async def _in_shop(stage: Stage, code: str) -> dict[str, Any]:
    return next(p for p in await stage.shop_products() if p["code"] == code.strip())


async def _edit_in_shop(stage: Stage, code: str, **values: Any) -> None:
    product = await _in_shop(stage, code)
    await stage.shop_door.send("PATCH", f"/stores/{stage.store_id()}/products/{product['id']}", values)


def _calls(stage: Stage) -> int:
    return sum(1 for entry in stage.erp.journal if entry["kind"] == "call")


def test_equal_sides_have_no_difference(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        run = await _reconcile(stage)
        assert await _told(stage) == []
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
        run = await _reconcile(stage)
        assert run.counts["stock_differs"] == len(moved)
        assert await _told(stage) == []
        assert compare_stock(await stage.erp_products(), await stage.shop_products()).is_equal

    play(story, erp={"products": 12, "variations_share": 0.3, "plan": "potencializar"})


def test_a_balance_typed_in_the_shop_waits_for_a_decision(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        product = await _simple(stage)
        await _edit_in_shop(stage, product["codigo"], stock=777)
        await _reconcile(stage)
        [(kind, _, cause, _, shop)] = await _told(stage)
        assert (kind, cause, shop) == ("stock", "edited_in_shop", "777")
        await _repair(stage, "erp")
        assert compare_stock(await stage.erp_products(), await stage.shop_products()).is_equal
        await _reconcile(stage)
        assert await _told(stage) == []

    play(story, erp=ERP)


def test_fields_are_found_with_the_side_that_moved_and_brought_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        one, two = await _simple(stage), await _simple(stage, 1)
        await _edit_in_shop(stage, one["codigo"], price="1.23")
        await stage.erp_door.send("PATCH", f"/products/{two['id']}", {"nome": "Outro nome"})
        run = await _reconcile(stage)
        assert run.counts["fields_differ"] == 2
        found = {(field, cause) for _, field, cause, _, _ in await _told(stage)}
        assert found == {("price", "edited_in_shop"), ("name", "edited_in_erp")}
        assert all(done.deed == "read" for done in await _repair(stage, "erp"))
        result = compare(await stage.erp_products(), await stage.shop_products())
        assert result.is_equal, result.differences
        await _reconcile(stage)
        assert await _told(stage) == []

    play(story, erp=ERP)


def test_a_difference_keeps_its_age_until_it_is_equal_again_by_itself(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        product = await _simple(stage)
        price = (await _in_shop(stage, product["codigo"]))["price"]
        await _edit_in_shop(stage, product["codigo"], price="1.23")
        await _reconcile(stage)
        [first] = await _open(stage)
        await stage.clock.sleep(HOUR)
        await _reconcile(stage)
        [again] = await _open(stage)
        assert (again.id, again.first_seen_at) == (first.id, first.first_seen_at)
        assert again.last_seen_at > first.last_seen_at
        await _edit_in_shop(stage, product["codigo"], price=price)
        await _reconcile(stage)
        assert await _open(stage) == []

    play(story, erp=ERP)


def test_where_the_shop_wins_its_value_stays_and_is_no_difference_any_more(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        product = await _simple(stage)
        await _edit_in_shop(stage, product["codigo"], price="1.23", stock=777)
        await _reconcile(stage)
        assert {done.deed for done in await _repair(stage, "shop")} == {"lock"}
        await _reconcile(stage)
        assert await _told(stage) == []
        there = await _in_shop(stage, product["codigo"])
        assert (there["price"], there["stock"]["quantity"]) == ("1.23", 777)

    play(story, erp=ERP)


def test_a_product_removed_in_the_shop_can_only_be_restored_there(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        product = await _simple(stage)
        await _edit_in_shop(stage, product["codigo"], deleted=True)
        await _reconcile(stage)
        assert [(field, cause) for _, field, cause, _, _ in await _told(stage)] == [("", "removed_in_shop")]
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
        await _reconcile(stage)
        [(kind, field, cause, erp, _)] = await _told(stage)
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
        await _reconcile(stage)
        assert [(kind, cause) for kind, _, cause, _, _ in await _told(stage)] == [("orders", "not_linked")]
        await _repair(stage, "erp")
        assert (await sale_of(stage, lost)).state == sales.SENT
        assert len((await stage.erp_door.get("/orders"))["orders"]) == 1
        await _reconcile(stage)
        assert await _told(stage) == []

    play(story, erp={**ERP, "variations_share": 0.0})


def test_an_order_that_the_erp_does_not_have_any_more_is_told(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        order, _ = await sell(stage)
        await stage.clock.sleep(HOUR)
        await stage.product.env.db.write(sales.change, stage.store_id(), int(order["id"]), erp_id="1")
        await _reconcile(stage, topics=(Topic.ORDERS,))
        assert [(kind, cause) for kind, _, cause, _, _ in await _told(stage)] == [("orders", "gone_in_erp")]
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
        await _reconcile(stage, topics=(Topic.SITUATIONS,))
        assert [(kind, cause, erp, shop) for kind, _, cause, erp, shop in await _told(stage)] == [
            ("situations", "message_lost", "invoiced", "paid")
        ]
        assert [done.refusal for done in await _repair(stage, "shop")] == ["not_the_shops"]
        await _repair(stage, "erp")
        assert (await shown(stage, order))["status"] == "invoiced"
        await _reconcile(stage)
        assert await _told(stage) == []

    play(story, erp={**ERP, "variations_share": 0.0})


def test_what_only_the_shop_has_is_not_read_on_the_way_to_the_next_product(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        for number in range(40):
            own = {"code": f"LOJA-{number}", "name": "Só na loja", "price": "5.00"}
            await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/products", own)
        await stage.erp_door.send("POST", "/products", {"codigo": "NOVO-1", "nome": "Prato raso", "preco": "19.90"})

        async def shown_too() -> bool:
            return any(p["code"] == "NOVO-1" for p in await stage.shop_products())

        await stage.until(shown_too, "the new product is in the shop", seconds=24 * HOUR)
        before = _reads(stage)
        run = await _reconcile(stage, topics=(Topic.STOCK, Topic.FIELDS))
        known = len(await stage.shop_products()) - 40
        assert run.counts["products"] == known
        assert _reads(stage) - before <= known / reconcile_products.PAGE + 2

    play(story, erp=ERP)


def _reads(stage: Stage) -> int:
    return sum(e["kind"] == "api" and e["call"] == "GET /products" for e in stage.shop.journal)


def test_the_budget_is_kept_and_the_next_comparison_begins_where_it_ended(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        products = len(await stage.shop_products())
        last = [p for p in await stage.erp_products() if p["situacao"] == "A"][-1]
        await stage.erp_door.send("POST", "/stock", {"idProduto": last["id"], "tipo": "B", "quantidade": "4321"})
        compared, rounds = 0, 0
        topics = (Topic.STOCK, Topic.FIELDS)
        while compared < products:
            before = _calls(stage)
            run = await _reconcile(stage, budget=7, topics=topics)
            # The net of situations is drawn beside it.
            drawn = _drawn(stage, before)
            assert _calls(stage) - before - drawn == run.calls == 6
            compared, rounds = compared + run.counts["products"], rounds + 1
        assert (compared, rounds) == (products, products // 3)
        assert compare_stock(await stage.erp_products(), await stage.shop_products()).is_equal

    play(story, erp={"products": 12, "variations_share": 0.0, "plan": "potencializar"})


def _drawn(stage: Stage, before: int) -> int:
    calls = [e for e in stage.erp.journal if e["kind"] == "call"][before:]
    return sum("dataAtualizacao" in call["params"] for call in calls)


def test_what_is_on_its_way_is_no_difference(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, ("stock",))
        product = await _simple(stage)
        there = await _in_shop(stage, product["codigo"])
        mapping = {"idProduto": product["id"], "skuMapeamento": str(there["id"])}
        await stage.erp_door.send("POST", "/mappings", [mapping])
        # Heard of, and the shop cannot be told yet.
        await stage.shop_door.send(
            "POST", "/faults", {"call": "POST /stock/batch", "what": "cut", "first": 1, "calls": 3}
        )
        await stage.erp_door.send("POST", "/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": "4321"})
        await stage.clock.sleep(5)
        run = await _reconcile(stage, topics=(Topic.STOCK,))
        assert (run.counts["stock_moving"], run.counts["stock_differs"]) == (1, 0)
        await stage.clock.sleep(HOUR)
        assert compare_stock(await stage.erp_products(), await stage.shop_products()).is_equal

    play(story, erp=ERP)


def test_a_variation_that_was_edited_is_told_by_its_own_code_and_brought_back_with_its_product(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        parent = next(p for p in await stage.erp_products() if p["situacao"] == "A" and p["variacoes"])
        there = await _in_shop(stage, parent["codigo"])
        edited = there["variants"][0]["code"]
        await _edit_in_shop(stage, parent["codigo"], variants=[{"code": edited, "price": "1.23"}])
        await _reconcile(stage)
        assert [(one.key, one.field, one.cause) for one in await _open(stage)] == [(edited, "price", "edited_in_shop")]
        await _repair(stage, "erp", Which(key=edited))
        result = compare(await stage.erp_products(), await stage.shop_products())
        assert result.is_equal, result.differences

    play(story, erp={"products": 8, "variations_share": 0.5, "plan": "potencializar"})


def test_every_night_both_sides_are_compared_within_the_days_budget(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.stop_connector()
        stage.reconcile_calls = 15
        await stage.start_connector()
        await connected(stage, NONE)
        await stage.clock.sleep(30 * HOUR)
        run = await stage.product.env.db.read(reconciles.latest, stage.store_id())
        assert run is not None
        assert run.finished_at is not None
        assert 0 < run.calls <= run.budget == 15
        assert run.started_at.astimezone(BRASILIA).hour in (2, 3, 4)

    play(story, erp=ERP)


COMMITS = (
    "reconciles.spend",
    "reconcile_orders.keep_rows",
    "reconcile_orders.note_order",
    "reconcile_orders.note_page",
    "reconcile_orders.end_day",
    "reconcile_products.grant",
    "reconcile_products.note_level",
    "reconcile_products.keep_record",
    "reconcile_products.note_product",
    "reconcile_products.turn_round",
    "reconcile.go_on",
    "reconcile.finish",
    "levels._end_turn",
    "untold.told",
)
CALLS = (
    "pedidos.pesquisa.php",
    "GET /orders",
    "GET /products",
    "produto.obter.estoque.php",
    "produto.obter.php",
    "POST /stock/batch",
)
POINTS = before_and_after(COMMITS, CALLS)
# In so many plays, of so many comparisons at most.
PLAYS, COMPARISONS = 5, 12


@pytest.mark.parametrize("turn", range(PLAYS))
def test_comparisons_that_are_killed_go_on_and_find_the_same(play: Play, url: str, turn: int) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        await sell(stage)
        await stage.clock.sleep(HOUR)
        one, two = await _simple(stage), await _simple(stage, 1)
        await _edit_in_shop(stage, two["codigo"], price="1.23")
        async with dying(stage, POINTS[turn::PLAYS]) as deaths:
            for number in range(COMPARISONS):
                balance = {"idProduto": one["id"], "tipo": "B", "quantidade": str(4321 + number)}
                await stage.erp_door.send("POST", "/stock", balance)
                await insist(stage, lambda: _request(stage))
                await stage.until(lambda: _is_over(stage), "the comparison has ended", seconds=HOUR)
                await stage.clock.sleep(60)
                await stage.until(lambda: _is_alive(stage), "a connector that lives", seconds=HOUR)
                assert [(field, cause) for _, field, cause, _, _ in await _told(stage)] == [("price", "edited_in_shop")]
                assert compare_stock(await stage.erp_products(), await stage.shop_products()).is_equal
                if not deaths.left:
                    break
            assert deaths.left == set(), f"not passed in {COMPARISONS} comparisons"

    play(story, erp={"products": 4, "variations_share": 0.0, "plan": "potencializar"}, database_url=url)


async def _request(stage: Stage) -> None:
    """Have both sides compared, unless that is under way. Raises DemoError where the connector is dead."""
    if stage.connector is None:
        raise DemoError("the connector is not there")
    env = stage.product.env
    try:
        await env.db.write(reconcile.request, env, stage.store_id(), PLENTY)
    except Crashed:
        raise DemoError("the connector has died") from None


async def _is_alive(stage: Stage) -> bool:
    return stage.connector is not None


async def _is_over(stage: Stage) -> bool:
    if stage.connector is None:
        return False
    return await stage.product.env.db.read(reconciles.current, stage.store_id()) is None
