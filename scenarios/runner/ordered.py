"""Trouble as the control doors list it: what was there before a story, what it has not met, what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import ClientError

from connector.demo.doors import Door
from connector.demo.errors import DemoError
from scenarios.runner.cast import Cast
from scenarios.runner.scene import Document

_AT_ERP, _AT_SHOP = ("/faults", "/outages"), ("/faults", "/webhooks/faults")


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """A fault by count or an outage, as its door shows it."""

    door: Door
    path: str
    shown: Document

    @property
    def key(self) -> tuple[str, int]:
        return f"{self.door.address}{self.path}", self.shown["number"]

    @property
    def is_to_come(self) -> bool:
        """Whether something may still meet it."""
        return "until" in self.shown or self.shown["left"] > 0

    @property
    def told(self) -> str:
        if "until" in self.shown:
            return f"{self.shown['what']} of every call until {self.shown['until']}"
        return f"{self.shown['what']} of {self.shown['call']}: met {self.shown['met']} of {self.shown['calls']}"


async def listed(cast: Cast) -> list[Ordered]:
    """All that is ordered in the accounts and in the platform."""
    return [Ordered(door=door, path=path, shown=shown) for door, path in _lists(cast) for shown in await door.get(path)]


def _lists(cast: Cast) -> Iterator[tuple[Door, str]]:
    theatre = next(iter(cast)).theatre
    yield from ((door, path) for door in theatre.erps.values() for path in _AT_ERP)
    yield from ((theatre.shop, path) for path in _AT_SHOP)


async def found(cast: Cast) -> list[str]:
    """Remember what is ordered already, which is none of the story's; returns what of it is still to come, in words."""
    there = await listed(cast)
    cast.memory.ordered_before = frozenset(one.key for one in there)
    return [one.told for one in there if one.is_to_come]


async def unmet(cast: Cast) -> list[str]:
    """The story's faults by count that were not met as often: what they were to show was not shown."""
    return [one.told for one in await _mine(cast) if "left" in one.shown and one.is_to_come]


async def take_back(cast: Cast) -> list[str]:
    """Take back all that was ordered since the story began; returns what is left all the same, in words."""
    try:
        for one in await _mine(cast):
            # It may be over by now.
            with suppress(DemoError):
                await one.door.send("DELETE", f"{one.path}?number={one.shown['number']}", {})
        return [one.told for one in await _mine(cast)]
    except (DemoError, ClientError, TimeoutError) as error:
        return [str(error) or type(error).__name__]


async def _mine(cast: Cast) -> list[Ordered]:
    return [one for one in await listed(cast) if one.key not in cast.memory.ordered_before]
