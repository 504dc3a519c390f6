"""Stock messages of the ERP reach the shop: whatever order they come in, the shop ends with the ERP's balance."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from connector.core.preferences import Preferences
from connector.flows import preferences, pull
from connector.store import items
from connector.store.tables import inbox
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

Play = Callable[..., None]


async def _reasons(stage: Stage) -> list[str | None]:
    def read(c: sa.Connection) -> list[str | None]:
        return list(c.scalars(sa.select(inbox.c.reason).where(inbox.c.source == "erp").order_by(inbox.c.id)))

    return await stage.product.env.db.read(read)


def test_a_movement_reaches_the_shop_without_a_call_of_the_erp_once_the_last_answer_is_old(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        await stage.clock.sleep(11 * HOUR)
        product = (await simple_products(stage))[0]
        await move(stage, product, 5)
        asked = stage.erp.faults.counts["produto.obter.estoque.php"]
        assert await send(stage, await door_of(stage), message_of(stage, product, 5)) == 200
        await until_shown(stage, str(product["codigo"]).strip(), 5)
        assert stage.erp.faults.counts["produto.obter.estoque.php"] == asked

    play(story, erp={"products": 4, "variations_share": 0.0})


def test_the_erps_own_webhook_brings_a_movement_to_the_shop_also_after_a_night_without_the_connector(
    play: Play,
) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        door, shown = await door_of(stage), {p["code"]: p["id"] for p in await stage.shop_products()}
        products = await simple_products(stage)
        await stage.erp_door.send("PATCH", "", {"stock_webhook_url": door})
        announced = [{"idProduto": p["id"], "skuMapeamento": str(shown[str(p["codigo"]).strip()])} for p in products]
        await stage.erp_door.send("POST", "/mappings", announced)
        await move(stage, products[0], 41)
        await until_shown(stage, str(products[0]["codigo"]).strip(), 41)
        await stage.stop_connector()
        for quantity, product in enumerate(products, start=50):
            await move(stage, product, quantity)
        await stage.clock.sleep(6 * HOUR)
        await stage.start_connector()
        await stage.clock.sleep(5 * HOUR)
        levels = await levels_shown(stage)
        assert {
            str(p["codigo"]).strip(): Decimal(p["saldo"]) for p in await simple_products(stage)
        }.items() <= levels.items()

    play(story, erp={"products": 8, "variations_share": 0.0})


def test_a_lower_level_is_shown_at_once_and_the_truth_follows(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        product, door = (await simple_products(stage))[0], await door_of(stage)
        code = str(product["codigo"]).strip()
        await move(stage, product, 90)
        assert await send(stage, door, message_of(stage, product, 1)) == 200
        await stage.clock.sleep(2)
        assert (await levels_shown(stage))[code] == 1
        await until_shown(stage, code, 90)

    play(story, erp={"products": 4, "variations_share": 0.0})


def test_a_lower_level_is_shown_at_once_also_while_hundreds_of_questions_wait_for_the_quota(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        products, door = await simple_products(stage), await door_of(stage)
        for product in products:
            await move(stage, product, 60)
            for balance in (70, 60):
                assert await send(stage, door, message_of(stage, product, balance)) == 200
        await stage.clock.sleep(60)
        asked = stage.erp.faults.counts["produto.obter.estoque.php"]
        last = products[-1]
        await move(stage, last, 1)
        assert await send(stage, door, message_of(stage, last, 1)) == 200
        await stage.clock.sleep(5)
        assert (await levels_shown(stage))[str(last["codigo"]).strip()] == 1
        # Answers are told as they come, not when the last one is there.
        truths = sum(level == 60 for level in (await levels_shown(stage)).values())
        await stage.clock.sleep(300)
        assert stage.erp.faults.counts["produto.obter.estoque.php"] < asked + len(products)
        assert sum(level == 60 for level in (await levels_shown(stage)).values()) > truths + 50

    play(story, erp={"products": 300, "variations_share": 0.0, "plan": "crescer"})


def test_a_burst_for_one_product_is_one_question(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        product, door = (await simple_products(stage))[0], await door_of(stage)
        await move(stage, product, 33)
        asked = stage.erp.faults.counts["produto.obter.estoque.php"]
        for balance in (40, 39, 38, 37, 36, 35, 34, 33):
            await send(stage, door, message_of(stage, product, balance))
        await until_shown(stage, str(product["codigo"]).strip(), 33)
        await stage.clock.sleep(60)
        assert stage.erp.faults.counts["produto.obter.estoque.php"] == asked + 1

    play(story, erp={"products": 4, "variations_share": 0.0})


def test_five_hundred_messages_shuffled_repeated_and_late_leave_every_product_right(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        random, door = Random(11), await door_of(stage)
        products = (await simple_products(stage))[:30]
        deliveries: list[tuple[float, dict[str, Any]]] = []
        moves: list[tuple[float, dict[str, Any], int]] = []
        for _ in range(430):
            moves.append((random.uniform(0, 6 * HOUR), random.choice(products), random.randrange(0, 60)))
        moves.sort(key=lambda move: move[0])
        for at, product, balance in moves:
            # A receiver in trouble: up to 14 refusals, and the ERP's growing waits (erp-stock-webhook §2.4).
            failures = random.randrange(1, 15) if random.random() < 0.4 else 0
            for _ in range(2 if random.random() < 0.25 else 1):
                late = 60 * sum(range(5, 5 * failures + 1, 5)) + random.uniform(0, 40)
                deliveries.append((at + late, message_of(stage, product, balance)))
        assert len(deliveries) >= 500
        start = stage.clock.now().timestamp()
        steps = sorted(
            [(at, 0, ("move", product, balance)) for at, product, balance in moves]
            + [(at, 1, ("send", document, None)) for at, document in deliveries],
            key=lambda step: step[:2],
        )
        for at, _, (what, subject, balance) in steps:
            await stage.clock.sleep(start + at - stage.clock.now().timestamp())
            if what == "move":
                await move(stage, subject, balance)
            else:
                assert await send(stage, door, subject) == 200
        await stage.clock.sleep(600)
        truth = {str(p["codigo"]).strip(): Decimal(p["saldo"]) for p in await simple_products(stage)}
        shown = await levels_shown(stage)
        assert {code: shown[code] for code in truth} == truth

    play(story, erp={"products": 40, "variations_share": 0.0, "plan": "potencializar"})


def test_a_message_for_a_variation_changes_that_variation_alone(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        parent = next(p for p in await stage.erp_products() if p["situacao"] == "A" and len(p["variacoes"]) > 1)
        before, variation = await levels_shown(stage), parent["variacoes"][1]
        code = str(variation["codigo"]).strip()
        await move(stage, variation, 71)
        await send(stage, await door_of(stage), message_of(stage, variation, "71.00"))
        await until_shown(stage, code, 71)
        after = await levels_shown(stage)
        changed = {c for c in after if after[c] != before[c]}
        assert changed == {code, str(parent["codigo"]).strip()}

    play(story, erp={"products": 12})


def test_a_product_that_is_not_in_the_shop_yet_gets_its_level_when_it_is(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        made = await stage.erp_door.send("POST", "/products", {"nome": "Novo", "codigo": "NOVO-1", "preco": "9.90"})
        await move(stage, made, 6)
        await send(stage, await door_of(stage), message_of(stage, made, 6))
        await stage.clock.sleep(30)
        assert (await _reasons(stage))[-1] == "not_linked"
        assert await stage.product.env.db.write(pull.request, stage.product.env, stage.store_id())
        await stage.until_pulled(2, seconds=HOUR)
        assert (await levels_shown(stage))["NOVO-1"] == 6

    play(story, erp={"products": 3})


def test_a_product_announced_under_another_code_is_found_by_its_identifier(play: Play) -> None:
    async def story(stage: Stage) -> None:
        shelf = await stage.shop_door.send(
            "POST", f"/stores/{stage.store_id()}/products", {"code": "LOJA-9", "name": "Só na loja", "price": "5.00"}
        )
        await connected_and_pulled(stage)
        other = {"id": 799_000_001, "codigo": "ERP-9"}
        await send(stage, await door_of(stage), message_of(stage, other, 12, skuMapeamento=str(shelf["id"])))
        await until_shown(stage, "LOJA-9", 12)

    play(story, erp={"products": 2})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cnpj": "99999999000191"}, "message_foreign"),
        ({"dados": "nada"}, "message_unreadable"),
        ({"tipo": "precos"}, "message_unknown_kind"),
    ],
)
def test_messages_that_change_nothing_are_answered_and_kept_with_their_reason(
    play: Play, change: dict[str, Any], reason: str
) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        product, before = (await simple_products(stage))[0], await levels_shown(stage)
        assert await send(stage, await door_of(stage), {**message_of(stage, product, 0), **change}) == 200
        await stage.clock.sleep(60)
        assert await _reasons(stage) == [reason]
        assert await levels_shown(stage) == before

    play(story, erp={"products": 3})


def test_an_identifier_that_is_no_number_is_reported_and_not_sent(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        product, before = (await simple_products(stage))[0], await levels_shown(stage)
        await send(stage, await door_of(stage), message_of(stage, product, 0, skuMapeamento="PLAT-9"))
        await stage.clock.sleep(60)
        assert await _reasons(stage) == ["mapping_mistake"]
        assert await levels_shown(stage) == before

    play(story, erp={"products": 3, "variations_share": 0.0})


def test_the_first_message_tells_the_integration_and_another_ones_are_refused(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        product, door = (await simple_products(stage))[0], await door_of(stage)
        await send(stage, door, message_of(stage, product, 3))
        await stage.clock.sleep(30)
        assert (await stage.store()).integrator_id == "8123"
        await send(stage, door, {**message_of(stage, product, 0), "idEcommerce": 9999})
        await stage.clock.sleep(30)
        assert (await _reasons(stage))[-1] == "message_foreign"

    play(story, erp={"products": 3, "variations_share": 0.0})


def test_an_account_message_where_one_depot_is_shown_is_only_a_doorbell(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected_and_pulled(stage)
        env, product = stage.product.env, (await simple_products(stage))[0]
        wanted = Preferences(integrator_id="8123", depot="Avarias")
        await env.db.write(preferences.save, env, stage.store_id(), wanted)
        movement = {"idProduto": product["id"], "tipo": "B", "quantidade": "4", "deposito": "Avarias"}
        await stage.erp_door.send("POST", "/stock", movement)
        message = message_of(stage, product, 900)
        del message["idEcommerce"]
        del message["dados"]["tipoEstoque"]
        await send(stage, await door_of(stage), message)
        await until_shown(stage, str(product["codigo"]).strip(), 4)

    play(story, erp={"products": 3, "variations_share": 0.0})


async def test_an_accepted_message_is_applied_after_a_restart(stage: Callable[..., Any]) -> None:
    opened: Stage = await stage(erp={"products": 2, "plan": "potencializar", "variations_share": 0.0})
    await opened.connect()
    await opened.until_pulled()
    product = (await simple_products(opened))[0]
    await move(opened, product, 77)
    assert await send(opened, await door_of(opened), message_of(opened, product, 77)) == 200
    await opened.stop_connector()
    await opened.start_connector()
    await until_shown(opened, str(product["codigo"]).strip(), 77)

    async def remembered() -> bool:
        found = await opened.product.env.db.read(items.by_erp_id, opened.store_id(), str(product["id"]))
        return found is not None and found.sent_level == 77

    await opened.until(remembered, "the level known as told")
