"""Keeps the evidence of a story while it is played: how far shop and ERP are apart, and at the end the journals.

It looks by the control doors alone, so that a story goes the same way watched or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from aiohttp import ClientError

from connector.demo.errors import DemoError
from scenarios.runner import checks
from scenarios.runner.cast import Cast
from scenarios.runner.record import Evidence, Gap, Record
from scenarios.runner.scene import Document, Scene

# Looks that are kept for each shop. With more of them every second is dropped and half as many are made from then on.
_MOST_LOOKS = 240
_FIRST_INTERVAL = 1.0
# A look reads the whole catalogue: a large one is looked at less often.
_BALANCES_A_SECOND = 50

_CannotLook = (DemoError, ClientError, TimeoutError)


@asynccontextmanager
async def watched(cast: Cast, record: Record, *, from_now: bool) -> AsyncIterator[None]:
    """Keep the record's evidence until the block ends, however it ends.

    `from_now`: what the fakes have gone through before is none of the story's, as where somebody else has started them.
    """
    scenes = list(cast)
    # By their lengths: their clocks need not be the same.
    before = {name: len(journal) async for name, journal in _journals(scenes)} if from_now else {}
    evidence = record.evidence = Evidence(began=scenes[0].began)
    watch = _Watch(scenes, evidence)
    going_on = asyncio.create_task(watch.go_on())
    try:
        yield
    finally:
        going_on.cancel()
        await asyncio.gather(going_on, return_exceptions=True)
        with suppress(*_CannotLook):
            await watch.look()
        await _close(scenes, evidence, before)


async def _journals(scenes: list[Scene]) -> AsyncIterator[tuple[str, list[Document]]]:
    """One after the other, so that those which can be read are kept."""
    theatre = scenes[0].theatre
    for name, door in theatre.erps.items():
        yield f"erp:{name}", await door.get("/journal")
    yield "erp", await scenes[0].unknown_tokens()
    yield "shop", await theatre.shop.get("/journal")


async def _close(scenes: list[Scene], evidence: Evidence, before: dict[str, int]) -> None:
    """What can only be told at the end."""
    theatre, first = scenes[0].theatre, scenes[0]
    with suppress(*_CannotLook):
        async for name, journal in _journals(scenes):
            evidence.journals[name] = journal[before.get(name, 0) :]
    evidence.points = theatre.connector.passed
    now = first.clock.now()
    evidence.downs = [
        (_seconds(evidence, down.since), _seconds(evidence, down.to or now)) for down in theatre.connector.downs
    ]


def _seconds(evidence: Evidence, moment: datetime) -> float:
    return (moment - evidence.began).total_seconds()


async def _gap(scene: Scene) -> tuple[Gap, int]:
    """How far apart they are, and how many balances were compared."""
    stock, orders = await checks.stock_equal(scene), await checks.orders_lost(scene)
    return Gap(at=scene.passed(), shop=scene.name, stock=len(stock.wrong), orders=len(orders.wrong)), stock.count


class _Watch:
    """Looks again and again, the more seldom the longer the story lasts."""

    def __init__(self, scenes: list[Scene], evidence: Evidence) -> None:
        self._scenes, self._evidence = scenes, evidence
        theatre = scenes[0].theatre
        self._doors = (*theatre.erps.values(), theatre.shop)
        self._seen = [0 for _ in self._doors]
        self._interval = _FIRST_INTERVAL

    async def go_on(self) -> None:
        """Look until cancelled."""
        while True:
            with suppress(*_CannotLook):
                # Where nothing was done all is as it was.
                if await self._something_was_done():
                    await self.look()
            await self._scenes[0].clock.sleep(self._interval)

    async def look(self) -> None:
        """Keep how things are now."""
        for scene in self._scenes:
            gap, compared = await _gap(scene)
            self._evidence.gaps.append(gap)
            self._interval = max(self._interval, compared / _BALANCES_A_SECOND)
        if len(self._evidence.gaps) > _MOST_LOOKS * len(self._scenes):
            self._thin_out()

    async def _something_was_done(self) -> bool:
        new = [
            len(await door.get(f"/journal?since={seen}")) for door, seen in zip(self._doors, self._seen, strict=True)
        ]
        self._seen = [seen + more for seen, more in zip(self._seen, new, strict=True)]
        return any(new)

    def _thin_out(self) -> None:
        """Every second look goes, with all its shops."""
        count = len(self._scenes)
        self._evidence.gaps = [gap for place, gap in enumerate(self._evidence.gaps) if place // count % 2 == 0]
        self._interval *= 2
