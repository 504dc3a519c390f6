"""Who goes first among those that wait for leave, with the slots in a database and the time at a standstill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from connector.clients.pacer import ErpPacer
from connector.clock import Clock, LoopClock, RealClock
from connector.core.purpose import Purpose
from connector.slots import DatabaseSlots
from connector.store.engine import Database, make_engine
from connector.store.tables import company, slot

START = datetime(2026, 8, 3, 9, tzinfo=UTC)
PATIENCE = timedelta(seconds=30)
# Of the cautious limit of twenty, a quarter at once; those that are not urgent come three seconds apart.
AT_ONCE = 5
ACCOUNT, ORDER, CATALOGUE = 0, 1, 2


class Callers:
    """Calls that last until they are told to end; `begun` names them as they got leave."""

    def __init__(self, pacer: ErpPacer, clock: Clock) -> None:
        self.clock = clock
        self.begun: list[str] = []
        self._pacer = pacer
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def ask(self, name: str, priority: int = ORDER, company: str = "a") -> None:
        self._ends[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(self._call(name, priority, company))

    async def _call(self, name: str, priority: int, company: str) -> None:
        async with self._pacer.call(company, priority, "info.php", Purpose.ACCOUNT):
            self.begun.append(name)
            await self._ends[name].wait()
            if name.startswith("bad"):
                raise ConnectionError(name)

    async def end(self, name: str) -> None:
        self._ends[name].set()
        with suppress(ConnectionError):
            await self._tasks[name]
        await self.settle()

    async def give_up(self, name: str) -> None:
        self._tasks[name].cancel()
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that happens at once."""
        await self.clock.sleep(0.1)

    async def fill(self) -> list[str]:
        """As many calls as may be under way."""
        first = [f"first {number}" for number in range(AT_ONCE)]
        for name in first:
            self.ask(name)
        await self.settle()
        assert self.begun == first
        return first

    async def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


@pytest.fixture
async def callers(sqlite_url: str) -> AsyncIterator[Callers]:
    clock = LoopClock(START)
    database = Database(sqlite_url, inline=True)
    pacer = ErpPacer(DatabaseSlots(database, clock, PATIENCE), clock, background=CATALOGUE)
    made = Callers(pacer, clock)
    yield made
    await made.close()
    await pacer.close()
    database.close()


@pytest.mark.looptime
async def test_the_most_urgent_goes_first_and_equals_in_the_order_of_asking(callers: Callers) -> None:
    first = await callers.fill()
    for name, priority in (("product", CATALOGUE), ("order 1", ORDER), ("account", ACCOUNT), ("order 2", ORDER)):
        callers.ask(name, priority)
    for name in first:
        await callers.end(name)
    assert callers.begun[AT_ONCE:] == ["account", "order 1", "order 2"]
    # The urgent ones have taken its turns.
    await callers.clock.sleep(3 * (AT_ONCE + 3))
    assert callers.begun[AT_ONCE + 3 :] == ["product"]


@pytest.mark.looptime
async def test_an_answer_lets_the_next_one_through_at_once(callers: Callers) -> None:
    first = await callers.fill()
    callers.ask("next")
    await callers.settle()
    assert "next" not in callers.begun
    await callers.end(first[0])
    assert callers.begun[-1] == "next"


@pytest.mark.looptime
async def test_a_call_that_fails_gives_its_place_back(callers: Callers) -> None:
    callers.ask("bad")
    await callers.settle()
    for number in range(AT_ONCE):
        callers.ask(str(number))
    await callers.settle()
    assert callers.begun == ["bad", *map(str, range(AT_ONCE - 1))]
    await callers.end("bad")
    assert callers.begun[-1] == str(AT_ONCE - 1)


@pytest.mark.looptime
async def test_what_is_not_urgent_waits_for_its_turn_and_what_is_does_not(callers: Callers) -> None:
    callers.ask("product 1", CATALOGUE)
    callers.ask("product 2", CATALOGUE)
    await callers.settle()
    assert callers.begun == ["product 1"]
    callers.ask("order", ORDER)
    await callers.settle()
    assert callers.begun == ["product 1", "order"]
    await callers.clock.sleep(3)
    assert "product 2" not in callers.begun
    await callers.clock.sleep(3)
    assert callers.begun[-1] == "product 2"


@pytest.mark.looptime
async def test_who_gave_up_waiting_is_passed_over(callers: Callers) -> None:
    first = await callers.fill()
    callers.ask("impatient")
    callers.ask("patient")
    await callers.settle()
    await callers.give_up("impatient")
    await callers.end(first[0])
    assert callers.begun[AT_ONCE:] == ["patient"]


@pytest.mark.looptime
async def test_companies_do_not_wait_for_one_another(callers: Callers) -> None:
    await callers.fill()
    callers.ask("ours")
    callers.ask("theirs", company="b")
    await callers.settle()
    assert callers.begun[AT_ONCE:] == ["theirs"]


async def test_leave_that_comes_when_nobody_waits_any_more_costs_nothing(sqlite_url: str) -> None:
    clock = RealClock()
    database = Database(sqlite_url)
    slots = DatabaseSlots(database, clock, PATIENCE)
    pacer = ErpPacer(slots, clock, background=CATALOGUE)
    callers = Callers(pacer, clock)
    other = make_engine(sqlite_url)
    # While somebody else writes, leave cannot be given.
    with other.begin():
        callers.ask("impatient")
        await callers.settle()
        await callers.give_up("impatient")

    def free(c: sa.Connection) -> bool:
        """Leave was given, and no slot is taken."""
        return bool(c.scalar(sa.select(company.c.id))) and not c.scalar(sa.select(sa.func.count()).select_from(slot))

    async with asyncio.timeout(10):
        while not await database.read(free):
            await callers.settle()
    assert callers.begun == []
    await pacer.close()
    database.close()
    other.dispose()
