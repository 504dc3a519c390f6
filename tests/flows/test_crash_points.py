"""The connector dies at each named point of the stock, order and situation flows, and is started again.

Days are played in which it dies at a few points of the list, one life after another, until it has died at all of them,
on SQLite and on PostgreSQL (scenarios/runner/deaths.py). A new commit or call is one line in a list below: the first
test names it. The pull and the installation are in test_crash_points_of_the_morning.py; SIGKILL of a real process
is in tests/processes/.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import ClientError

from connector.store import sales, work
from scenarios.runner.deaths import before_and_after, dying, until_true
from scenarios.runner.stage import Stage
from tests.flows.trade import invoice, tell

Play = Callable[..., None]
HOUR = 3600.0
ERP = {"products": 4, "variations_share": 0.0, "plan": "potencializar"}
TRACKING = {"codigoRastreamento": "BR123456785BR", "urlRastreamento": "https://rastreio.example/BR123456785BR"}

COMMITS = (
    # the worker
    "work.claim_due",
    "worker._settle",
    "worker._later",
    "work.release_expired",
    # the ERP's quota
    "pace.take",
    "pace.answered",
    # stock
    "events.receive_from_erp",
    "messages._sort",
    "question.answered",
    "levels._end_turn",
    "untold.told",
    # orders
    "events.receive",
    "order.know_order",
    "order.begin_sending",
    "order.note_sent",
    "order.note_reference",
    "order.note_doubt",
    "order.note_search",
    "order.note_not_written",
    "order.note_found",
    "order.hold_order",
    "order.leave_order",
    "cancellation.begin_cancelling",
    "cancellation.note_cancelled",
    "order.draw_again",
    "order.enqueue_found",
    "order.note_drawn",
    # the panel's settings, looked at every hour
    "connect._checked",
    # the change feed, and the catalogue read again a little at a time
    "feed.begin_reading",
    "feed.note_asking",
    "feed.keep_answer",
    "feed.deal_with_oldest",
    "feed.end_reading",
    "scan.begin_step",
    # situations
    "situation.note_situation",
    "situation.enqueue_changed",
    "situation.note_drawn",
    "news.deal_with_early",
    "invoice.note_invoice",
)
CALLS = (
    "GET /apps/erp/settings",
    "GET /webhooks",
    "lista.atualizacoes.produtos",
    "lista.atualizacoes.estoque",
    "POST /stock/batch",
    "produto.obter.estoque.php",
    "GET /orders/{id}",
    "GET /orders",
    "pedido.incluir.php",
    "pedidos.pesquisa.php",
    "pedido.obter.php",
    "pedido.alterar.situacao",
    "nota.fiscal.obter.php",
    "nota.fiscal.obter.link.php",
    "PUT /orders/{id}/invoice",
    "PUT /orders/{id}/external-reference",
    "PUT /orders/{id}/status",
    "PUT /orders/{id}/shipment",
)
POINTS = before_and_after(COMMITS, CALLS)
# In so many plays, of so many days at most; neighbours in the list die in different ones.
PLAYS, DAYS = 7, 6


async def _day(stage: Stage, number: int = 0) -> None:
    """Stock moves, orders come, one answer is lost and one call is cut, orders are shipped and cancelled."""
    products = [p for p in await stage.erp_products() if p["situacao"] == "A"]
    await _move(stage, products[0], 70 + number)
    await stage.clock.sleep(20)
    await _move(stage, products[0], 55 + number)
    await _move(stage, products[1], 44 + number)
    await stage.clock.sleep(60)
    shop = f"/stores/{stage.store_id()}"
    faults = [("answer_lost", 2), ("html_502", 3)]
    for what, first in faults:
        await stage.erp_door.send(
            "POST", "/faults", {"call": "pedido.incluir.php", "what": what, "first": first, "calls": 1}
        )
    await stage.shop_door.send("POST", "/faults", {"call": "GET /orders/{id}", "what": "cut", "first": 1, "calls": 4})
    bought = [{"code": str(products[0]["codigo"]).strip(), "quantity": 1}]
    placed = [await _place(stage, items=bought) for _ in range(4)]
    held = await _place(stage, items=[{"code": "SO-NA-LOJA", "quantity": 1}])
    unpaid = await _place(stage, items=bought, payment="boleto", status="awaiting_payment")
    await stage.clock.sleep(10)
    await _early_message(stage, number)
    await stage.clock.sleep(590)
    await stage.until(lambda: _are_in_erp(stage, placed), "the orders reach the ERP", seconds=3 * HOUR)
    await stage.shop_door.send("POST", f"{shop}/orders/{placed[2]['id']}/cancel", {"reason": "customer"})
    await stage.shop_door.send("POST", f"{shop}/orders/{unpaid['id']}/cancel", {"reason": "payment"})
    await stage.shop_door.send("POST", f"{shop}/orders/{held['id']}/cancel", {"reason": "inventory"})
    in_erp = {o["numero_ecommerce"]: o["id"] for o in (await stage.erp_door.get("/orders"))["orders"]}
    for order, situations in ((placed[0], ("faturado", "enviado")), (placed[1], ("enviado",))):
        erp_id = in_erp[str(order["number"])]
        if order is placed[0]:
            await invoice(stage, str(erp_id))
            await stage.clock.sleep(2)
        for situation in situations:
            await stage.erp_door.send("POST", f"/orders/{erp_id}/situation", {"situacao": situation})
            await stage.clock.sleep(5)
        await stage.erp_door.send("POST", f"/orders/{erp_id}/tracking", TRACKING)
    # The nets are drawn once more; the panel's settings are looked at every hour.
    await stage.clock.sleep(700 if number else HOUR)


async def _early_message(stage: Stage, number: int) -> None:
    """Of an order that two in doubt might be; a connector that is dead this moment does not hear it."""
    content = {"idVendaTiny": 999000111 + number, "idPedidoEcommerce": "", "situacao": "enviado"}
    if stage.connector is None:
        return
    with suppress(ClientError, AssertionError):
        await tell(stage, "situacao_pedido", content)


async def _move(stage: Stage, product: dict[str, Any], quantity: int) -> None:
    movement = {"idProduto": product["id"], "tipo": "B", "quantidade": str(quantity)}
    await stage.erp_door.send("POST", "/stock", movement)


async def _place(stage: Stage, **given: Any) -> dict[str, Any]:
    answer = await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 1, **given})
    return dict(answer["orders"][0])


async def _are_in_erp(stage: Stage, placed: list[dict[str, Any]]) -> bool:
    kept = {order["numero_ecommerce"] for order in (await stage.erp_door.get("/orders"))["orders"]}
    return kept >= {str(order["number"]) for order in placed}


async def _open(stage: Stage) -> None:
    """Connected, pulled, linked, with the addresses pasted in the ERP."""
    await stage.connect()
    await stage.until_pulled(seconds=HOUR)
    door = stage.product.env.door_url(await stage.store())
    addresses = ("stock_webhook_url", "situation_webhook_url", "tracking_webhook_url")
    await stage.erp_door.send("PATCH", "", dict.fromkeys(addresses, door))
    shown = {p["code"]: p["id"] for p in await stage.shop_products()}
    mappings = [
        {"idProduto": p["id"], "skuMapeamento": str(shown[str(p["codigo"]).strip()])}
        for p in await stage.erp_products()
        if p["situacao"] == "A"
    ]
    await stage.erp_door.send("POST", "/mappings", mappings)
    alone = {"code": "SO-NA-LOJA", "name": "Só", "price": "9.00", "stock": 30}
    await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/products", alone)
    await stage.clock.sleep(60)


async def _invariants(stage: Stage, days: int = 1) -> None:
    """No order lost, none doubled, money equal, situations and tracking shown, stock equal, no work left over."""
    shop_orders = (await stage.shop_door.get(f"/stores/{stage.store_id()}/orders"))["orders"]
    erp_orders = (await stage.erp_door.get("/orders"))["orders"]
    wanted = [o for o in shop_orders if o["paid_at"] and not any(i["code"] == "SO-NA-LOJA" for i in o["items"])]
    assert len(wanted) == 4 * days
    assert sorted(o["numero_ecommerce"] for o in erp_orders) == sorted(str(o["number"]) for o in wanted)
    in_erp = {o["numero_ecommerce"]: o for o in erp_orders}
    for order in wanted:
        kept = in_erp[str(order["number"])]
        assert order["external_reference"]["id"] == str(kept["id"])
        assert Decimal(kept["total_pedido"]) == Decimal(order["total"])
        sale = await stage.product.env.db.read(sales.by_order, stage.store_id(), int(order["id"]))
        assert sale is not None
        assert (sale.state, sale.is_referenced, sale.reason) == (sales.SENT, True, None)
    for day in range(days):
        first, second, cancelled, plain = wanted[4 * day : 4 * day + 4]
        assert [o["status"] for o in (first, second, cancelled)] == ["shipped", "shipped", "cancelled"]
        assert {o["shipping"]["tracking_code"] for o in (first, second)} == {TRACKING["codigoRastreamento"]}
        assert first["invoice"] is not None
        assert in_erp[str(cancelled["number"])]["situacao"] == "cancelado"
        assert in_erp[str(plain["number"])]["situacao"] == "aprovado"
    truth = {str(p["codigo"]).strip(): max(Decimal(0), Decimal(p["saldo"])) for p in await stage.erp_products()}
    for product in await stage.shop_products():
        if product["code"] in truth:
            assert Decimal(str(product["stock"]["quantity"])) == truth[product["code"]], product["code"]
    counts = await stage.product.env.db.read(work.counts, stage.store_id())
    # The nets, the looks at settings and subscription, the next pull, feed, scan and pruning wait for their time;
    # nothing else does.
    assert counts == {"waiting": 8}
    assert stage.erp.statistics.as_dict(120, 0)["blocked"]["natural"] == {"6": 0, "11": 0}


def test_the_day_passes_every_point_of_the_list_and_no_other(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _open(stage)
        async with dying(stage, ()) as deaths:
            await _day(stage)
            await _invariants(stage)
            assert deaths.passed - set(POINTS) == set(), "add these to the lists"
            assert set(POINTS) - deaths.passed == set(), "these are passed no more"

    play(story, erp=ERP)


@pytest.mark.parametrize("turn", range(PLAYS))
def test_a_day_with_deaths_loses_doubles_and_falsifies_nothing(play: Play, url: str, turn: int) -> None:
    async def story(stage: Stage) -> None:
        await _open(stage)
        async with dying(stage, POINTS[turn::PLAYS]) as deaths:
            days = 0
            while deaths.left and days < DAYS:
                await _day(stage, days)
                days += 1
            await until_true(stage, lambda: _invariants(stage, days), hours=10)
            assert deaths.left == set(), f"not passed in {days} days"

    play(story, erp=ERP, database_url=url)
