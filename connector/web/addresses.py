"""Whose a secret address is, remembered for a moment: each message would cost a read otherwise.

A rotation or an uninstallation in this process acts at once (`forget`), one in another process within
`REMEMBERED` seconds.
"""

from __future__ import annotations

import asyncio

from connector.flows.env import Env
from connector.flows.intake import PATIENCE
from connector.store import stores
from connector.store.stores import Door

# Real seconds.
REMEMBERED = 2.0


class Addresses:
    """Known addresses by their mark. Unknown ones are not remembered: there is no end of them."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._known: dict[str, tuple[Door, float]] = {}
        self._changes = 0

    async def find(self, secret: str) -> Door | None:
        """The door of an address that is open or was closed by an uninstallation; None for any other.

        Raises TimeoutError where the database has to be asked and does not answer in time.
        """
        mark = self._env.vault.mark(secret)
        known = self._known.get(mark)
        door = known[0] if known and known[1] > asyncio.get_running_loop().time() else await self._read(mark)
        if door is None or (door.until is not None and door.until <= self._env.clock.now()):
            return None
        return door

    async def _read(self, mark: str) -> Door | None:
        changes = self._changes
        # Only around the reading: a timer for each message would cost about as much as the look-up itself.
        async with asyncio.timeout(PATIENCE):
            door = await self._env.db.read(stores.door, mark)
        if door is None:
            self._known.pop(mark, None)
        elif changes == self._changes:
            # What was read while something changed may be older than the change.
            self._known[mark] = (door, asyncio.get_running_loop().time() + REMEMBERED)
        return door

    def forget(self) -> None:
        """An address was opened or closed."""
        self._changes += 1
        self._known.clear()
