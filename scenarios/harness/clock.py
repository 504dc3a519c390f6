"""The three clocks (real, scaled, virtual) and a world's own clock on top of one of them.

Real: the wall. Scaled: an epoch and a rate shared by several processes, so that their minutes pass
alike. Virtual: the time of the event loop, which a loop such as looptime's jumps forward. A program
is given one of them and reads time nowhere else.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BRASILIA = ZoneInfo("America/Sao_Paulo")

# Where virtual time starts unless a run says otherwise: a Monday morning in Brasília.
VIRTUAL_START = datetime(2026, 8, 3, 8, 0, tzinfo=BRASILIA)


class Clock(Protocol):
    """Tells the time and waits."""

    @property
    def rate(self) -> float:
        """How many of its seconds pass in one second of the event loop."""
        ...

    def now(self) -> datetime:
        """The time, with its zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds of this clock."""
        ...


class RealClock:
    """The wall clock."""

    rate = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


@dataclass(frozen=True)
class ScaledClock:
    """Time that runs `rate` times as fast as the wall since `wall_start` (Unix seconds)."""

    wall_start: float
    start: datetime
    rate: float

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(time.time() - self.wall_start) * self.rate)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.rate)

    def spec(self) -> str:
        """The text that gives another process the same clock; `parse_clock` reads it."""
        return f"scaled:{self.wall_start!r}:{self.start.timestamp()!r}:{self.rate!r}"


class VirtualClock:
    """The time of the running event loop, counted from `start`; only for one loop in one process."""

    rate = 1.0

    def __init__(self, start: datetime = VIRTUAL_START) -> None:
        self._start = start
        self._zero: float | None = None

    def now(self) -> datetime:
        moment = asyncio.get_running_loop().time()
        if self._zero is None:
            self._zero = moment
        return self._start + timedelta(seconds=moment - self._zero)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class StandingClock:
    """Time stands still at `VIRTUAL_START`: only `WorldClock.advance` moves a world on."""

    rate = 1.0

    def now(self) -> datetime:
        return VIRTUAL_START

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.get_running_loop().create_future()


def parse_clock(spec: str) -> Clock:
    """A clock from `real` or `scaled:<unix start>:<scaled unix start>:<rate>`; ValueError says what is wrong."""
    if spec == "real":
        return RealClock()
    kind, *rest = spec.split(":")
    if kind != "scaled" or len(rest) != 3:
        raise ValueError(f"clock {spec!r}: give 'real' or 'scaled:<unix start>:<scaled unix start>:<rate>'")
    try:
        wall_start, start, rate = (float(text) for text in rest)
    except ValueError:
        raise ValueError(f"clock {spec!r}: the three parts after 'scaled:' must be numbers") from None
    if not (math.isfinite(wall_start) and math.isfinite(rate) and rate > 0):
        raise ValueError(f"clock {spec!r}: the wall's start must be finite and the rate above zero")
    try:
        return ScaledClock(wall_start, datetime.fromtimestamp(start, UTC), rate)
    except (ValueError, OverflowError):
        raise ValueError(f"clock {spec!r}: no date is {start!r} seconds from 1970") from None


class WorldClock:
    """One world's time: the program's clock plus what the control door has advanced it by."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._ahead = timedelta(0)
        self._moved = asyncio.Event()

    @property
    def rate(self) -> float:
        return self._base.rate

    def now(self) -> datetime:
        return self._base.now() + self._ahead

    def advance(self, seconds: float) -> datetime:
        """Jump forward and wake every sleeper whose time has come. ValueError if negative or beyond year 9999."""
        if seconds < 0:
            raise ValueError("a clock only moves forward: seconds must be 0 or more")
        try:
            ahead = self._ahead + timedelta(seconds=seconds)
            _ = self._base.now() + ahead
        except OverflowError:
            raise ValueError(f"{seconds!r} seconds ahead there is no date any more") from None
        self._ahead = ahead
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        return self.now()

    def resume_at(self, moment: datetime) -> None:
        """Have it be this moment now, as for a world that was saved; nobody may be sleeping yet."""
        self._ahead = moment - self._base.now()

    async def sleep(self, seconds: float) -> None:
        deadline = self.now() + timedelta(seconds=seconds)
        while (left := (deadline - self.now()).total_seconds()) > 0:
            moved = asyncio.ensure_future(self._moved.wait())
            timer = asyncio.ensure_future(self._base.sleep(left))
            try:
                await asyncio.wait({moved, timer}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                moved.cancel()
                timer.cancel()
