"""Worlds: isolated copies of a fake's state in one process, each with its own clock, seed, journal and faults."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Generic, TypeVar

from scenarios.harness.clock import Clock, WorldClock
from scenarios.harness.faults import Faults
from scenarios.harness.journal import DEFAULT_LIMIT, Journal

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class WorldError(ValueError):
    """A world cannot be made or found; the text says why."""


class NoSuchWorld(WorldError):
    """There is no world of that name."""


class World:
    """What every world has. A fake's own world derives from it and adds the state.

    `random` is seeded by name and seed, so that worlds made alike behave alike whatever else runs.
    """

    def __init__(self, name: str, seed: int, clock: Clock, faults: Faults, journal_limit: int = DEFAULT_LIMIT) -> None:
        if not _NAME.fullmatch(name):
            raise WorldError(f"world name {name!r}: use 1 to 40 of a-z, 0-9 and '-', beginning with a letter or digit")
        self.name = name
        self.seed = seed
        # What all that is random is drawn from; a world that was saved keeps it under another name.
        self.origin = f"{name}:{seed}"
        self.random = random.Random(self.origin)
        self.clock = WorldClock(clock)
        self.journal = Journal(self.clock.now, journal_limit)
        self.faults = faults

    async def close(self) -> None:
        """Stop what runs in the background. Derived worlds extend it."""


W = TypeVar("W", bound=World)


class Worlds(Generic[W]):
    """The worlds of one program, by name."""

    def __init__(self) -> None:
        self._worlds: dict[str, W] = {}

    def add(self, world: W) -> W:
        self.require_new(world.name)
        self._worlds[world.name] = world
        return world

    def require_new(self, name: str) -> None:
        """Raise WorldError if a world has this name."""
        if name in self._worlds:
            raise WorldError(f"there is a world {name!r} already: delete it first or take another name")

    def get(self, name: str) -> W:
        try:
            return self._worlds[name]
        except KeyError:
            known = ", ".join(sorted(self._worlds)) or "none yet"
            raise NoSuchWorld(f"no world {name!r}; known: {known}") from None

    def find(self, name: str) -> W | None:
        return self._worlds.get(name)

    async def remove(self, name: str) -> None:
        world = self.get(name)
        del self._worlds[name]
        await world.close()

    async def close(self) -> None:
        for name in list(self._worlds):
            await self.remove(name)

    def __iter__(self) -> Iterator[W]:
        return iter(list(self._worlds.values()))

    def __len__(self) -> int:
        return len(self._worlds)
