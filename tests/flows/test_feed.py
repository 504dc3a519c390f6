"""The change feed, which erases what it hands out, and the slow scans beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.flows import brake, pull
from connector.store import alarms, feed, pulls, stores, work
from connector.store.engine import Connection
from connector.store.work import Priority
from fake_erp import extensions
from scenarios.runner.stage import Stage

Play = Callable[..., None]
HOUR = 3600.0
ERP: dict[str, Any] = {"products": 6, "variations_share": 0.0, "plan": "potencializar"}
WITHOUT_FEED = [name for name in extensions.NAMES if name != extensions.LIVE_STOCK]
LISTS = ("lista.atualizacoes.produtos", "lista.atualizacoes.estoque")


async def _pulled(stage: Stage) -> list[dict[str, Any]]:
    """Connected and pulled, with the feed read once; the active products."""
    await stage.connect()
    await stage.until_pulled(seconds=HOUR)
    await stage.clock.sleep(330)
    return [p for p in await stage.erp_products() if p["situacao"] == "A"]


async def _calls(stage: Stage) -> dict[str, int]:
    return dict(stage.erp.faults.counts)


async def _move(stage: Stage, product: dict[str, Any], quantity: int) -> None:
    await stage.erp_door.send("POST", "/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": str(quantity)})


async def _price(stage: Stage, product: dict[str, Any], price: str) -> None:
    await stage.erp_door.send("PATCH", f"/products/{product['id']}", {"preco": price})


async def _shown(stage: Stage, product: dict[str, Any], place: int = 0) -> tuple[Decimal, Decimal]:
    """Price and level in the shop."""
    code = str(product["codigo"]).strip()
    found = next(p for p in await stage.shop_products(place) if p["code"] == code)
    return Decimal(found["price"]), Decimal(str(found["stock"]["quantity"]))


async def _feed(stage: Stage) -> feed.Feed:
    store = await stage.store()
    found = await stage.product.env.db.read(feed.of, store.company_id or "")
    assert found is not None
    return found


def test_changes_of_price_and_stock_come_within_minutes_without_any_message(play: Play) -> None:
    async def story(stage: Stage) -> None:
        first, second, *_ = await _pulled(stage)
        assert (await _feed(stage)).state == feed.ON
        before = await _calls(stage)
        await _price(stage, first, "123.45")
        await _move(stage, second, 77)
        await stage.clock.sleep(400)
        assert (await _shown(stage, first))[0] == Decimal("123.45")
        assert (await _shown(stage, second))[1] == 77
        after = await _calls(stage)
        # The changed price cost a record and a balance; the balance came with the list itself.
        spent = {
            name: after.get(name, 0) - before.get(name, 0)
            for name in ("produto.obter.php", "produto.obter.estoque.php")
        }
        assert spent == {"produto.obter.php": 1, "produto.obter.estoque.php": 1}

    play(story, erp=ERP)


def test_a_change_that_messages_had_asked_about_already_costs_no_second_question(play: Play) -> None:
    async def story(stage: Stage) -> None:
        product = next(p for p in await _pulled(stage) if not p["variacoes"])
        before = await _calls(stage)
        for quantity in (500, 40, 300):
            await _move(stage, product, quantity)
            content = {"tipoEstoque": "F", "idProduto": product["id"], "sku": str(product["codigo"]), "saldo": quantity}
            message = {"cnpj": stage.erp.company.cnpj, "idEcommerce": 8123, "tipo": "estoque", "dados": content}
            door = stage.product.env.door_url(await stage.store())
            async with stage.http.post(door, json={**message, "versao": "1.0.0"}) as answer:
                assert answer.status == 200
        # The question after the messages, and the list of changes after that.
        await stage.clock.sleep(700)
        assert (await _shown(stage, product))[1] == 300
        after = await _calls(stage)
        assert after["lista.atualizacoes.estoque"] > before["lista.atualizacoes.estoque"]
        name = "produto.obter.estoque.php"
        assert after[name] - before[name] == 1

    play(story, erp=ERP)


def test_more_changes_than_a_page_holds_are_all_read(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        products = [p for p in await stage.erp_products() if p["situacao"] == "A"]
        for place, product in enumerate(products):
            await _move(stage, product, 1000 + place)
        await stage.clock.sleep(400)
        shown = {p["code"]: Decimal(str(p["stock"]["quantity"])) for p in await stage.shop_products()}
        assert shown == {str(p["codigo"]).strip(): 1000 + place for place, p in enumerate(products)}

    play(story, erp={**ERP, "products": 130})


def test_a_planned_pull_waits_for_one_of_some_products_and_is_not_forgotten(play: Play) -> None:
    async def story(stage: Stage) -> None:
        products = await _pulled(stage)
        db, store_id = stage.product.env.db, stage.store_id()
        now, some = stage.clock.now(), [str(products[0]["id"])]
        # Under way as long as nobody deals with its product.
        held = await db.write(pulls.begin_some, store_id, some, now)
        assert held is not None
        planned = {"priority": Priority.LISTING, "payload": {"scope": pulls.CHANGED}}
        await db.write(work.enqueue, store_id, "pull", now, **planned)
        await stage.clock.sleep(150)
        assert await db.read(work.is_waiting, store_id, "pull", "")
        whole = await db.read(pulls.newest_whole, store_id)
        await db.write(pull.queue, stage.product.env, store_id, some)
        await stage.clock.sleep(150)
        assert await db.read(pulls.newest_whole, store_id) > whole

    play(story, erp=ERP)


def test_a_new_product_with_variations_gets_its_balances_and_later_another_variation(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        sizes = [{"codigo": f"CAMISA-{size}", "grade": {"Tamanho": size}, "estoque_atual": "5"} for size in ("P", "M")]
        document = {"nome": "Camisa", "codigo": "CAMISA", "preco": "59.90", "variacoes": sizes}
        product = await stage.erp_door.send("POST", "/products", document)
        await stage.clock.sleep(900)
        assert await _balances(stage) == {"CAMISA-P": 5, "CAMISA-M": 5}
        new = {"codigo": "CAMISA-G", "grade": {"Tamanho": "G"}, "estoque_atual": "8"}
        await stage.erp_door.send("POST", f"/products/{product['id']}/variations", new)
        await stage.clock.sleep(900)
        assert await _balances(stage) == {"CAMISA-P": 5, "CAMISA-M": 5, "CAMISA-G": 8}

    play(story, erp=ERP)


async def _balances(stage: Stage) -> dict[str, int]:
    (product,) = [p for p in await stage.shop_products() if p["code"] == "CAMISA"]
    return {variant["code"]: int(variant["stock"]["quantity"]) for variant in product["variants"]}


def test_a_new_product_and_a_changed_variation_reach_the_shop(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        parent = next(p for p in await stage.erp_products() if p["situacao"] == "A" and p["variacoes"])
        variation = parent["variacoes"][0]
        await stage.erp_door.send("PATCH", f"/products/{variation['id']}", {"preco": "77.70"})
        await stage.erp_door.send("POST", "/products", {"nome": "Caneca", "codigo": "NOVO-1", "preco": "29.90"})
        await stage.clock.sleep(900)
        shown = {p["code"]: p for p in await stage.shop_products()}
        assert shown["NOVO-1"]["price"] == "29.90"
        variants = {v["code"]: v["price"] for v in shown[str(parent["codigo"]).strip()]["variants"]}
        assert variants[str(variation["codigo"]).strip()] == "77.70"

    play(story, erp={**ERP, "products": 12, "variations_share": 0.5})


@pytest.mark.parametrize("what", ["answer_lost", "html_502", "cut"])
@pytest.mark.parametrize("service", LISTS)
def test_after_a_lost_answer_everything_is_read_again_and_the_alarm_closes_itself(
    play: Play, service: str, what: str
) -> None:
    async def story(stage: Stage) -> None:
        first, second, *_ = await _pulled(stage)
        await _price(stage, first, "123.45")
        await _move(stage, second, 77)
        await stage.erp_door.send("POST", "/faults", {"call": service, "what": what, "first": 1, "calls": 1})
        seen: list[str] = []

        async def alarmed() -> bool:
            found = await stage.product.env.db.read(alarms.open_ones, stage.store_id())
            seen.extend(alarm.reason for alarm in found)
            return bool(seen)

        await stage.until(alarmed, "the alarm", 600)
        await stage.clock.sleep(HOUR / 2)
        assert set(seen) == {"feed_answer_lost"}
        assert (await _shown(stage, first))[0] == Decimal("123.45")
        assert (await _shown(stage, second))[1] == 77
        assert await stage.product.env.db.read(alarms.open_ones, stage.store_id()) == []
        assert (await stage.store()).doubt_at is None

    play(story, erp=ERP)


@pytest.mark.parametrize("is_5", [True, False])
def test_without_the_extension_the_account_works_on_and_the_listing_shows_changes(play: Play, is_5: bool) -> None:
    async def story(stage: Stage) -> None:
        first, *_ = await _pulled(stage)
        assert (await stage.store()).connection == "connected"
        assert (await _feed(stage)).state == feed.OFF
        assert await stage.product.env.db.read(alarms.open_ones, stage.store_id()) == []
        before = (await _calls(stage))[LISTS[0]]
        await _price(stage, first, "123.45")
        await stage.clock.sleep(1.2 * HOUR)
        assert (await _shown(stage, first))[0] == Decimal("123.45")
        assert (await _calls(stage))[LISTS[0]] == before

    play(
        story,
        erp={**ERP, "extensions": WITHOUT_FEED, "missing_extension_is_5": is_5},
        connector={"pull_every_hours": 8},
    )


def test_an_extension_that_is_installed_later_is_noticed_a_day_after_the_last_look(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        db, store, now = stage.product.env.db, await stage.store(), stage.clock.now()
        await stage.erp_door.send("PATCH", "", {"extensions": list(extensions.NAMES)})

        def look_back(c: Connection, ago: timedelta) -> None:
            feed.change(c, str(store.company_id), feed_checked_at=now - ago)
            work.enqueue(c, store.id, "feed", now, priority=work.Priority.SITUATIONS)

        await db.write(look_back, timedelta(hours=23))
        await stage.clock.sleep(60)
        assert (await _feed(stage)).state == feed.OFF
        await db.write(look_back, timedelta(hours=24))
        await stage.clock.sleep(60)
        assert (await _feed(stage)).state == feed.ON

    play(story, erp={**ERP, "extensions": WITHOUT_FEED})


def test_the_list_of_stocks_may_forget_sales_and_the_scan_brings_them(play: Play) -> None:
    async def story(stage: Stage) -> None:
        first, *_ = await _pulled(stage)
        line = {"codigo": first["codigo"], "descricao": "x", "unidade": "UN", "quantidade": 1, "valor_unitario": 1}
        before = (await _shown(stage, first))[1]
        assert before > 1
        order = {"cliente": {"nome": "Ana"}, "itens": [{"item": line}], "situacao": "faturado"}
        form = {"token": stage.erp.token, "formato": "json", "pedido": json.dumps({"pedido": order})}
        async with stage.http.post(stage.erp_url + "pedido.incluir.php", data=form) as answer:
            assert '"status":"OK"' in await answer.text()
        await stage.clock.sleep(600)
        assert (await _shown(stage, first))[1] == before
        await stage.clock.sleep(2.6 * HOUR)
        assert (await _shown(stage, first))[1] == before - 1

    play(story, erp={**ERP, "stock_list_forgets_sales": True}, connector={"pull_every_hours": 2})


def test_two_shops_of_one_company_share_one_reader_and_both_get_every_change(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect(0)
        await stage.connect(1)
        await stage.until_pulled(place=0, seconds=HOUR)
        await stage.until_pulled(place=1, seconds=HOUR)
        await stage.clock.sleep(320)
        first, second, *_ = [p for p in await stage.erp_products() if p["situacao"] == "A"]
        before = (await _calls(stage))[LISTS[1]]
        await _price(stage, first, "123.45")
        await _move(stage, second, 77)
        await stage.clock.sleep(3000)
        for place in (0, 1):
            assert (await _shown(stage, first, place))[0] == Decimal("123.45")
            assert (await _shown(stage, second, place))[1] == 77
        # Ten looks in fifty minutes, one of them with rows and so one call more.
        assert (await _calls(stage))[LISTS[1]] - before <= 11

    play(story, erp=ERP, shop={"stores": [{}, {}]})


def test_a_whole_catalogue_is_read_again_in_its_window_and_never_in_a_rush(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        start, before = stage.clock.now(), await _calls(stage)
        await stage.clock.sleep(2.5 * HOUR)
        after = await _calls(stage)
        products = len(await stage.erp_products())
        spent = after["produto.obter.php"] - before["produto.obter.php"]
        assert products <= spent <= 1.2 * products
        journal = [e for e in stage.erp.journal if e["kind"] == "call" and e["service"] == "produto.obter.php"]
        quarters: dict[int, int] = {}
        for entry in journal:
            quarter = int((datetime.fromisoformat(entry["at"]) - start).total_seconds() // 900)
            quarters[quarter] = quarters.get(quarter, 0) + 1
        assert max(count for quarter, count in quarters.items() if quarter >= 0) <= 1.4 * products / 8

    play(story, erp={**ERP, "products": 48}, connector={"pull_every_hours": 2})


def test_a_whole_pull_that_is_asked_for_takes_the_place_of_one_of_some_products(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        db, number, now = stage.product.env.db, stage.store_id(), stage.clock.now()
        ids = [str(p["id"]) for p in await stage.erp_products()]
        begun = await db.write(pulls.begin_some, number, ids, now)
        assert begun is not None and begun.scope == pulls.SOME
        assert await db.write(pull.request, stage.product.env, number)
        await stage.until_pulled(2, seconds=HOUR)
        assert "parked" not in await db.read(work.counts, number)

    play(story, erp=ERP)


def test_a_store_without_a_company_reads_no_feed(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _pulled(stage)
        number = stage.store_id()
        await stage.product.env.db.write(stores.uninstall, number, stage.clock.now())
        before = await _calls(stage)
        await stage.clock.sleep(HOUR)
        assert await _calls(stage) == before

    play(story, erp=ERP)


def test_what_a_person_has_stopped_does_not_come_in_by_the_feed(play: Play) -> None:
    async def story(stage: Stage) -> None:
        products = await _pulled(stage)
        before = [(await _shown(stage, product))[0] for product in products]
        for product in products:
            await _price(stage, product, "1.00")
        db, env, number = stage.product.env.db, stage.product.env, stage.store_id()
        assert await db.write(pull.request, env, number)

        async def braked() -> bool:
            found = await db.read(pulls.current, number)
            return found is not None and found.stage == pulls.BRAKED

        await stage.until(braked, "the brake", HOUR)
        assert await db.write(brake.discard, env, number)
        await stage.clock.sleep(1000)
        assert [(await _shown(stage, product))[0] for product in products] == before

    play(story, erp={**ERP, "products": 12})


def test_a_mass_of_prices_that_comes_by_the_feed_is_braked_too(play: Play) -> None:
    async def story(stage: Stage) -> None:
        products = await _pulled(stage)
        before = [(await _shown(stage, product))[0] for product in products]
        for product in products:
            await _price(stage, product, "1.00")
        await stage.clock.sleep(1000)
        found = await stage.product.env.db.read(pulls.current, stage.store_id())
        assert found is not None and (found.stage, found.scope) == (pulls.BRAKED, pulls.SOME)
        after = [(await _shown(stage, product))[0] for product in products]
        changed = sum(new != old for new, old in zip(after, before, strict=True))
        assert changed <= len(products) * 0.5

    play(story, erp={**ERP, "products": 24})
