"""PostgreSQL tells workers in other processes that there is new work (LISTEN/NOTIFY); the poll is only the net.

A process tells after its commit and at most every `_GAP` seconds, so that a burst costs one word. One that dies in
between has told nobody: then the poll finds its work.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

import psycopg
import sqlalchemy as sa

CHANNEL = "connector_work"

_GAP = 0.02
_AGAIN = 1.0


class Wakeups:
    """Between the processes on one database. `wake` is called when another one has new work, or may have had."""

    def __init__(self, url: str, wake: Callable[[], None]) -> None:
        parsed = sa.make_url(url).set(drivername="postgresql")
        self._address = parsed.render_as_string(hide_password=False)
        self._wake = wake
        self._me = secrets.token_hex(8)
        self._news = asyncio.Event()

    def tell(self) -> None:
        """This process has new work."""
        self._news.set()

    async def run(self) -> None:
        """Listen and tell until cancelled; a lost connection is made anew."""
        await asyncio.gather(self._again_and_again(self._listen), self._again_and_again(self._speak))

    async def _again_and_again(self, talk: Callable[[psycopg.AsyncConnection], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._address, autocommit=True, connect_timeout=3, keepalives_idle=10
                ) as connection:
                    await talk(connection)
            except psycopg.Error:
                await asyncio.sleep(_AGAIN)

    async def _listen(self, connection: psycopg.AsyncConnection) -> None:
        await connection.execute(f"LISTEN {CHANNEL}")
        # What was told while nobody listened.
        self._wake()
        async for notice in connection.notifies():
            if notice.payload != self._me:
                self._wake()

    async def _speak(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, self._me))
            except psycopg.Error:
                self._news.set()
                raise
            await asyncio.sleep(_GAP)
