"""What can be done to the connector while a story is played, wherever its processes are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass
class Down:
    """A time without the connector, however it ended; `to` is None while it lasts."""

    since: datetime
    to: datetime | None = None


class Deathbed(Protocol):
    """What can be done to the connector. `deaths` counts how often it died, `downs` tell when it was not there.

    `points` are those at which it was to die and has not yet, `passed` those that it has passed, as far as they can be
    known from here (`connector.crash`).
    """

    points: list[str]
    deaths: int
    downs: list[Down]

    @property
    def passed(self) -> tuple[str, ...]: ...

    async def kill(self, down: float) -> None:
        """End it at once, and start it again after so many seconds of the clock."""
        ...

    async def die_at(self, point: str, down: float) -> None:
        """Have it die when it next passes a named point (`connector.crash`), and start it again after that."""
        ...

    async def stop(self) -> None:
        """Stop it in good order."""
        ...

    async def start(self) -> None:
        """Start it on its database."""
        ...
