"""Orders of the shop become sales orders of the ERP, exactly one each, whatever becomes of an answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

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
