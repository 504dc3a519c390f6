"""The calendar of retries over ten virtual hours, in a moment (contract, stock webhook §2.4, order webhooks §2)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

import looptime
import pytest
from aiohttp import web

from fake_erp import announce, product_sending, trade
from fake_erp.app import FakeErp
from fake_erp.deliveries import RETRIES
from fake_erp.orders import Item, Order
from fake_erp.worlds import ErpWorld
from scenarios.harness.clock import VirtualClock
from tests.fakes.erp.test_erp_price_and_invoice_messages import Note

Act = Callable[[ErpWorld], object]


def minutes_between(setting: str, act: Act, hours: float, **settings: Any) -> list[float]:
    """The waits, in minutes, between what a platform received that confirms nothing."""
    loop = looptime.new_event_loop()
    try:
        received: list[datetime] = loop.run_until_complete(_refused(act, hours, setting, settings))
    finally:
        loop.close()
    return [round((later - earlier).total_seconds() / 60, 3) for earlier, later in pairwise(received)]


async def _refused(act: Act, hours: float, setting: str, settings: dict[str, Any]) -> list[datetime]:
    clock, received = VirtualClock(), []

    async def refuse(request: web.Request) -> web.Response:
        received.append(clock.now())
        await request.read()
        return web.Response(status=503)

    app = web.Application()
    app.router.add_post("/erp", refuse)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/erp"
    fake = FakeErp(clock)
    settings = {**settings, setting: address}
    world = fake.create_world(name="loja", products=1, variations_share=0, moods=False, **settings)
    done = act(world)
    if isinstance(done, Awaitable):
        await done
    await clock.sleep(hours * 3600)
    assert [delivery.state for delivery in world.courier.log] == ["lost"]
    assert world.courier.waiting == 0
    await fake.worlds.close()
    await runner.cleanup()
    return received


def order(world: ErpWorld) -> Order:
    item = Item(codigo="X", descricao="X", unidade="UN", quantidade="1.00", valor_unitario="1.00")
    now = world.clock.now()
    made = Order(
        inserted=now, updated=now, data_pedido=now.date(), cliente={"nome": "X"}, itens=(item,), id_ecommerce=8123
    )
    return trade.insert(world, made, update_customer=True)


def tell_stock(world: ErpWorld) -> None:
    product = next(world.catalogue.parents())
    world.catalogue.map(product, 8123, "PLAT-1")
    announce.stock(world, product, moved=True)


def tell_situation(world: ErpWorld) -> None:
    trade.set_situation(world, order(world), "enviado", by=trade.DOOR)


def tell_tracking(world: ErpWorld) -> None:
    trade.set_tracking(world, order(world), {"codigo_rastreamento": "AA1BR"}, by=trade.DOOR)


def tell_invoice(world: ErpWorld) -> None:
    announce.invoice(world, Note(order_id=order(world).id))


def tell_price(world: ErpWorld) -> None:
    product = next(world.catalogue.parents())
    world.catalogue.map(product, 8123, "PLAT-1")
    announce.price(world, product)


async def send_product(world: ErpWorld) -> None:
    integration = world.integrations.main
    assert integration is not None
    products = [next(world.catalogue.parents())]
    await product_sending.send(world, integration, products, update_stock=False, stop_on_refusal=False)


def tell_movement(world: ErpWorld) -> None:
    announce.stock(world, next(world.catalogue.parents()), moved=True)


def tell_change(world: ErpWorld) -> None:
    address = world.settings.account_order_webhook_url
    world.change({"account_order_webhook_url": ""})
    made = order(world)
    world.change({"account_order_webhook_url": address})
    trade.set_situation(world, made, "enviado", by=trade.DOOR)


FIFTEEN = [5.0 * number for number in range(1, 16)]
TEN = FIFTEEN[:10]


def test_the_sums_are_the_contracts():
    assert (sum(FIFTEEN), sum(TEN)) == (600, 275)


# Each kind of message: where it goes, what makes it, the hours to look on and the waits in minutes.
CALENDAR: dict[str, tuple[str, Act, float, list[float]]] = {
    "estoque": ("stock_webhook_url", tell_stock, 10.1, FIFTEEN),
    "situacao_pedido": ("situation_webhook_url", tell_situation, 10.1, FIFTEEN),
    "rastreio": ("tracking_webhook_url", tell_tracking, 3, [5, 10]),
    "nota_fiscal": ("invoice_webhook_url", tell_invoice, 3, [5, 10]),
    "precos": ("price_webhook_url", tell_price, 3, [5, 10]),
    "produto": ("product_webhook_url", send_product, 3, [0]),
    "conta:inclusao_pedido": ("account_order_webhook_url", order, 4.7, TEN),
    "conta:atualizacao_pedido": ("account_order_webhook_url", tell_change, 4.7, TEN),
    "conta:estoque": ("account_stock_webhook_url", tell_movement, 4.7, TEN),
}


@pytest.mark.parametrize(("setting", "act", "hours", "waits"), CALENDAR.values(), ids=CALENDAR)
def test_a_message_is_sent_again_as_its_kind_calls_for_and_in_a_moment(setting, act, hours, waits):
    began = time.perf_counter()
    assert minutes_between(setting, act, hours) == waits
    assert time.perf_counter() - began < 1


def test_every_kind_of_message_has_its_calendar_proved():
    assert set(RETRIES) == set(CALENDAR)


@pytest.mark.parametrize(
    ("setting", "act", "waits"),
    [
        ("tracking_webhook_url", tell_tracking, [5]),
        ("invoice_webhook_url", tell_invoice, [5]),
        ("price_webhook_url", tell_price, [5]),
        ("product_webhook_url", send_product, [0]),
    ],
)
def test_two_are_two_attempts_in_all_where_the_world_says_so(setting, act, waits):
    assert minutes_between(setting, act, 3, two_attempts_in_all=True) == waits
