"""What happens to an order in the ERP shows in the shop: forward only, with its tracking code, one look per change."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from connector.store import stores
from scenarios.runner.stage import Stage
from tests.flows.trade import (
    ERP,
    HOUR,
    NONE,
    OF_ACCOUNT,
    OF_INTEGRATION,
    TRACKING,
    Counted,
    connected,
    erp_calls,
    place,
    sale_of,
    sell,
    sent,
    set_situation,
    shown,
    statuses,
    track,
    until_status,
)

Play = Callable[..., None]
READ = "pedido.obter.php"


def test_the_shop_follows_the_erp_to_the_tracking_code_and_nothing_echoes_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        for situation, status in (("preparando_envio", "preparing"), ("faturado", "invoiced")):
            await set_situation(stage, erp_id, situation)
            await until_status(stage, order, status)
        await track(stage, erp_id)
        await set_situation(stage, erp_id, "enviado")
        now = await until_status(stage, order, "shipped")
        assert now["shipping"]["tracking_code"] == TRACKING["codigoRastreamento"]
        assert now["shipping"]["tracking_url"] == TRACKING["urlRastreamento"]
        await set_situation(stage, erp_id, "entregue")
        now = await until_status(stage, order, "delivered")
        assert statuses(now)[-4:] == ["preparing", "invoiced", "shipped", "delivered"]
        await stage.clock.sleep(HOUR)
        assert [e["service"] for e in erp_calls(stage, "pedido.incluir.php", "pedido.alterar.situacao")] == [
            "pedido.incluir.php"
        ]

    play(story, erp=ERP)


CHANGES = ("preparando_envio", "faturado", "pronto_envio", "enviado", "entregue")


@pytest.mark.parametrize(
    "messages",
    [OF_INTEGRATION, OF_ACCOUNT, (*OF_INTEGRATION, *OF_ACCOUNT), NONE],
    ids=["integration", "account", "both families", "none: the net alone"],
)
def test_a_change_of_situation_costs_one_read_whoever_tells_of_it(play: Play, messages: tuple[str, ...]) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, messages)
        await stage.clock.sleep(HOUR)
        counted = Counted(stage)
        for situation in CHANGES:
            if situation == "faturado":
                note = await stage.erp_door.send("POST", f"/orders/{erp_id}/invoice", {})
                await stage.erp_door.send("POST", f"/invoices/{note['id']}/authorise", {})
            if situation == "enviado":
                await track(stage, erp_id)
            await set_situation(stage, erp_id, situation)
            # Two draws of the net, which lists each change twice.
            await stage.clock.sleep(1500)
        assert (await shown(stage, order))["status"] == "delivered"
        calls = counted.calls()
        print(f"{messages or 'the net alone'}: {calls.count(READ)} reads for {len(CHANGES)} changes, in all {calls}")
        assert calls.count(READ) == len(CHANGES)
        assert set(calls) <= {READ, "nota.fiscal.obter.php", "nota.fiscal.obter.link.php"}
        assert counted.writes().count("PUT /orders/{id}/status") == len(CHANGES)

    play(story, erp=ERP)


@pytest.mark.parametrize("minute", [1, 4, 7, 9])
def test_papers_that_should_be_there_and_are_not_cost_one_look_more(play: Play, minute: int) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await stage.clock.sleep(HOUR + 60 * minute)
        counted = Counted(stage)
        await set_situation(stage, erp_id, "faturado")
        await stage.clock.sleep(HOUR)
        assert counted.calls() == [READ, READ]
        await set_situation(stage, erp_id, "enviado")
        await stage.clock.sleep(HOUR)
        assert counted.calls() == [READ] * 4
        assert (await shown(stage, order))["status"] == "shipped"

    play(story, erp=ERP)


@pytest.mark.parametrize("before_answer", [True, False])
def test_the_erps_news_of_our_own_insert_goes_nowhere(play: Play, before_answer: bool) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, (*OF_INTEGRATION, *OF_ACCOUNT))
        counted = Counted(stage)
        await sell(stage)
        await stage.clock.sleep(HOUR)
        told = [e["tipo"] for e in stage.erp.journal if e["kind"] == "webhook"]
        assert {"inclusao_pedido", "situacao_pedido"} <= set(told)
        assert counted.calls() == ["pedido.incluir.php"]
        assert counted.writes() == ["PUT /orders/{id}/external-reference"]

    play(story, erp={**ERP, "notify_before_answer": before_answer, "announce_inserted": True})


def test_what_we_set_in_the_shop_comes_back_as_one_look_at_the_shop_and_nothing_more(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await stage.clock.sleep(HOUR)
        counted, since = Counted(stage), len(list(stage.shop.journal))
        await set_situation(stage, erp_id, "pronto_envio")
        await until_status(stage, order, "ready_to_ship")
        await stage.clock.sleep(HOUR)
        assert counted.calls() == [READ]
        assert counted.writes() == ["PUT /orders/{id}/status"]
        calls = [e["call"] for e in list(stage.shop.journal)[since:] if e["kind"] == "api"]
        # One before the write, to decide; one for the shop's own event about it.
        assert calls.count("GET /orders/{id}") == 2

    play(story, erp=ERP)


def test_a_tracking_code_that_comes_after_the_despatch_is_shown_too(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await set_situation(stage, erp_id, "enviado")
        await until_status(stage, order, "shipped")
        await track(stage, erp_id)
        await stage.clock.sleep(30)
        assert (await shown(stage, order))["shipping"]["tracking_code"] == TRACKING["codigoRastreamento"]

    play(story, erp=ERP)


@pytest.mark.parametrize("messages", [OF_INTEGRATION, NONE], ids=["told", "the net alone"])
def test_an_address_without_a_code_then_a_code_then_another_one(play: Play, messages: tuple[str, ...]) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, messages)
        await set_situation(stage, erp_id, "enviado")
        await until_status(stage, order, "shipped", seconds=900)
        address = "https://rastreio.example/sem-codigo"
        for told, expected in (
            ({"urlRastreamento": address}, (None, address)),
            ({"codigoRastreamento": "AA000000000BR"}, ("AA000000000BR", address)),
            # The address was the other parcel's.
            ({"codigoRastreamento": "BB111111111BR", "urlRastreamento": ""}, ("BB111111111BR", None)),
            ({"codigoRastreamento": "BB111111111BR", "urlRastreamento": "nao-e-endereco"}, ("BB111111111BR", None)),
        ):
            await stage.clock.sleep(900)
            await track(stage, erp_id, **told)
            await stage.clock.sleep(900)
            shipping = (await shown(stage, order))["shipping"]
            assert (shipping["tracking_code"], shipping["tracking_url"]) == expected

    play(story, erp=ERP)


def test_a_code_that_the_erp_tells_again_is_not_written_again(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await track(stage, erp_id)
        await set_situation(stage, erp_id, "enviado")
        await until_status(stage, order, "shipped")
        await stage.clock.sleep(HOUR)
        counted = Counted(stage)
        await track(stage, erp_id)
        await stage.clock.sleep(30)
        assert (counted.calls(), counted.writes()) == ([], [])

    play(story, erp=ERP)


def test_without_any_message_the_net_brings_the_situation(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, NONE)
        await track(stage, erp_id)
        await set_situation(stage, erp_id, "enviado")
        now = await until_status(stage, order, "shipped", seconds=900)
        assert now["shipping"]["tracking_code"] == TRACKING["codigoRastreamento"]

    play(story, erp=ERP)


def test_the_net_asks_in_brasilias_time_with_an_overlap(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await sent(stage, NONE)
        await stage.clock.sleep(HOUR)
        since = [e["params"]["dataAtualizacao"] for e in erp_calls(stage, "pedidos.pesquisa.php")]
        until = (await stage.store()).situations_until
        assert until is not None
        # Three hours behind UTC, ten minutes between two draws and five more of overlap.
        day, clock = since[-1].split(" ")
        assert len(day) == 10 and len(clock) == 8
        hours, minutes, _ = (int(part) for part in clock.split(":"))
        behind = (until.hour * 60 + until.minute) - (hours * 60 + minutes)
        assert behind % (24 * 60) in (3 * 60 + 15, 3 * 60 + 16)

    play(story, erp=ERP)


@pytest.mark.slow
def test_a_burst_of_more_changes_than_a_page_holds_loses_none_even_where_a_page_fails(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await connected(stage, NONE)
        orders = [await place(stage, oversell=True) for _ in range(120)]

        async def all_there() -> bool:
            return len((await stage.erp_door.get("/orders?limit=500"))["orders"]) == 120

        await stage.until(all_there, "all orders are in the ERP", seconds=6 * HOUR)
        await stage.clock.sleep(HOUR)
        for kept in (await stage.erp_door.get("/orders?limit=500"))["orders"]:
            await set_situation(stage, kept["id"], "enviado")
        # The second page of the next draw fails.
        await stage.erp_door.send(
            "POST", "/faults", {"call": "pedidos.pesquisa.php", "what": "html_502", "first": 2, "calls": 1}
        )
        counted = Counted(stage)
        await stage.clock.sleep(3 * HOUR)
        pages = [e["params"]["pagina"] for e in erp_calls(stage, "pedidos.pesquisa.php")]
        assert "2" in pages
        assert {(await shown(stage, order))["status"] for order in orders} == {"shipped"}
        assert counted.calls().count(READ) == 120

    play(story, erp={**ERP, "plan": "potencializar"})


def test_messages_that_come_late_and_in_disorder_never_move_the_shop_back(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        late = {"call": "webhook:situacao_pedido", "what": "late", "first": 1, "calls": 1, "with": {"seconds": 300}}
        await stage.erp_door.send("POST", "/faults", late)
        await set_situation(stage, erp_id, "preparando_envio")
        await set_situation(stage, erp_id, "enviado")
        await until_status(stage, order, "shipped")
        await stage.clock.sleep(HOUR)
        assert statuses(await shown(stage, order))[-2:] == ["paid", "shipped"]

    play(story, erp=ERP)


ENDS = {"enviado": "shipped", "entregue": "delivered", "cancelado": "cancelled", "nao_entregue": "not_delivered"}
FORWARD = ("paid", "preparing", "invoiced", "ready_to_ship", "shipped")


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["reordered", "duplicated", "late", "burst", "lost_answer"])
def test_whatever_becomes_of_the_messages_each_order_ends_where_the_erp_is(play: Play, profile: str) -> None:
    """Every order in which three situations and an end can be told of, each of an order of its own."""

    async def story(stage: Stage) -> None:
        await connected(stage, (*OF_INTEGRATION, *OF_ACCOUNT))
        ways = list(itertools.permutations(("preparando_envio", "faturado", "pronto_envio")))
        histories = [(*way[:2], end) for way, end in itertools.product(ways, ENDS)]
        pairs: list[tuple[dict[str, Any], str]] = [await sell(stage, oversell=True) for _ in histories]
        await stage.erp_door.send("PATCH", "", {"delivery_profile": profile})
        for step in range(3):
            for (_, erp_id), history in zip(pairs, histories, strict=True):
                await set_situation(stage, erp_id, history[step])
            await stage.clock.sleep((0.5, 7, 0)[step])
        await stage.clock.sleep(3 * HOUR)
        for (order, _), history in zip(pairs, histories, strict=True):
            now = await shown(stage, order)
            passed = [status for status in statuses(now) if status in FORWARD]
            assert passed == sorted(passed, key=FORWARD.index), (profile, history)
            assert now["status"] == ENDS[history[-1]], (profile, history)
            assert (await sale_of(stage, order)).reason is None

    play(story, erp={**ERP, "plan": "potencializar"})


def test_an_order_that_was_not_delivered_and_is_sent_again_is_followed_with_the_news_of_it_lost(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        # Nothing was told of the despatch: both steps are made.
        await stage.erp_door.send("PATCH", "", {"situation_webhook_url": ""})
        await set_situation(stage, erp_id, "enviado")
        await set_situation(stage, erp_id, "nao_entregue")
        now = await until_status(stage, order, "not_delivered", seconds=900)
        assert statuses(now)[-2:] == ["shipped", "not_delivered"]
        await set_situation(stage, erp_id, "enviado")
        await set_situation(stage, erp_id, "entregue")
        now = await until_status(stage, order, "delivered", seconds=900)
        assert statuses(now)[-2:] == ["shipped", "delivered"]

    play(story, erp=ERP)


def test_an_order_reopened_in_the_erp_stays_where_the_shop_has_it(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await set_situation(stage, erp_id, "enviado")
        await until_status(stage, order, "shipped")
        await set_situation(stage, erp_id, "aberto")
        await stage.clock.sleep(HOUR)
        assert (await shown(stage, order))["status"] == "shipped"
        sale = await sale_of(stage, order)
        assert (sale.reason, sale.situation) == (None, "open")

    play(story, erp=ERP)


@pytest.mark.parametrize("erp_notifies", [True, False])
def test_the_buyer_is_written_to_by_one_side_only(play: Play, erp_notifies: bool) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        await stage.product.env.db.write(stores.change, stage.store_id(), erp_notifies=erp_notifies)
        await set_situation(stage, erp_id, "enviado")
        await until_status(stage, order, "shipped")
        [write] = [e for e in stage.shop.journal if e["kind"] == "api" and e["call"] == "PUT /orders/{id}/status"]
        assert f'"notify_customer":{str(not erp_notifies).lower()}' in write["body"]

    play(story, erp=ERP)
