"""The invoice of the ERP shows on the shop's order: whoever tells of it, in whatever order, only a valid one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.store import work
from scenarios.runner.stage import Stage
from tests.flows.trade import (
    ERP,
    HOUR,
    NONE,
    OF_ACCOUNT,
    OF_INTEGRATION,
    Counted,
    invoice,
    sale_of,
    sent,
    set_situation,
    shown,
    tell,
    until_status,
)

Play = Callable[..., None]
INVOICE, LINK, WRITE = "nota.fiscal.obter.php", "nota.fiscal.obter.link.php", "PUT /orders/{id}/invoice"


async def _until_shown(stage: Stage, order: dict[str, Any], key: str, seconds: float = 900) -> dict[str, Any]:
    async def reached() -> bool:
        told = (await shown(stage, order))["invoice"]
        return told is not None and told["access_key"] == key

    await stage.until(reached, "the shop shows the invoice", seconds)
    return dict((await shown(stage, order))["invoice"])


async def _stopped(stage: Stage) -> list[tuple[str, str]]:
    def find(c: Any) -> list[tuple[str, str]]:
        query = work.sa.select(work.work.c.kind, work.work.c.reason).where(work.work.c.state.in_(["parked", "dead"]))
        return [(row.kind, row.reason) for row in c.execute(query)]

    return await stage.product.env.db.read(find)


@pytest.mark.parametrize(
    "messages",
    [OF_INTEGRATION, ("stock", "situation"), OF_ACCOUNT, NONE],
    ids=["its message", "its message lost", "the account's", "the net"],
)
def test_an_invoice_shows_in_the_shop_whoever_tells_of_it(play: Play, messages: tuple[str, ...]) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, messages)
        await stage.clock.sleep(HOUR)
        counted = Counted(stage)
        note = await invoice(stage, erp_id)
        told = await _until_shown(stage, order, note["chave_acesso"])
        assert (told["number"], told["series"]) == (note["number"], 1)
        assert told["amount"] == note["valor"] == order["total"]
        assert told["issued_at"].endswith("T00:00:00-03:00")
        assert told["danfe_url"] == f"https://erp.example/doc.view?id={note['id']}"
        await stage.clock.sleep(HOUR)
        now = await shown(stage, order)
        assert (now["status"], now["invoice"]["access_key"]) == ("invoiced", note["chave_acesso"])
        assert counted.writes().count(WRITE) == 1
        assert counted.calls().count(INVOICE) == 1
        # The printable page is asked for only where no message has told its address.
        told_by = [e["dados"] for e in stage.erp.journal if e["kind"] == "webhook" and e["tipo"] == "nota_fiscal"]
        assert counted.calls().count(LINK) == (0 if any("idNotaFiscalTiny" in content for content in told_by) else 1)
        sale = await sale_of(stage, order)
        assert (sale.invoice_id, sale.invoice_key) == (str(note["id"]), note["chave_acesso"])

    play(story, erp=ERP)


@pytest.mark.parametrize("first", ["invoice", "situation"])
def test_invoice_before_situation_and_situation_before_invoice(play: Play, first: str) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        if first == "situation":
            await set_situation(stage, erp_id, "faturado")
            await until_status(stage, order, "invoiced")
            assert (await shown(stage, order))["invoice"] is None
        note = await invoice(stage, erp_id)
        await _until_shown(stage, order, note["chave_acesso"])
        if first == "invoice":
            assert (await shown(stage, order))["status"] == "paid"
            await set_situation(stage, erp_id, "faturado")
        await until_status(stage, order, "invoiced")

    play(story, erp={**ERP, "note_moves_order": False})


def test_one_that_is_not_authorised_yet_is_looked_at_again_with_growing_waits(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, NONE)
        await set_situation(stage, erp_id, "faturado")
        note = await invoice(stage, erp_id, authorised=False)
        await stage.clock.sleep(6 * HOUR)
        assert (await shown(stage, order))["invoice"] is None
        looks = Counted(stage)
        note_entry = [e for e in stage.erp.journal if e["kind"] == "call" and e["service"] == INVOICE]
        assert 5 <= len(note_entry) <= 9
        # Nothing of the order changes when the tax office says yes.
        await stage.erp_door.send("POST", f"/invoices/{note['id']}/authorise", {})
        await _until_shown(stage, order, note["chave_acesso"], seconds=7 * HOUR)
        assert looks.calls().count(INVOICE) == 1

    play(story, erp=ERP)


def test_the_same_message_again_costs_nothing(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        note = await invoice(stage, erp_id)
        await _until_shown(stage, order, note["chave_acesso"])
        await stage.clock.sleep(HOUR)
        counted = Counted(stage)
        [message] = [e for e in stage.erp.journal if e["kind"] == "webhook" and e["tipo"] == "nota_fiscal"]
        for _ in range(3):
            await tell(stage, "nota_fiscal", message["dados"], idEcommerce=8123)
            await stage.clock.sleep(60)
        assert (counted.calls(), counted.writes()) == ([], [])

    play(story, erp=ERP)


@pytest.mark.parametrize("missing", ["idPedidoEcommerce", "idNotaFiscalTiny", "account"])
def test_a_message_without_one_of_its_names_still_finds_the_order(play: Play, missing: str) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage, ("stock", "situation"))
        await set_situation(stage, erp_id, "faturado")
        await stage.clock.sleep(HOUR)
        await stage.erp_door.send("PATCH", "", {"situation_webhook_url": ""})
        note = await invoice(stage, erp_id)
        content = {
            "chaveAcesso": note["chave_acesso"],
            "numero": "000001",
            "serie": "1",
            "urlDanfe": "https://erp.example/danfe",
            "idPedidoEcommerce": str(order["number"]),
            "idNotaFiscalTiny": str(note["id"]),
        }
        if missing == "account":
            # The account's family: other names, and no integration in the envelope (order webhooks §6).
            content = {"id": note["id"], "idPedido": erp_id, "chaveAcesso": note["chave_acesso"]}
            await tell(stage, "nota_fiscal", content)
        else:
            await tell(stage, "nota_fiscal", {**content, missing: ""}, idEcommerce=8123)
        # Before the net would have brought it.
        await _until_shown(stage, order, note["chave_acesso"], seconds=10)

    play(story, erp=ERP)


def test_another_invoice_takes_the_place_of_a_cancelled_one_only(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        first = await invoice(stage, erp_id)
        await _until_shown(stage, order, first["chave_acesso"])
        await stage.erp_door.send("POST", f"/invoices/{first['id']}/cancel", {})
        second = await invoice(stage, erp_id)
        await _until_shown(stage, order, second["chave_acesso"])
        await stage.clock.sleep(HOUR)
        # Late news of the first one changes nothing.
        await tell(
            stage,
            "nota_fiscal",
            {"idNotaFiscalTiny": first["id"], "idPedidoEcommerce": order["number"]},
            idEcommerce=8123,
        )
        await stage.clock.sleep(HOUR)
        assert (await shown(stage, order))["invoice"]["access_key"] == second["chave_acesso"]
        assert await _stopped(stage) == []

    play(story, erp=ERP)


def test_a_second_valid_invoice_is_left_to_a_person(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        first = await invoice(stage, erp_id)
        await _until_shown(stage, order, first["chave_acesso"])
        await stage.clock.sleep(60)
        # Made anew after a cancellation that the ERP has taken back: both are valid now.
        await stage.erp_door.send("POST", f"/invoices/{first['id']}/cancel", {})
        second = await invoice(stage, erp_id, authorised=False)
        kept = stage.erp.notes.get(int(first["id"]))
        assert kept is not None
        kept.situacao = 6
        await stage.erp_door.send("POST", f"/invoices/{second['id']}/authorise", {})
        await stage.clock.sleep(HOUR)
        assert (await shown(stage, order))["invoice"]["access_key"] == first["chave_acesso"]
        assert await _stopped(stage) == [("invoice", "invoice_second")]

    play(story, erp=ERP)


def test_an_invoice_that_the_merchant_typed_into_the_shop_is_not_overwritten(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        typed = {
            "number": 77,
            "series": 1,
            "access_key": "35260812345678000195550010000001231000000016",
            "issued_at": "2026-08-01T10:00:00-03:00",
            "amount": order["total"],
        }
        store = stage.shop.stores[stage.store_id()]
        kept = store.orders[int(order["id"])]
        kept.fields = {**kept.fields, "invoice": {**typed, "xml_url": None, "danfe_url": None}}
        await invoice(stage, erp_id)
        await stage.clock.sleep(HOUR)
        assert (await shown(stage, order))["invoice"]["number"] == 77
        assert await _stopped(stage) == [("invoice", "invoice_second")]

    play(story, erp=ERP)


def test_a_key_whose_check_digit_is_wrong_is_left_to_a_person(play: Play) -> None:
    async def story(stage: Stage) -> None:
        order, erp_id = await sent(stage)
        note = await invoice(stage, erp_id, authorised=False)
        kept = stage.erp.notes.get(int(note["id"]))
        assert kept is not None
        kept.chave_acesso = kept.chave_acesso[:43] + str((int(kept.chave_acesso[43]) + 1) % 10)
        await stage.erp_door.send("POST", f"/invoices/{note['id']}/authorise", {})
        await stage.clock.sleep(HOUR)
        assert (await shown(stage, order))["invoice"] is None
        assert await _stopped(stage) == [("invoice", "invoice_invalid")]

    play(story, erp=ERP)
