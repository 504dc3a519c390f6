"""Before a pull writes: the brake, the merchant's choices and locks, and a plan without writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.core.fifteen import Lock
from connector.core.preferences import Preferences, Retiring
from connector.core.reasons import Reason
from connector.flows import brake, preferences, pull
from connector.store import alarms, items, locks, pulls, stores
from scenarios.runner.stage import Stage

Play = Callable[..., None]
HOUR = 3600.0
ERP = {"products": 30, "variations_share": 0.0, "plan": "potencializar"}


async def _pulled(stage: Stage, **chosen: Any) -> None:
    await stage.connect()
    await stage.until_pulled(seconds=HOUR)
    if chosen:
        wanted = Preferences(**chosen)
        await stage.product.env.db.write(preferences.save, stage.product.env, stage.store_id(), wanted)


async def _start(stage: Stage, **more: Any) -> None:
    assert await stage.product.env.db.write(_request, stage, more)


def _request(c: Any, stage: Stage, more: dict[str, Any]) -> bool:
    return pull.request(c, stage.product.env, stage.store_id(), **more)


async def _again(stage: Stage, count: int = 2) -> None:
    await _start(stage)
    await stage.until_pulled(count, seconds=HOUR)


async def _until_stage(stage: Stage, name: str) -> None:
    async def reached() -> bool:
        found = await stage.product.env.db.read(pulls.latest, stage.store_id())
        return found is not None and found.stage == name

    await stage.until(reached, f"the pull is {name}", HOUR)


async def _active(stage: Stage) -> list[dict[str, Any]]:
    return [p for p in await stage.erp_products() if p["situacao"] == "A"]


async def _change(stage: Stage, product: dict[str, Any], **values: Any) -> None:
    await stage.erp_door.send("PATCH", f"/products/{product['id']}", values)


async def _shown(stage: Stage) -> dict[str, dict[str, Any]]:
    return {p["code"]: p for p in await stage.shop_products()}


def _writes(stage: Stage) -> list[str]:
    calls = [e["call"] for e in stage.shop.journal if e["kind"] == "api"]
    return [c for c in calls if c.split()[0] in ("PUT", "PATCH", "DELETE", "POST") and "/apps/" not in c]


async def _troubles(stage: Stage) -> dict[str, str]:
    found = await stage.product.env.db.read(items.troubled, stage.store_id())
    return {row.code: row.reason for row in found if row.reason}


def test_a_price_list_gone_wrong_is_stopped_before_anything_is_written(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        for product in await _active(stage):
            await _change(stage, product, preco="1.00")
        before = len(_writes(stage))
        await _start(stage)
        await _until_stage(stage, pulls.BRAKED)
        await stage.clock.sleep(HOUR)
        assert len(_writes(stage)) == before
        [alarm] = await stage.product.env.db.read(alarms.open_ones, stage.store_id())
        assert alarm.reason == Reason.CATALOGUE_BRAKE
        # Stock goes on while it waits.
        product = (await _active(stage))[0]
        door = stage.product.env.door_url(await stage.store())
        await stage.erp_door.send("PATCH", "", {"stock_webhook_url": door})
        mapping = {"idProduto": product["id"], "skuMapeamento": "1"}
        await stage.erp_door.send("POST", "/mappings", [mapping])
        movement = {"idProduto": product["id"], "tipo": "B", "quantidade": "77"}
        await stage.erp_door.send("POST", "/stock", movement)
        await stage.clock.sleep(60)
        assert (await _shown(stage))[str(product["codigo"]).strip()]["stock"]["quantity"] == 77
        assert await stage.product.env.db.write(brake.confirm, stage.product.env, stage.store_id())
        await stage.until_pulled(2, seconds=HOUR)
        assert {p["price"] for p in (await _shown(stage)).values()} == {"1.00"}
        assert await stage.product.env.db.read(alarms.open_ones, stage.store_id()) == []

    play(story, erp=ERP)


def test_a_discarded_pull_writes_nothing_and_the_next_one_is_judged_anew(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        prices = {code: p["price"] for code, p in (await _shown(stage)).items()}
        products = await _active(stage)
        for product in products:
            await _change(stage, product, preco="1.00")
        await _start(stage)
        await _until_stage(stage, pulls.BRAKED)
        assert await stage.product.env.db.write(brake.discard, stage.product.env, stage.store_id())
        assert not await stage.product.env.db.write(brake.discard, stage.product.env, stage.store_id())
        await stage.clock.sleep(HOUR)
        assert {code: p["price"] for code, p in (await _shown(stage)).items()} == prices
        for product in products:
            await _change(stage, product, preco=product["preco"])
        await _again(stage, 3)
        assert {code: p["price"] for code, p in (await _shown(stage)).items()} == prices

    play(story, erp=ERP)


def test_a_few_changes_of_price_are_no_reason_to_stop(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        product = (await _active(stage))[0]
        await _change(stage, product, preco="1.00")
        await _again(stage)
        assert (await _shown(stage))[str(product["codigo"]).strip()]["price"] == "1.00"

    play(story, erp=ERP)


def test_an_emptied_company_hides_nothing_without_being_asked(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage, inactive_action=Retiring.HIDE)
        for product in await _active(stage):
            await _change(stage, product, situacao="I")
        await _start(stage)
        await _until_stage(stage, pulls.BRAKED)
        assert all(p["active"] for p in (await _shown(stage)).values())

    play(story, erp=ERP)


def test_an_inactive_product_is_hidden_by_choice_and_shown_again_when_it_comes_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage, inactive_action=Retiring.HIDE)
        product = (await _active(stage))[0]
        code = str(product["codigo"]).strip()
        await _change(stage, product, situacao="I")
        await _again(stage)
        assert (await _shown(stage))[code]["active"] is False
        assert (await _troubles(stage))[code] == Reason.HIDDEN
        writes = len(_writes(stage))
        await _again(stage, 3)
        assert len(_writes(stage)) == writes
        await _change(stage, product, situacao="A")
        await _again(stage, 4)
        assert (await _shown(stage))[code]["active"] is True
        assert code not in await _troubles(stage)

    play(story, erp=ERP)


def test_one_that_the_merchant_hid_is_not_shown_again_by_us(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage, inactive_action=Retiring.HIDE)
        product = (await _active(stage))[0]
        shown = (await _shown(stage))[str(product["codigo"]).strip()]
        await stage.shop_door.send("PATCH", f"/stores/{stage.store_id()}/products/{shown['id']}", {"active": False})
        await _change(stage, product, nome="Outro nome")
        await _again(stage)
        after = (await _shown(stage))[shown["code"]]
        assert (after["active"], after["name"]) == (False, "Outro nome")

    play(story, erp=ERP)


def test_an_excluded_product_is_removed_by_choice_and_only_after_a_second_look(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage, excluded_action=Retiring.REMOVE)
        product = (await _active(stage))[0]
        code = str(product["codigo"]).strip()
        await _change(stage, product, situacao="E")
        await _again(stage)
        await stage.clock.sleep(60)
        assert code not in await _shown(stage)
        assert (await _troubles(stage))[code] == Reason.REMOVED
        looked = [e for e in stage.erp.journal if e["kind"] == "call" and e["params"].get("id") == str(product["id"])]
        assert "produto.obter.php" in {e["service"] for e in looked}

    play(story, erp=ERP)


def test_by_default_what_is_retired_in_the_erp_stays_in_the_shop(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        inactive, excluded, *_ = await _active(stage)
        await _change(stage, inactive, situacao="I")
        await _change(stage, excluded, situacao="E")
        await _again(stage)
        shown = await _shown(stage)
        assert all(shown[str(p["codigo"]).strip()]["active"] for p in (inactive, excluded))

    play(story, erp=ERP)


def test_locked_fields_and_products_and_fields_switched_off_stay_untouched(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        whole, part, plain = (await _active(stage))[:3]
        codes = [str(p["codigo"]).strip() for p in (whole, part, plain)]
        db, store_id = stage.product.env.db, stage.store_id()
        await db.write(locks.put, store_id, Lock(code=codes[0]))
        await db.write(locks.put, store_id, Lock(code=codes[1], fields=("name", "stock")))
        await db.write(stores.change, store_id, fields_off=["description"])
        before = await _shown(stage)
        for product in (whole, part, plain):
            await _change(stage, product, nome="Novo nome", preco="9.99", descricao_complementar="<p>Nova</p>")
            movement = {"idProduto": product["id"], "tipo": "B", "quantidade": "55"}
            await stage.erp_door.send("POST", "/stock", movement)
        await _again(stage)
        shown = await _shown(stage)
        assert shown[codes[0]] == before[codes[0]]
        assert (shown[codes[1]]["name"], shown[codes[1]]["price"]) == (before[codes[1]]["name"], "9.99")
        assert shown[codes[1]]["stock"]["quantity"] == before[codes[1]]["stock"]["quantity"]
        assert (shown[codes[2]]["name"], shown[codes[2]]["stock"]["quantity"]) == ("Novo nome", 55)
        assert all(shown[code]["description_html"] == before[code]["description_html"] for code in codes)
        assert (await _troubles(stage))[codes[0]] == Reason.LOCKED
        # Unlocked, everything follows.
        await db.write(locks.replace_all, store_id, [])
        await db.write(stores.change, store_id, fields_off=None)
        await _again(stage, 3)
        shown = await _shown(stage)
        assert [shown[code]["name"] for code in codes] == ["Novo nome"] * 3
        assert [shown[code]["stock"]["quantity"] for code in codes] == [55] * 3
        assert all("Nova" in shown[code]["description_html"] for code in codes)

    play(story, erp=ERP)


def test_a_plan_tells_what_a_pull_would_do_and_writes_nothing(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        renamed, moved, *_ = await _active(stage)
        await _change(stage, renamed, nome="Nome novo", preco="12.34")
        await stage.erp_door.send("POST", "/stock", {"idProduto": moved["id"], "tipo": "B", "quantidade": "44"})
        await stage.erp_door.send("POST", "/products", {"codigo": "NOVO-1", "nome": "Novo", "preco": "5.00"})
        before, writes = await _shown(stage), len(_writes(stage))
        await _start(stage, is_dry=True)
        await _until_stage(stage, "done")
        assert len(_writes(stage)) == writes
        for code, product in (await _shown(stage)).items():
            assert (product["version"], product["stock"]) == (before[code]["version"], before[code]["stock"])
        pull_id = (await stage.product.env.db.read(pulls.latest, stage.store_id())).id
        found = await stage.product.env.db.read(lambda c: list(items.plans(c, stage.store_id(), pull_id)))
        plans = {code: planned for code, _, planned in found}
        code = str(renamed["codigo"]).strip()
        rows = {field: (old, new) for field, old, new in plans[code]["changes"]}
        assert plans[code]["action"] == "update"
        assert rows["name"] == (before[code]["name"], "Nome novo")
        assert rows["price"] == (before[code]["price"], "12.34")
        assert [row[0] for row in plans[str(moved["codigo"]).strip()]["changes"]] == ["stock"]
        assert plans["NOVO-1"]["action"] == "create"
        untouched = [p["action"] for c, p in plans.items() if c in before and p["action"] == "same"]
        assert len(untouched) >= len(before) - 2
        # A real pull afterwards does just that.
        await _again(stage, 3)
        shown = await _shown(stage)
        assert (shown[code]["name"], shown["NOVO-1"]["price"]) == ("Nome novo", "5.00")
        assert shown[str(moved["codigo"]).strip()]["stock"]["quantity"] == 44

    play(story, erp=ERP)


def test_a_picture_that_the_shop_cannot_fetch_is_a_warning_and_fails_nothing(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        product = (await _active(stage))[0]
        code = str(product["codigo"]).strip()
        await _change(stage, product, anexos=["http://10.0.0.1/morta.jpg"])
        await _again(stage)
        await stage.clock.sleep(HOUR)
        await _again(stage, 3)
        found = await stage.product.env.db.read(items.troubled, stage.store_id())
        troubles = {row.code: row.image_trouble for row in found if row.image_trouble}
        assert "morta.jpg" in troubles[code]
        assert code not in await _troubles(stage)

    play(story, erp=ERP)


def test_a_variation_gets_another_code_with_the_same_options(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        parent = next(p for p in await _active(stage) if p["variacoes"])
        variation = parent["variacoes"][0]
        await _change(stage, variation, codigo="NOVO-CODIGO")
        await _again(stage)
        shown = (await _shown(stage))[str(parent["codigo"]).strip()]
        variants = {v["code"]: v for v in shown["variants"]}
        assert variants["NOVO-CODIGO"]["active"] is True
        assert variants[str(variation["codigo"]).strip()]["active"] is False

    play(story, erp={**ERP, "products": 4, "variations_share": 1.0})
