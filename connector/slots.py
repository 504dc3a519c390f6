"""The pacer's slots, kept in the database, where every process shares them."""

from __future__ import annotations

from datetime import timedelta

from connector.clock import Clock
from connector.core.pace import Wait
from connector.core.purpose import Purpose
from connector.store import pace
from connector.store.engine import Database


class DatabaseSlots:
    """`patience` is the longest time until a call's answer, by the clock."""

    def __init__(self, db: Database, clock: Clock, patience: timedelta) -> None:
        self._db = db
        self._clock = clock
        self._patience = patience

    async def take(self, company: str, urgent: bool) -> int | Wait:
        return await self._db.write(pace.take, company, self._clock.now(), urgent, self._patience)

    async def answered(self, company: str, slot_id: int, limit: int | None, service: str, purpose: Purpose) -> None:
        await self._db.write(pace.answered, company, slot_id, self._clock.now(), limit, service, purpose)

    async def unused(self, slot_id: int) -> None:
        await self._db.write(pace.unused, slot_id)

    async def rest(self, company: str, seconds: float, quota_used_up: bool) -> None:
        now, rest = self._clock.now(), timedelta(seconds=seconds)
        await self._db.write(pace.share if quota_used_up else pace.rest, company, now, rest)
