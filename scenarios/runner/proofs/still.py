"""The end of a story stands still: whatever is looked at then is read once, however many rules look at it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from connector.demo.doors import Door
from scenarios.harness.clock import Clock
from scenarios.runner.deathbed import Deathbed
from scenarios.runner.scene import Scene
from scenarios.runner.theatre import Theatre


class StillDoor(Door):
    """Answers from what it has read of another door. Whoever gets an answer must not change it."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._read: dict[str, Any] = {}

    async def get(self, path: str) -> Any:
        if path not in self._read:
            self._read[path] = await self._door.get(path)
        return self._read[path]

    async def send(self, method: str, path: str, document: Any) -> Any:
        raise TypeError(f"nothing is done at the end of a story: {method} {path}")


@dataclass(kw_only=True)
class _StillTheatre:
    clock: Clock
    http: ClientSession
    erps: dict[str, Door]
    shop: Door
    erp_door_url: str
    connector_url: str | None
    folder: Path | None
    patience: float
    takeover: float
    folder_of_story: Path
    connector: Deathbed

    async def close(self) -> None:
        """Whoever has opened the theatre closes it."""


def still(scenes: Iterable[Scene]) -> list[Scene]:
    """The same scenes, before doors that are read once."""
    found = list(scenes)
    theatre = _still(found[0].theatre)
    return [replace(scene, theatre=theatre) for scene in found]


def _still(theatre: Theatre) -> Theatre:
    return _StillTheatre(
        clock=theatre.clock,
        http=theatre.http,
        erps={name: StillDoor(door) for name, door in theatre.erps.items()},
        shop=StillDoor(theatre.shop),
        erp_door_url=theatre.erp_door_url,
        connector_url=theatre.connector_url,
        folder=theatre.folder,
        patience=theatre.patience,
        takeover=theatre.takeover,
        folder_of_story=theatre.folder_of_story,
        connector=theatre.connector,
    )
