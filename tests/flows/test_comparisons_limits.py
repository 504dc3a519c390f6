"""What a comparison costs, when it comes, and what becomes of one that is killed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.core.reconcile import Topic
from connector.crash import Crashed
from connector.demo.compare import compare_stock
from connector.demo.errors import DemoError
from connector.flows import reconcile, reconcile_products
from connector.store import reconciles
from scenarios.harness.clock import BRASILIA
from scenarios.runner.deaths import before_and_after, dying, insist
from scenarios.runner.stage import Stage
from tests.flows.comparing import ERP, PLENTY, edit_in_shop, reconciled, simple, told
from tests.flows.trade import HOUR, NONE, connected, sell

Play = Callable[..., None]


def _calls(stage: Stage) -> int:
    return sum(1 for entry in stage.erp.journal if entry["kind"] == "call")


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
        run = await reconciled(stage, topics=(Topic.STOCK, Topic.FIELDS))
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
            run = await reconciled(stage, budget=7, topics=topics)
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
        one, two = await simple(stage), await simple(stage, 1)
        await edit_in_shop(stage, two["codigo"], price="1.23")
        async with dying(stage, POINTS[turn::PLAYS]) as deaths:
            for number in range(COMPARISONS):
                balance = {"idProduto": one["id"], "tipo": "B", "quantidade": str(4321 + number)}
                await stage.erp_door.send("POST", "/stock", balance)
                await insist(stage, lambda: _request(stage))
                await stage.until(lambda: _is_over(stage), "the comparison has ended", seconds=HOUR)
                await stage.clock.sleep(60)
                await stage.until(lambda: _is_alive(stage), "a connector that lives", seconds=HOUR)
                assert [(field, cause) for _, field, cause, _, _ in await told(stage)] == [("price", "edited_in_shop")]
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
