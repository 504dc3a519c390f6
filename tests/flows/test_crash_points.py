"""The connector dies at each named point of the stock, order and situation flows in turn, and is started again.

In one process and in virtual time: whatever still runs of it can neither commit nor call, what was not
committed is rolled back, and a new connector is built on the same file (decisions §15). SIGKILL of a real
process is in tests/processes/.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import ClientError

from connector.store import sales, work
from scenarios.runner.stage import Stage
from tests.flows.trade import invoice, tell

Play = Callable[..., None]
HOUR = 3600.0
ERP = {"products": 4, "variations_share": 0.0, "plan": "potencializar"}
TRACKING = {"codigoRastreamento": "BR123456785BR", "urlRastreamento": "https://rastreio.example/BR123456785BR"}

COMMITS = (
    # the worker
    "work.claim_all",
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
    "levels._remember",
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
    # the panel's settings, looked at every hour
    "connect.check_later",
    # situations
    "situation.note_situation",
    "situation.enqueue_changed",
    "situation.note_drawn",
    "news.deal_with_early",
    "invoice.note_invoice",
)
CALLS = (
    "GET /apps/erp/settings",
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
POINTS = [f"{moment}-commit:{name}" for name in COMMITS for moment in ("before", "after")]
POINTS += [f"{moment}-call:{name}" for name in CALLS for moment in ("before", "after")]


async def _day(stage: Stage) -> None:
    """Stock moves, orders come, one answer is lost and one call is cut, orders are shipped and cancelled."""
    products = [p for p in await stage.erp_products() if p["situacao"] == "A"]
    await _move(stage, products[0], 70)
    await stage.clock.sleep(20)
    await _move(stage, products[0], 55)
    await _move(stage, products[1], 44)
    await stage.clock.sleep(60)
    shop = f"/stores/{stage.store_id()}"
    await stage.shop_door.send(
        "POST", f"{shop}/products", {"code": "SO-NA-LOJA", "name": "Só", "price": "9.00", "stock": 3}
    )
    faults = [("answer_lost", 2), ("html_502", 3)]
    for what, first in faults:
        await stage.erp_door.send(
            "POST", "/faults", {"call": "pedido.incluir.php", "what": what, "first": first, "calls": 1}
        )
    await stage.shop_door.send("POST", "/faults", {"call": "GET /orders/{id}", "what": "cut", "first": 1, "calls": 2})
    bought = [{"code": str(products[0]["codigo"]).strip(), "quantity": 1}]
    placed = [await _place(stage, items=bought) for _ in range(4)]
    held = await _place(stage, items=[{"code": "SO-NA-LOJA", "quantity": 1}])
    unpaid = await _place(stage, items=bought, payment="boleto", status="awaiting_payment")
    await stage.clock.sleep(10)
    await _early_message(stage)
    await stage.clock.sleep(590)
    await stage.shop_door.send("POST", f"{shop}/orders/{placed[2]['id']}/cancel", {"reason": "customer"})
    await stage.shop_door.send("POST", f"{shop}/orders/{unpaid['id']}/cancel", {"reason": "payment"})
    await stage.shop_door.send("POST", f"{shop}/orders/{held['id']}/cancel", {"reason": "inventory"})
    in_erp = {o["numero_ecommerce"]: o["id"] for o in (await stage.erp_door.get("/orders"))["orders"]}
    for order, situations in ((placed[0], ("faturado", "enviado")), (placed[1], ("enviado",))):
        erp_id = in_erp.get(str(order["number"]))
        assert erp_id is not None, "an order did not reach the ERP within ten minutes"
        if order is placed[0]:
            await invoice(stage, str(erp_id))
            await stage.clock.sleep(2)
        for situation in situations:
            await stage.erp_door.send("POST", f"/orders/{erp_id}/situation", {"situacao": situation})
            await stage.clock.sleep(5)
        await stage.erp_door.send("POST", f"/orders/{erp_id}/tracking", TRACKING)
    await stage.clock.sleep(HOUR)


async def _early_message(stage: Stage) -> None:
    """Of an order that two in doubt might be; a connector that is dead this moment does not hear it."""
    content = {"idVendaTiny": 999000111, "idPedidoEcommerce": "", "situacao": "enviado"}
    with suppress(ClientError):
        await tell(stage, "situacao_pedido", content)


async def _move(stage: Stage, product: dict[str, Any], quantity: int) -> None:
    movement = {"idProduto": product["id"], "tipo": "B", "quantidade": str(quantity)}
    await stage.erp_door.send("POST", "/stock", movement)


async def _place(stage: Stage, **given: Any) -> dict[str, Any]:
    answer = await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 1, **given})
    return dict(answer["orders"][0])


async def _open(stage: Stage) -> None:
    """Connected, pulled, linked, with the addresses pasted in the ERP; the crash points count from here."""
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
    await stage.clock.sleep(60)
    stage.product.crash.passed.clear()


async def _restart_when_dead(stage: Stage) -> None:
    """What an operating system does; the rest of the story does not know of it."""
    await stage.died.wait()
    await stage.stop_connector()
    await stage.clock.sleep(20)
    await stage.start_connector()


async def _invariants(stage: Stage) -> None:
    """No order lost, none doubled, money equal, situations and tracking shown, stock equal, no work left over."""
    shop_orders = (await stage.shop_door.get(f"/stores/{stage.store_id()}/orders"))["orders"]
    erp_orders = (await stage.erp_door.get("/orders"))["orders"]
    wanted = [o for o in shop_orders if o["paid_at"] and not any(i["code"] == "SO-NA-LOJA" for i in o["items"])]
    assert len(wanted) == 4
    assert sorted(o["numero_ecommerce"] for o in erp_orders) == sorted(str(o["number"]) for o in wanted)
    in_erp = {o["numero_ecommerce"]: o for o in erp_orders}
    for order in wanted:
        kept = in_erp[str(order["number"])]
        assert order["external_reference"]["id"] == str(kept["id"])
        assert Decimal(kept["total_pedido"]) == Decimal(order["total"])
        sale = await stage.product.env.db.read(sales.by_order, stage.store_id(), int(order["id"]))
        assert sale is not None
        assert (sale.state, sale.is_referenced, sale.reason) == (sales.SENT, True, None)
    first, second, cancelled, plain = wanted
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
    # The nets, the check of the settings and the next pull wait for their time; nothing else does.
    assert counts == {"waiting": 4}
    assert stage.erp.statistics.as_dict(120, 0)["blocked"]["natural"] == {"6": 0, "11": 0}


def test_the_day_passes_every_point_of_the_list_and_no_other(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await _open(stage)
        await _day(stage)
        await _invariants(stage)
        assert sorted(stage.product.crash.passed) == sorted(POINTS)

    play(story, erp=ERP)


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_this_point_loses_doubles_and_falsifies_nothing(play: Play, point: str) -> None:
    async def story(stage: Stage) -> None:
        await _open(stage)
        first = stage.product.crash
        first.want(point)
        reviver = asyncio.create_task(_restart_when_dead(stage))
        await _day(stage)
        assert first.is_dead, "the point was not passed"
        await reviver
        await _invariants(stage)

    play(story, erp=ERP)
