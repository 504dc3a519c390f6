"""The calendar of retries over ten virtual hours, in a moment (contract, stock webhook §2.4, order webhooks §2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

import looptime
from aiohttp import web

from fake_erp import announce, trade
from fake_erp.app import FakeErp
from fake_erp.orders import Item, Order
from fake_erp.worlds import ErpWorld
from scenarios.harness.clock import VirtualClock

Act = Callable[[ErpWorld], None]


def minutes_between(setting: str, act: Act, hours: float) -> list[float]:
    """The waits, in minutes, between what a platform received that confirms nothing."""
    loop = looptime.new_event_loop()
    try:
        received: list[datetime] = loop.run_until_complete(_refused(setting, act, hours))
    finally:
        loop.close()
    return [round((later - earlier).total_seconds() / 60, 3) for earlier, later in pairwise(received)]


async def _refused(setting: str, act: Act, hours: float) -> list[datetime]:
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
    world = fake.create_world(name="loja", products=1, variations_share=0, moods=False, **{setting: address})
    act(world)
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


FIFTEEN = [5.0 * number for number in range(1, 16)]


def test_a_stock_message_is_sent_again_fifteen_times_over_ten_hours():
    assert minutes_between("stock_webhook_url", tell_stock, 10.1) == FIFTEEN
    assert sum(FIFTEEN) == 600


def test_a_situation_message_is_sent_again_fifteen_times():
    assert minutes_between("situation_webhook_url", tell_situation, 10.1) == FIFTEEN


def test_a_tracking_message_is_sent_again_twice():
    assert minutes_between("tracking_webhook_url", tell_tracking, 3) == [5.0, 10.0]
