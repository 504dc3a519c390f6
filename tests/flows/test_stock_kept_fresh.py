"""What the shop shows of a product does not grow old: when its fields are refused, when depot or mode is changed, when
another one is made under its code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from connector.core.preferences import Preferences
from connector.core.reasons import Reason
from connector.core.stock import LATE_WINDOW, SETTLE
from connector.flows import preferences, pull
from connector.flows.product import bury
from connector.store import items
from connector.store.engine import Connection
from connector.store.items import Item
from connector.store.tables import claim
from connector.store.work import Job
from fake_erp import extensions
from scenarios.runner.stage import Stage
from tests.flows.levels import (
    HOUR,
    connected_and_pulled,
    door_of,
    levels_shown,
    message_of,
    move,
    send,
    simple_products,
    until_shown,
)
from tests.flows.trade import sell

Play = Callable[..., None]
# Without the feed only messages tell of a movement.
ERP: dict[str, Any] = {
    "products": 4,
    "variations_share": 0.0,
    "plan": "potencializar",
    "extensions": [name for name in extensions.NAMES if name != extensions.LIVE_STOCK],
}


def _code(product: dict[str, Any]) -> str:
    return str(product["codigo"]).strip()


async def _told(stage: Stage, product: dict[str, Any], balance: int, **more: Any) -> None:
    """A movement in the ERP and its message."""
    await move(stage, product, balance)
    assert await send(stage, await door_of(stage), message_of(stage, product, balance, **more)) == 200


async def _pull_again(stage: Stage, count: int = 2) -> None:
    assert await stage.product.env.db.write(pull.request, stage.product.env, stage.store_id())
    await stage.until_pulled(count, seconds=2 * HOUR)


async def _item(stage: Stage, product: dict[str, Any]) -> Item:
    found = await stage.product.env.db.read(items.by_erp_id, stage.store_id(), str(product["id"]))
    assert found is not None
    return found


@pytest.mark.parametrize("status", [422, 400])
def test_levels_of_a_product_go_on_while_the_shop_refuses_its_fields(play: Play, status: int) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        product = (await simple_products(stage))[0]
        refused = {"call": "PUT /products/by-code/{code}", "what": "status", "calls": 1000, "with": {"status": status}}
        await stage.shop_door.send("POST", "/faults", refused)
        await stage.erp_door.send("PATCH", f"/products/{product['id']}", {"nome": "Outro nome"})
        await _pull_again(stage)
        assert (await _item(stage, product)).outcome == "failed"
        await _told(stage, product, 1)
        await until_shown(stage, _code(product), 1)

    play(story, erp=ERP)


def test_levels_of_variations_go_on_while_the_shop_refuses_their_product(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        parent = next(p for p in await stage.erp_products() if p["situacao"] == "A" and p["variacoes"])
        refused = {"call": "PUT /products/by-code/{code}", "what": "status", "calls": 1000, "with": {"status": 422}}
        await stage.shop_door.send("POST", "/faults", refused)
        await stage.erp_door.send("PATCH", f"/products/{parent['id']}", {"nome": "Outro nome"})
        await _pull_again(stage)
        assert (await _item(stage, parent["variacoes"][0])).outcome == "failed"
        await _told(stage, parent["variacoes"][0], 1)
        await until_shown(stage, _code(parent["variacoes"][0]), 1)

    play(story, erp={**ERP, "variations_share": 0.5})


def test_a_product_that_was_given_up_does_not_get_anothers_place_by_that(play: Play) -> None:
    async def story(stage: Stage) -> None:
        theirs = {"code": "X-1", "option_values": ["P"]}
        shirt = {"code": "LOJA-9", "name": "Camisa", "price": "5.00", "options": ["Tamanho"], "variants": [theirs]}
        await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/products", shirt)
        product = await stage.erp_door.send("POST", "/products", {"nome": "Outro", "codigo": "X-1", "preco": "9.90"})
        await connected_and_pulled(stage)
        env, store_id, erp_id = stage.product.env, stage.store_id(), str(product["id"])
        assert (await _item(stage, product)).reason == "code_is_variant"
        await env.db.write(items.change, store_id, erp_id, done_in=None)
        now = stage.clock.now()
        tried = Job(
            id=0, store_id=store_id, kind="", key=erp_id, payload={}, priority=0, attempts=9, first_tried_at=now
        )
        await bury(tried, env, str(Reason.ERP_TROUBLE), "not read")
        found = await _item(stage, product)
        assert (found.outcome, found.reason) == ("failed", "code_is_variant")
        before = await levels_shown(stage)
        await _told(stage, product, 1)
        await stage.clock.sleep(60)
        assert await levels_shown(stage) == before

    play(story, erp=ERP)


def test_a_place_that_refused_a_level_is_told_another_only_when_a_pull_has_dealt_with_the_product(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        product = (await simple_products(stage))[0]
        (in_shop,) = [p for p in await stage.shop_products() if p["code"] == _code(product)]
        path = f"/stores/{stage.store_id()}/products/{in_shop['id']}"
        await stage.shop_door.send("PATCH", path, {"deleted": True})
        await _told(stage, product, 5)
        await stage.clock.sleep(60)
        assert (await _item(stage, product)).outcome == "failed"
        told = _batches(stage)
        await _told(stage, product, 4)
        await stage.clock.sleep(60)
        assert _batches(stage) == told
        await stage.shop_door.send("PATCH", path, {"deleted": False})
        await _pull_again(stage)
        await until_shown(stage, _code(product), 4)

    play(story, erp=ERP)


def _batches(stage: Stage) -> int:
    return int(stage.shop.statistics()["calls"].get("POST /stock/batch", 0))


_CHANGES = [
    Preferences(integrator_id="8123", stock_mode="available"),
    Preferences(integrator_id="8123", depot="Geral"),
]


async def _when_trusted(stage: Stage) -> dict[str, Any]:
    """A product of which nothing was claimed for so long that a message about it is trusted."""
    await connected_and_pulled(stage)
    product = (await simple_products(stage))[0]

    def last(c: Connection) -> datetime:
        newest = sa.select(sa.func.max(claim.c.received_at)).where(claim.c.erp_id == str(product["id"]))
        return c.execute(newest).scalar_one()  # type: ignore[no-any-return]

    async def is_old() -> bool:
        return stage.clock.now() - await stage.product.env.db.read(last) > LATE_WINDOW

    while not await is_old():
        await stage.clock.sleep(HOUR / 6)
    return product


def _questions(stage: Stage, product: dict[str, Any]) -> int:
    calls = [e for e in stage.erp.journal if e["kind"] == "call" and e["service"] == "produto.obter.estoque.php"]
    return sum(e["params"]["id"] == str(product["id"]) for e in calls)


@pytest.mark.parametrize("wanted", _CHANGES, ids=["mode", "depot"])
def test_after_a_change_of_mode_or_depot_the_erp_is_asked_where_only_a_message_knows_the_level(
    play: Play, wanted: Preferences
) -> None:
    async def story(stage: Stage) -> None:
        product, env = await _when_trusted(stage), stage.product.env
        asked = _questions(stage, product)
        await _told(stage, product, 1)
        await until_shown(stage, _code(product), 1)
        await stage.clock.sleep(60)
        assert _questions(stage, product) == asked
        await env.db.write(preferences.save, env, stage.store_id(), wanted)
        # Until the answer the shop shows no more than before.
        await stage.clock.sleep(SETTLE.total_seconds() - 2)
        assert (await levels_shown(stage))[_code(product)] == 1
        await move(stage, product, 2)
        await stage.clock.sleep(10)
        assert (await levels_shown(stage))[_code(product)] == 2
        assert _questions(stage, product) == asked + 1

    play(story, erp=ERP)


def test_when_the_first_message_tells_another_mode_the_erp_is_asked_where_only_a_message_knows_the_level(
    play: Play,
) -> None:
    async def story(stage: Stage) -> None:
        product = await _when_trusted(stage)
        other = (await simple_products(stage))[1]
        await move(stage, product, 1)
        # Of the account's own family: trusted while the physical total is shown, and silent about the integration.
        of_account = message_of(stage, product, 1)
        del of_account["idEcommerce"], of_account["dados"]["tipoEstoque"]
        assert await send(stage, await door_of(stage), of_account) == 200
        await until_shown(stage, _code(product), 1)
        await stage.clock.sleep(60)
        asked = _questions(stage, product)
        await _told(stage, other, 7, tipoEstoque="D")
        for _ in range(30):
            await stage.clock.sleep(1)
            assert (await levels_shown(stage))[_code(product)] == 1
        assert (await stage.store()).stock_mode == "available"
        assert _questions(stage, product) == asked + 1

    play(story, erp=ERP)


def test_an_order_names_the_variation_that_was_made_anew_and_its_level_is_shown(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        parent = next(p for p in await stage.erp_products() if p["situacao"] == "A" and p["variacoes"])
        old = parent["variacoes"][0]
        await stage.erp_door.send("DELETE", f"/products/{old['id']}", None)
        again = {"codigo": "OUTRO-1", "grade": old["grade"], "estoque_atual": "8"}
        new = await stage.erp_door.send("POST", f"/products/{parent['id']}/variations", again)
        await stage.erp_door.send("PATCH", f"/products/{new['id']}", {"codigo": old["codigo"]})
        await _pull_again(stage)
        await until_shown(stage, _code(old), 8)
        _, erp_id = await sell(stage, items=[{"code": _code(old), "quantity": 1}])
        (line,) = (await stage.erp_door.get(f"/orders/{erp_id}"))["itens"]
        assert line["id_produto"] == new["id"]

    play(story, erp={**ERP, "variations_share": 0.5})


@pytest.mark.parametrize("is_fed", [False, True], ids=["by the listing", "by the feed"])
def test_a_product_made_anew_under_its_code_takes_its_orders_and_its_level(play: Play, is_fed: bool) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        await stage.clock.sleep(600)
        old = (await simple_products(stage))[0]
        await stage.erp_door.send("DELETE", f"/products/{old['id']}", None)
        again = {"nome": "De novo", "codigo": old["codigo"], "preco": "9.90", "estoque_atual": "8"}
        new = await stage.erp_door.send("POST", "/products", again)
        if is_fed:
            await stage.clock.sleep(900)
        else:
            await _pull_again(stage)
        await until_shown(stage, _code(old), 8)
        _, erp_id = await sell(stage, items=[{"code": _code(old), "quantity": 1}])
        (line,) = (await stage.erp_door.get(f"/orders/{erp_id}"))["itens"]
        assert line["id_produto"] == new["id"]

    play(story, erp={**ERP, "extensions": list(extensions.NAMES)} if is_fed else ERP)
