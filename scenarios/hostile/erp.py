"""Hostile requests at a fake ERP over real HTTP, with a look at its state after each round.

Documented requests and forms of the screens, mangled. API, screens, freight quotation and control door each have an
account of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp
from aiohttp import web

from fake_erp import extensions
from fake_erp.app import FakeErp
from fake_erp.evidence.player import Player
from fake_erp.evidence.replay import documented
from fake_erp.services import SERVICES
from fake_erp.serving import serving
from fake_erp.settings import ADDRESSES
from fake_erp.worlds import ErpWorld
from scenarios.harness.clock import StandingClock
from scenarios.hostile import honest, invariants
from scenarios.hostile.knocking import client, knock, listening_to_logs
from scenarios.hostile.mangling import Honest, Raw, mangled
from scenarios.hostile.report import Report

ROUND = 2500
# Virtual seconds before a call, so that the quota of 120 a minute lets most pass, and of 20 batch calls as well.
_BETWEEN_CALLS, _BEFORE_BATCH = 0.5, 3.0
_BATCH = frozenset(f"/api2/{name}" for service in SERVICES.values() if service.batch for name in service.names)


@dataclass
class _Target:
    """One account, the requests to start from, and how it was before."""

    world: ErpWorld
    origin: str
    honest: list[Honest]
    before: invariants.Baseline | None


class _Round:
    """A fresh fake with its accounts, and a client that repeats nothing."""

    def __init__(self, fake: FakeErp, session: aiohttp.ClientSession, api: str, door: str) -> None:
        self.fake, self._session, self._api, self._door = fake, session, api, door
        self._targets: list[_Target] = []

    async def open(self, sink: str) -> None:
        content = documented()
        api, integration = await self._account("api", sink)
        screens, _ = await self._account("telas", sink)
        door, _ = await self._account("porta", sink)
        services = await honest.documented(api, content)
        await honest.documented(screens, content)
        await honest.documented(door, content)
        shown = await honest.on_screens(self._session, self._api, "telas")
        asked = [honest.quotation(integration.id, integration.token)]
        for name, origin, requests, checked in (
            ("api", self._api, services, True),
            ("telas", self._api, shown, False),
            ("api", self._api, asked, False),
            ("porta", self._door, honest.at_door(door, content), False),
        ):
            world = self.fake.worlds.get(name)
            self._targets.append(_Target(world, origin, requests, invariants.baseline(world) if checked else None))

    async def _account(self, name: str, sink: str) -> tuple[Player, Any]:
        world = self.fake.create_world(name=name, plan="potencializar", products=5)
        world.change({name: f"{sink}/{name}" for name in ADDRESSES})
        player = Player(self._session, self._api, self._door, name, world.token)
        return player, world.integrations.main

    async def knock(self, number: int, seed: str, report: Report) -> None:
        """Send request `number` and judge its answer."""
        random = Random(f"{seed}:{number}")
        target = random.choices(self._targets, (82, 8, 3, 7))[0]
        raw = mangled(random.choice(target.honest), number, random)
        _make_ready(target.world, raw)
        status, body = await knock(self._session, target.origin, raw, report)
        # The server library's own 400 shows the line that it could not parse, to whoever sent it.
        silent = target.origin == self._api and "/erp/" not in raw.target and status != 400
        if silent and target.world.token.encode() in body:
            report.wrong.append(f"the token in the answer to {raw}")

    def broken(self) -> list[str]:
        """What does not hold of the accounts any more."""
        return [
            f"account {target.world.name}: {line}"
            for target in self._targets
            for line in invariants.broken(target.world, target.before)
        ]


def _make_ready(world: ErpWorld, raw: Raw) -> None:
    """Time passes between calls, and what a request before has switched off is on again."""
    world.clock.advance(_BEFORE_BATCH if raw.target.partition("?")[0] in _BATCH else _BETWEEN_CALLS)
    if set(world.settings.extensions) != set(extensions.NAMES):
        world.change({"extensions": tuple(extensions.NAMES)})


@asynccontextmanager
async def _round(sink: str) -> AsyncIterator[_Round]:
    fake = FakeErp(StandingClock())
    async with serving(fake) as addresses, client() as session:
        place = _Round(fake, session, addresses.api, addresses.door)
        await place.open(sink)
        yield place


async def _served(application: web.Application, runners: list[web.AppRunner]) -> str:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    runners.append(runner)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return "http://{}:{}".format(*runner.addresses[0][:2])


async def _take(_: web.Request) -> web.Response:
    return web.Response()


async def play(requests: int, seed: str = "1", only: int | None = None) -> Report:
    """Send so many hostile requests, in rounds that each begin with fresh accounts."""
    report, runners = Report(), list[web.AppRunner]()
    sink = web.Application()
    sink.router.add_route("*", "/{rest:.*}", _take)
    async with listening_to_logs(report) as listener:
        try:
            address = await _served(sink, runners)
            for first in range(0, requests, ROUND):
                if only is not None and first // ROUND != only:
                    continue
                async with _round(address) as place:
                    for number in range(first, min(first + ROUND, requests)):
                        await place.knock(number, seed, report)
                        listener.look(number)
                    report.wrong += [f"round {first // ROUND}: {line}" for line in place.broken()]
                    calls = (each for each in place.fake.worlds.get("api").journal if each["kind"] == "call")
                    report.codes.update(each["code"] for each in calls)
        finally:
            for runner in runners:
                await runner.cleanup()
    return report
