"""Worlds do not see each other, and the same requests make the same history: byte for byte, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import aiohttp
import looptime
import orjson
from aiohttp import web

from fake_erp.app import FakeErp
from fake_erp.worlds import ErpWorld
from scenarios.harness.clock import VirtualClock
from tests.fakes.erp.conftest import Platform, packed, serve

WORLDS = 200
RUNS = 100


class _Day:
    """A random day of calls, movements, webhooks and faults against one account, drawn from a seed."""

    def __init__(self, address: str, session: aiohttp.ClientSession, fake: FakeErp, world: ErpWorld) -> None:
        self._api = f"{address}/api2/"
        self._session = session
        self._fake = fake
        self._world = world
        self._random = Random(world.name)

    async def play(self, steps: int) -> bytes:
        """What the journal says of it."""
        actions = (self._search, self._read, self._order, self._order, self._move, self._move, self._block, self._wait)
        for _ in range(steps):
            await self._random.choice(actions)()
        await self._fake.clock.sleep(3 * 3600)
        await self._world.courier.flush()
        return b"\n".join(orjson.dumps(entry) for entry in self._world.journal)

    async def _call(self, service: str, **params: str) -> None:
        form = {"token": self._world.token, "formato": "json", **params}
        try:
            async with self._session.post(self._api + service, data=form) as answer:
                await answer.read()
        except aiohttp.ClientError:
            pass  # a fault that cuts the connection

    async def _search(self) -> None:
        await self._call("produtos.pesquisa.php", pesquisa=self._random.choice(("", "ca", "zzz")))

    async def _read(self) -> None:
        product = self._random.choice(self._world.catalogue.all())
        await self._call(self._random.choice(("produto.obter.php", "produto.obter.estoque.php")), id=str(product.id))

    async def _order(self) -> None:
        product = self._random.choice(self._world.catalogue.all())
        item = {"codigo": product.codigo, "descricao": "x", "unidade": "UN", "quantidade": "1", "valor_unitario": "1"}
        shop_number = str(self._random.randrange(10**6))
        await self._call(
            "pedido.incluir.php",
            pedido=packed(itens=[{"item": item}], parcelas=None, numero_pedido_ecommerce=shop_number),
        )

    async def _move(self) -> None:
        orders = list(self._world.orders)
        if orders:
            order = self._random.choice(orders)
            situacao = self._random.choice(("faturado", "enviado", "cancelado"))
            await self._call("pedido.alterar.situacao", id=str(order.id), situacao=situacao)

    async def _block(self) -> None:
        what = self._random.choice(("blocked_minute", "answer_lost", "html_502", "cut"))
        self._world.faults.order({"call": "*", "what": what, "calls": 1})

    async def _wait(self) -> None:
        await self._fake.clock.sleep(self._random.randrange(1, 90))


@asynccontextmanager
async def _running(platform: Platform) -> AsyncIterator[tuple[FakeErp, str, aiohttp.ClientSession]]:
    fake, runners = FakeErp(VirtualClock()), []
    async with aiohttp.ClientSession() as session:
        try:
            yield fake, await serve(fake.api(), runners), session
        finally:
            await fake.worlds.close()
            for runner in runners:
                await runner.cleanup()


def _world(fake: FakeErp, platform: Platform, number: int) -> ErpWorld:
    world = fake.create_world(
        name=f"loja-{number}",
        seed=number,
        products=6,
        plan="potencializar",
        stock_webhook_url=platform.url,
        situation_webhook_url=platform.url,
    )
    for product in world.catalogue.all():
        world.catalogue.map(product, 8123, f"PLAT-{product.id}")
    return world


def in_virtual_time(story: Any) -> Any:
    loop = looptime.new_event_loop()
    try:
        return loop.run_until_complete(story)
    finally:
        loop.close()


async def _platform(runners: list[web.AppRunner]) -> Platform:
    platform = Platform()
    platform.url = f"{await serve(platform.application(), runners)}/porta"
    return platform


async def _side_by_side_and_one_by_one() -> tuple[dict[int, bytes], dict[int, bytes]]:
    runners: list[web.AppRunner] = []
    platform = await _platform(runners)
    alone: dict[int, bytes] = {}
    for number in range(WORLDS):
        async with _running(platform) as (fake, address, session):
            alone[number] = await _Day(address, session, fake, _world(fake, platform, number)).play(12)
    async with _running(platform) as (fake, address, session):
        days = [_Day(address, session, fake, _world(fake, platform, number)) for number in range(WORLDS)]
        together = dict(enumerate(await asyncio.gather(*(day.play(12) for day in days))))
    for runner in runners:
        await runner.cleanup()
    return alone, together


def test_two_hundred_worlds_side_by_side_leave_the_journals_that_they_leave_alone():
    alone, together = in_virtual_time(_side_by_side_and_one_by_one())
    assert len(set(alone.values())) == WORLDS, "the days should differ from each other"
    different = [number for number in range(WORLDS) if alone[number] != together[number]]
    assert different == []


async def _the_same_day(runs: int) -> list[bytes]:
    runners: list[web.AppRunner] = []
    platform = await _platform(runners)
    histories = []
    for _ in range(runs):
        async with _running(platform) as (fake, address, session):
            histories.append(await _Day(address, session, fake, _world(fake, platform, 7)).play(50))
    for runner in runners:
        await runner.cleanup()
    return histories


def test_the_same_seed_and_requests_leave_the_same_journal_a_hundred_times():
    histories = in_virtual_time(_the_same_day(RUNS))
    assert histories[0].count(b"\n") > 30
    assert b'"webhook"' in histories[0] and b'"fault":"answer_lost"' in histories[0]
    assert [number for number, history in enumerate(histories) if history != histories[0]] == []
