"""The connector's clock. Composition roots choose it; everything else is given it.

Real: the wall. Scaled: a start and a rate shared with other processes (demo, load). Virtual: the
event loop's own time, for one loop that a test or a scenario run moves forward.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time (UTC) and waits."""

    @property
    def rate(self) -> float:
        """Its seconds in one second of the wall; time-outs and leases, which guard against real trouble, use it."""
        ...

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class RealClock:
    """The wall clock."""

    rate = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


@dataclass(frozen=True)
class ScaledClock:
    """`rate` seconds pass in each second of the wall since `wall_start` (Unix seconds)."""

    wall_start: float
    start: datetime
    rate: float

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(time.time() - self.wall_start) * self.rate)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.rate)

    def spec(self) -> str:
        """The text that gives another process the same clock."""
        return f"scaled:{self.wall_start!r}:{self.start.timestamp()!r}:{self.rate!r}"


class LoopClock:
    """The running event loop's time, counted from `start`."""

    rate = 1.0

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._zero: float | None = None

    def now(self) -> datetime:
        moment = asyncio.get_running_loop().time()
        if self._zero is None:
            self._zero = moment
        return (self._start + timedelta(seconds=moment - self._zero)).astimezone(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


async def sleep_or(clock: Clock, seconds: float, event: asyncio.Event) -> None:
    """Return after that many seconds of the clock, or as soon as the event is set."""
    timer = asyncio.ensure_future(clock.sleep(seconds))
    woken = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({timer, woken}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
        woken.cancel()


def parse_clock(spec: str) -> Clock:
    """A clock from `real` or `scaled:<unix start>:<scaled unix start>:<rate>`. Raises ValueError."""
    if spec == "real":
        return RealClock()
    parts = spec.split(":")
    try:
        kind, wall_start, start, rate = parts[0], *(float(part) for part in parts[1:])
    except ValueError:
        raise ValueError(f"{spec!r} is no clock: give 'real' or 'scaled:<start>:<scaled start>:<rate>'") from None
    if kind != "scaled" or rate <= 0:
        raise ValueError(f"{spec!r} is no clock: the kind is 'real' or 'scaled', the rate above zero")
    return ScaledClock(wall_start, datetime.fromtimestamp(start, UTC), rate)
