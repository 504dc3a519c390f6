"""Pulls after the first one, and pulls with trouble on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.core.preferences import Preferences
from connector.core.stock import StockMode
from connector.demo.compare import compare
from connector.flows import preferences, pull
from connector.store import items, work
from scenarios.runner.stage import Stage

Play = Callable[..., None]
HOUR = 3600.0


async def _first_pull(stage: Stage) -> None:
    await stage.connect()
    await stage.until_pulled(seconds=HOUR)


async def _pull_again(stage: Stage, count: int = 2) -> None:
    assert await stage.product.env.db.write(pull.request, stage.product.env, stage.store_id())
    await stage.until_pulled(count, seconds=HOUR)


def _writes(stage: Stage) -> dict[str, int]:
    calls = stage.shop.statistics()["calls"]
    return {
        call: count for call, count in calls.items() if call.split()[0] in ("PUT", "POST") and "/products" in call
    } | {"batches": calls.get("POST /stock/batch", 0)}


async def _equal(stage: Stage) -> None:
    result = compare(await stage.erp_products(), await stage.shop_products())
    assert result.is_equal, (result.differences, result.missing, result.surplus)


async def _simple(stage: Stage) -> dict[str, Any]:
    """An active product without variations."""
    return next(p for p in await stage.erp_products() if p["situacao"] == "A" and not p["variacoes"])


async def _shown(stage: Stage, code: str) -> dict[str, Any]:
    return next(p for p in await stage.shop_products() if p["code"] == code)


def test_a_second_pull_without_a_change_writes_nothing(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _first_pull(stage)
        before, versions = _writes(stage), {p["code"]: p["version"] for p in await stage.shop_products()}
        await _pull_again(stage)
        assert _writes(stage) == before
        assert {p["code"]: p["version"] for p in await stage.shop_products()} == versions

    play(story, erp={"products": 40, "plan": "potencializar"})


def test_a_changed_product_alone_is_written(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _first_pull(stage)
        product = await _simple(stage)
        await stage.erp_door.send("PATCH", f"/products/{product['id']}", {"preco": "123.45", "ncm": ""})
        before = _writes(stage)
        await _pull_again(stage)
        after = _writes(stage)
        assert after.pop("PUT /products/by-code/{code}") == before.pop("PUT /products/by-code/{code}") + 1
        assert after == before
        shown = await _shown(stage, str(product["codigo"]).strip())
        assert (shown["price"], shown["ncm"]) == ("123.45", None)

    play(story, erp={"products": 20, "plan": "potencializar"})


def test_what_a_merchant_changed_in_the_shop_is_brought_back_to_the_erps_value(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _first_pull(stage)
        product = await _simple(stage)
        shown = await _shown(stage, str(product["codigo"]).strip())
        await stage.shop_door.send(
            "PATCH",
            f"/stores/{stage.store_id()}/products/{shown['id']}",
            {"name": "Outro nome", "summary": "Só na loja"},
        )
        await _pull_again(stage)
        again = await _shown(stage, shown["code"])
        assert (again["name"], again["summary"]) == (shown["name"], "Só na loja")

    play(story, erp={"products": 10, "plan": "potencializar"})


def test_a_field_that_was_never_filled_in_in_the_erp_keeps_the_shops_text(play: Play) -> None:
    async def story(stage: Stage) -> None:
        empty = await stage.erp_door.send(
            "POST", "/products", {"nome": "Caneca", "codigo": "CAN-1", "preco": "29.90", "descricao_complementar": ""}
        )
        await stage.shop_door.send(
            "POST",
            f"/stores/{stage.store_id()}/products",
            {"code": "CAN-1", "name": "Caneca antiga", "price": "10.00", "description_html": "<p>Texto da loja</p>"},
        )
        await _first_pull(stage)
        shown = await _shown(stage, "CAN-1")
        assert (shown["name"], shown["price"]) == (empty["nome"], "29.90")
        assert shown["description_html"] == "<p>Texto da loja</p>"

    play(story, erp={"products": 0})


def test_a_product_removed_in_the_shop_is_not_brought_back_until_it_is_restored(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _first_pull(stage)
        code = str((await _simple(stage))["codigo"]).strip()
        shown = await _shown(stage, code)
        path = f"/stores/{stage.store_id()}/products/{shown['id']}"
        await stage.shop_door.send("PATCH", path, {"deleted": True})
        await _pull_again(stage, 2)
        troubled = await stage.product.env.db.read(items.troubled, stage.store_id())
        assert [(r.code, r.reason) for r in troubled if r.reason == "deleted_in_shop"] == [(code, "deleted_in_shop")]
        before = _writes(stage)
        await _pull_again(stage, 3)
        assert _writes(stage) == before
        await stage.shop_door.send("PATCH", path, {"deleted": False})
        await _pull_again(stage, 4)
        await _equal(stage)

    play(story, erp={"products": 8, "plan": "potencializar"})


def test_products_that_cannot_be_written_are_reported_with_their_reason(play: Play) -> None:
    async def story(stage: Stage) -> None:
        for changes in (
            {"nome": "Sem código", "codigo": "", "preco": "5.00"},
            {"nome": "Sem preço", "codigo": "SP", "preco": "0"},
            {"nome": "Serviço", "codigo": "SV", "preco": "5.00", "tipo": "S"},
            {"nome": "Inativo", "codigo": "IN", "preco": "5.00", "situacao": "I"},
        ):
            await stage.erp_door.send("POST", "/products", changes)
        await _first_pull(stage)
        troubled = await stage.product.env.db.read(items.troubled, stage.store_id())
        assert {(row.name, row.reason) for row in troubled} == {
            ("Sem código", "no_code"),
            ("Sem preço", "no_price"),
            ("Serviço", "service"),
            ("Inativo", "inactive"),
        }
        assert await stage.shop_products() == []

    play(story, erp={"products": 0})


@pytest.mark.parametrize("what", ["html_502", "empty_body", "cut", "unexpected", "http_503", "html_200", "answer_lost"])
def test_passing_trouble_of_the_erp_loses_no_product(play: Play, what: str) -> None:
    async def story(stage: Stage) -> None:
        for call in ("produtos.pesquisa.php", "produto.obter.php", "produto.obter.estoque.php"):
            await stage.erp_door.send("POST", "/faults", {"call": call, "what": what, "first": 1, "calls": 3})
        await _first_pull(stage)
        await _equal(stage)

    play(story, erp={"products": 12, "plan": "potencializar"})


@pytest.mark.parametrize("what", ["html_502", "cut", "rate_limited", "answer_lost", "maintenance"])
def test_passing_trouble_of_the_shop_loses_no_product_and_doubles_none(play: Play, what: str) -> None:
    async def story(stage: Stage) -> None:
        for call in (
            "GET /products",
            "PUT /products/by-code/{code}",
            "PUT /products/{id}/images",
            "POST /stock/batch",
        ):
            await stage.shop_door.send("POST", "/faults", {"call": call, "what": what, "first": 1, "calls": 3})
        await _first_pull(stage)
        await _equal(stage)

    play(story, erp={"products": 12, "plan": "potencializar"})


def test_an_account_blocked_in_the_middle_of_a_pull_goes_on_when_it_is_freed(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_connection("connected")
        await stage.clock.sleep(20)
        await stage.erp_door.send("PATCH", "", {"blocked": True})
        await stage.until_connection("paused", seconds=HOUR)
        await stage.erp_door.send("PATCH", "", {"blocked": False})
        await stage.until_pulled(seconds=3 * HOUR)
        await _equal(stage)
        assert (await stage.product.env.db.read(work.counts, stage.store_id())).get("parked") is None

    play(story, erp={"products": 60})


def test_a_quota_blocked_by_somebody_else_is_waited_for(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.erp_door.send(
            "POST", "/faults", {"call": "produto.obter.php", "what": "blocked_minute", "first": 5, "calls": 2}
        )
        await _first_pull(stage)
        await _equal(stage)
        assert stage.erp.statistics.as_dict(60, 60)["blocked"]["natural"] == {"6": 0, "11": 0}

    play(story, erp={"products": 12})


def test_another_depot_and_mode_act_at_once_and_without_a_call_of_the_erp(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _first_pull(stage)
        product = await _simple(stage)
        for depot, amount in (("Geral", "9"), ("Avarias", "4")):
            movement = {"idProduto": product["id"], "tipo": "B", "quantidade": amount, "deposito": depot}
            await stage.erp_door.send("POST", "/stock", movement)
        await _pull_again(stage)
        code = str(product["codigo"]).strip()
        assert (await _shown(stage, code))["stock"]["quantity"] == 9
        calls = stage.erp.faults.counts.total()
        wanted = Preferences(depot="Avarias", stock_mode=StockMode.AVAILABLE)
        await stage.product.env.db.write(preferences.save, stage.product.env, stage.store_id(), wanted)

        async def shown() -> bool:
            stock = (await _shown(stage, code))["stock"]
            return bool(stock["quantity"] == 4)

        await stage.until(shown, "the other depot's balance")
        assert stage.erp.faults.counts.total() == calls

    play(story, erp={"products": 6, "plan": "potencializar"})


def test_a_depot_that_does_not_exist_writes_no_stock_and_says_so(play: Play) -> None:
    async def story(stage: Stage) -> None:
        merchant, env = stage.merchant(), stage.product.env
        await merchant.log_in()
        await merchant.install()
        await env.db.write(preferences.save, env, stage.store_id(), Preferences(depot="Loja 9"))
        await merchant.save_token(stage.erp.token)
        await stage.until_pulled(seconds=HOUR)
        assert stage.shop.statistics()["calls"].get("POST /stock/batch") is None
        troubled = await env.db.read(items.troubled, stage.store_id())
        assert any(
            w["reason"] == "depot_unknown" and "Geral" in w["detail"] for r in troubled for w in r.warnings or []
        )

    play(story, erp={"products": 3})


def test_listing_that_hides_variations_gives_the_same_shop(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _first_pull(stage)
        await _equal(stage)

    play(story, erp={"products": 20, "plan": "potencializar", "list_variations": False})


def test_a_product_whose_code_changed_in_the_erp_is_written_whole_under_the_new_one(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _first_pull(stage)
        product = await _simple(stage)
        old = await _shown(stage, str(product["codigo"]).strip())
        await stage.erp_door.send("PATCH", f"/products/{product['id']}", {"codigo": "OUTRO-1"})
        await _pull_again(stage)
        new = await _shown(stage, "OUTRO-1")
        assert (new["name"], new["price"], new["ncm"]) == (old["name"], old["price"], old["ncm"])

    play(story, erp={"products": 6, "plan": "potencializar"})


def test_a_variation_removed_in_the_erp_is_retired_and_shown_again_when_it_comes_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _first_pull(stage)
        parent = next(p for p in await stage.erp_products() if p["situacao"] == "A" and len(p["variacoes"]) > 1)
        gone = parent["variacoes"][0]
        await stage.erp_door.send("DELETE", f"/products/{gone['id']}", None)
        await _pull_again(stage)
        shown = await _shown(stage, str(parent["codigo"]).strip())
        active = {variant["code"]: variant["active"] for variant in shown["variants"]}
        assert active[str(gone["codigo"]).strip()] is False
        assert sum(active.values()) == len(parent["variacoes"]) - 1
        before = _writes(stage)
        await _pull_again(stage, 3)
        assert _writes(stage) == before
        await stage.erp_door.send("PATCH", f"/products/{gone['id']}", {"situacao": "A"})
        await _pull_again(stage, 4)
        back = await _shown(stage, str(parent["codigo"]).strip())
        assert all(variant["active"] for variant in back["variants"])

    play(story, erp={"products": 12, "plan": "potencializar"})
