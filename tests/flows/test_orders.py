"""Orders of the shop become sales orders of the ERP, exactly one each, whatever becomes of an answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connector.store import sales, work
from connector.store.sales import Sale
from scenarios.runner.stage import Stage

Play = Callable[..., None]
HOUR = 3600.0
ERP = {"products": 6, "variations_share": 0.0}


async def _ready(stage: Stage, place: int = 0) -> None:
    await stage.connect(place)
    await stage.until_pulled(place=place, seconds=HOUR)


async def _order(stage: Stage, place: int = 0, **given: Any) -> dict[str, Any]:
    """An order of the checkout, as the shop's control door tells of it."""
    orders = await stage.shop_door.send("POST", f"/stores/{stage.store_id(place)}/orders", {"count": 1, **given})
    return dict(orders["orders"][0])


async def _shown(stage: Stage, order: dict[str, Any], place: int = 0) -> dict[str, Any]:
    return dict(await stage.shop_door.get(f"/stores/{stage.store_id(place)}/orders/{order['id']}"))


async def _in_erp(stage: Stage) -> list[dict[str, Any]]:
    return list((await stage.erp_door.get("/orders"))["orders"])


async def _sale(stage: Stage, order: dict[str, Any], place: int = 0) -> Sale | None:
    return await stage.product.env.db.read(sales.by_order, stage.store_id(place), int(order["id"]))


async def _until(stage: Stage, order: dict[str, Any], state: str, place: int = 0, seconds: float = HOUR) -> Sale:
    found: list[Sale] = []

    async def reached() -> bool:
        sale = await _sale(stage, order, place)
        if sale is not None and sale.state == state:
            found.append(sale)
        return bool(found)

    await stage.until(reached, f"order {order['number']} is {state}", seconds)
    return found[0]


def _calls(stage: Stage, *services: str) -> list[dict[str, Any]]:
    return [e for e in stage.erp.journal if e["kind"] == "call" and e["service"] in services]


def _lose(kind: str, calls: int = 1, **more: Any) -> dict[str, Any]:
    return {"call": "pedido.incluir.php", "what": kind, "first": 1, "calls": calls, **more}


