"""Those who wait for leave to call are told when the database fails, and do not wait for ever."""

import asyncio

import pytest

from connector.clients.pacer import ErpPacer
from connector.clock import RealClock
from connector.core.purpose import Purpose

CALLERS = 8


class Slots:
    """Fails as often as told, then gives slots."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.given = 0

    async def take(self, company: str, urgent: bool) -> int:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database went away")
        self.given += 1
        return self.given

    async def answered(self, company: str, slot_id: int, limit: int | None, service: str, purpose: Purpose) -> None:
        return

    async def unused(self, slot_id: int) -> None:
        return

    async def rest(self, company: str, seconds: float, quota_used_up: bool) -> None:
        return


async def call(pacer: ErpPacer) -> int:
    async with pacer.call("company", 0, "info.php", Purpose.ACCOUNT) as leave:
        return leave.slot_id


async def test_all_who_wait_are_told_of_the_failure():
    pacer = ErpPacer(Slots(failures=1), RealClock(), background=4)
    results = await asyncio.gather(*(call(pacer) for _ in range(CALLERS)), return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionError] * CALLERS
    await pacer.close()


async def test_the_next_call_is_made_as_if_nothing_had_happened():
    pacer = ErpPacer(Slots(failures=1), RealClock(), background=4)
    with pytest.raises(ConnectionError):
        await call(pacer)
    assert await call(pacer) == 1
    await pacer.close()