def test_an_order_costs_one_call_and_is_the_same_on_both_sides(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        order = await _order(stage, seed=5)
        sale = await _until(stage, order, sales.SENT)
        [kept] = await _in_erp(stage)
        assert str(kept["id"]) == sale.erp_id
        assert Decimal(kept["total_pedido"]) == Decimal(order["total"])
        assert [e["service"] for e in stage.erp.journal if e["kind"] == "call" and "pedido." in e["service"]] == [
            "pedido.incluir.php"
        ]
        await stage.clock.sleep(5)
        shown = await _shown(stage, order)
        assert shown["external_reference"]["id"] == sale.erp_id
        assert shown["external_reference"]["number"] == sale.erp_number

    play(story, erp=ERP)


def test_goods_sold_in_fractions_make_the_same_total_on_both_sides(play: Play) -> None:
    async def story(stage: Stage) -> None:
        cheese = {"codigo": "QUEIJO-KG", "nome": "Queijo", "preco": "33.34", "unidade": "KG"}
        made = await stage.erp_door.send("POST", "/products", cheese)
        await stage.erp_door.send("POST", "/stock", {"idProduto": made["id"], "tipo": "B", "quantidade": "50"})
        await _ready(stage)
        order = await _order(stage, items=[{"code": "QUEIJO-KG", "quantity": 0.75}], payment="pix")
        await _until(stage, order, sales.SENT)
        [kept] = await _in_erp(stage)
        assert Decimal(kept["total_pedido"]) == Decimal(order["total"])

    play(story, erp=ERP)


def test_an_answer_lost_after_the_write_leaves_one_order_found_by_search(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        await stage.erp_door.send("POST", "/faults", _lose("answer_lost"))
        order = await _order(stage)
        sale = await _until(stage, order, sales.SENT)
        [kept] = await _in_erp(stage)
        assert str(kept["id"]) == sale.erp_id
        assert len(_calls(stage, "pedido.incluir.php")) == 1
        assert len(_calls(stage, "pedidos.pesquisa.php")) >= 1
        await stage.clock.sleep(HOUR)
        assert len(await _in_erp(stage)) == 1

    play(story, erp=ERP)


def test_a_write_that_lands_after_the_first_search_leaves_one_order(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        await stage.erp_door.send("POST", "/faults", _lose("write_lands_late", **{"with": {"seconds": 60}}))
        order = await _order(stage)
        sale = await _until(stage, order, sales.SENT)
        [kept] = await _in_erp(stage)
        assert str(kept["id"]) == sale.erp_id
        assert len(_calls(stage, "pedido.incluir.php")) == 1
        # Looked too early once, found the second time.
        assert len([e for e in _calls(stage, "pedidos.pesquisa.php") if "numeroEcommerce" in e["params"]]) == 2

    play(story, erp=ERP)


def test_a_write_that_never_happened_is_sent_again_after_two_empty_searches(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        await stage.erp_door.send("POST", "/faults", _lose("html_502"))
        order = await _order(stage)
        began = stage.clock.now()
        await _until(stage, order, sales.SENT)
        assert (stage.clock.now() - began).total_seconds() >= 180
        assert len(await _in_erp(stage)) == 1
        assert len(_calls(stage, "pedido.incluir.php")) == 2

    play(story, erp=ERP)


def test_a_call_that_the_quota_blocked_is_made_again_without_a_search(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        await stage.erp_door.send("POST", "/faults", _lose("blocked_minute"))
        order = await _order(stage)
        await _until(stage, order, sales.SENT)
        assert len(await _in_erp(stage)) == 1
        assert [e for e in _calls(stage, "pedidos.pesquisa.php") if "numeroEcommerce" in e["params"]] == []

    play(story, erp=ERP)


def test_a_restart_while_sending_searches_before_it_sends_again(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        await stage.erp_door.send("POST", "/faults", _lose("stall"))
        order = await _order(stage)
        await _until(stage, order, sales.SENDING)
        await stage.stop_connector()
        await stage.clock.sleep(5)
        await stage.start_connector()
        await _until(stage, order, sales.SENT)
        assert len(await _in_erp(stage)) == 1

    play(story, erp=ERP)


def test_two_shops_on_one_account_each_adopt_their_own_order_after_lost_answers(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage, 0)
        await _ready(stage, 1)
        await stage.erp_door.send("POST", "/faults", _lose("answer_lost", calls=2))
        # The same buyer buys the same in both, so that nothing but the mark tells the orders apart.
        wanted = {
            "items": [{"code": (await stage.shop_products())[0]["code"], "quantity": 1}],
            "customer": {"person_type": "F", "name": "Rita Amaral", "cpf": "52998224725"},
            "payment": "bank_transfer",
            "shipping_address": None,
            "coupon": None,
            "gift": {"is_gift": False, "message": None, "hide_prices": False},
        }
        first, second = await _order(stage, 0, **wanted), await _order(stage, 1, **wanted)
        assert first["customer"]["cpf"] == second["customer"]["cpf"] == "52998224725"
        assert first["total"] == second["total"]
        assert first["number"] == second["number"]
        mine, theirs = await _until(stage, first, sales.SENT, 0), await _until(stage, second, sales.SENT, 1)
        kept = {str(order["id"]): order["obs_interna"] for order in await _in_erp(stage)}
        assert len(kept) == 2
        assert mine.erp_id is not None and theirs.erp_id is not None
        assert kept[mine.erp_id] == f"[Webstore {stage.store_id(0)}/{first['id']}]"
        assert kept[theirs.erp_id] == f"[Webstore {stage.store_id(1)}/{second['id']}]"
        assert len(_calls(stage, "pedido.incluir.php")) == 2

    play(story, erp=ERP, shop={"stores": [{"name": "Loja Um"}, {"name": "Loja Dois"}]})


def test_a_number_that_the_erp_says_is_taken_holds_the_order_and_is_not_sent_for_ever(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage, 0)
        await _ready(stage, 1)
        await stage.erp_door.send("PATCH", "", {"refuse_duplicate_orders": True})
        first = await _order(stage, 0, seed=1)
        await _until(stage, first, sales.SENT, 0)
        second = await _order(stage, 1, seed=2)
        held = await _until(stage, second, sales.HELD, 1)
        assert held.reason == "order_number_taken"
        await stage.clock.sleep(3 * HOUR)
        assert len(await _in_erp(stage)) == 1
        assert len(_calls(stage, "pedido.incluir.php")) == 2

    play(story, erp=ERP, shop={"stores": [{"name": "Loja Um"}, {"name": "Loja Dois"}]})


def test_an_order_with_a_code_that_the_erp_does_not_have_waits_whole_and_goes_on_by_itself(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        fresh = {"code": "SO-NA-LOJA", "name": "Só na loja", "price": "10.00", "stock": 5}
        await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/products", fresh)
        known = (await stage.shop_products())[0]["code"]
        order = await _order(
            stage, items=[{"code": known, "quantity": 1}, {"code": "SO-NA-LOJA", "quantity": 1}], payment="pix"
        )
        held = await _until(stage, order, sales.HELD)
        assert (held.reason, held.detail) == ("order_unknown_code", "SO-NA-LOJA")
        assert await _in_erp(stage) == []
        made = {"codigo": "SO-NA-LOJA", "nome": "Só na loja", "preco": "10.00", "unidade": "UN"}
        await stage.erp_door.send("POST", "/products", made)
        merchant = stage.merchant()
        await merchant.log_in()
        await merchant.open_connector()
        await merchant.submit_to("/sincronizar")
        await _until(stage, order, sales.SENT)
        assert len(await _in_erp(stage)) == 1
        counts = await stage.product.env.db.read(work.counts, stage.store_id())
        assert "parked" not in counts

    play(story, erp=ERP)


def test_an_order_paid_later_is_sent_when_it_is_paid(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        order = await _order(stage, payment="boleto", status="awaiting_payment")
        await stage.clock.sleep(HOUR)
        assert await _in_erp(stage) == []
        await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders/{order['id']}/pay", {})
        await _until(stage, order, sales.SENT)
        assert len(await _in_erp(stage)) == 1

    play(story, erp=ERP)


def test_an_order_cancelled_before_it_is_paid_is_never_sent(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        order = await _order(stage, payment="boleto", status="awaiting_payment")
        path = f"/stores/{stage.store_id()}/orders/{order['id']}/cancel"
        await stage.shop_door.send("POST", path, {"reason": "customer"})
        await _until(stage, order, sales.DROPPED)
        await stage.clock.sleep(HOUR)
        assert await _in_erp(stage) == []

    play(story, erp=ERP)


def test_a_cancellation_in_the_shop_reaches_the_erp_once(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        order = await _order(stage)
        await _until(stage, order, sales.SENT)
        path = f"/stores/{stage.store_id()}/orders/{order['id']}/cancel"
        await stage.shop_door.send("POST", path, {"reason": "customer"})
        await stage.clock.sleep(HOUR)
        [kept] = await _in_erp(stage)
        assert kept["situacao"] == "cancelado"
        assert len(_calls(stage, "pedido.alterar.situacao")) == 1

    play(story, erp=ERP)


def test_events_that_were_lost_are_made_up_for_by_the_net(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        await stage.shop_door.send("POST", "/webhooks/faults", {"what": "drop", "first": 1, "calls": 1000})
        order = await _order(stage)
        await _until(stage, order, sales.SENT, seconds=900)
        assert len(await _in_erp(stage)) == 1

    play(story, erp=ERP)


def test_an_order_from_before_the_connection_is_searched_for_first(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        await (await _merchant(stage)).uninstall()
        order = await _order(stage)
        await stage.clock.sleep(60)
        await _ready(stage)
        await _until(stage, order, sales.SENT)
        assert len([e for e in _calls(stage, "pedidos.pesquisa.php") if "numeroEcommerce" in e["params"]]) == 1
        assert len(await _in_erp(stage)) == 1

    play(story, erp=ERP)


async def _merchant(stage: Stage) -> Any:
    merchant = stage.merchant()
    await merchant.log_in()
    return merchant


@pytest.mark.parametrize(
    "disorder",
    [
        {"moods": True},
        {"call_profile": "rough"},
        {"delivery_profile": "reordered"},
        {"delivery_profile": "duplicated"},
        {"delivery_profile": "lost"},
    ],
    ids=lambda disorder: "-".join(map(str, *disorder.items())),
)
def test_whatever_disorder_the_shop_is_in_each_order_arrives_once(play: Play, disorder: dict[str, Any]) -> None:
    async def story(stage: Stage) -> None:
        await _ready(stage)
        placed = [await _order(stage, oversell=True) for _ in range(8)]
        made = {str((await _until(stage, order, sales.SENT, seconds=6 * HOUR)).erp_id) for order in placed}
        assert len(made) == len(placed)
        assert {str(order["id"]) for order in await _in_erp(stage)} == made

    play(story, erp=ERP, shop=disorder)
