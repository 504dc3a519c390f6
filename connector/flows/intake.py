"""Messages of the ERP on their way into the database: what comes while one batch is committed makes the next.

So a message costs a row and a share of a commit, and waits for nothing but the commit before its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

Messages = Sequence[tuple[int, str]]

_MOST = 512

# Characters that may wait or be under way: a database that does not answer must not fill the memory.
_ROOM = 32 * 2**20

# Real seconds. The shop waits five for an answer (webstore-api §11.3), the ERP an unknown time.
PATIENCE = 4.0


class NotKept(Exception):
    """The database did not take it, or not in time: whoever sent it is to send it again."""


@dataclass(frozen=True)
class _Arrival:
    store_id: int
    body: str
    kept: asyncio.Future[None]


class Intake:
    """`write` commits messages together; what one of them breaks does not undo the others."""

    def __init__(self, write: Callable[[Messages], Awaitable[None]], *, patience: float = PATIENCE) -> None:
        self._write = write
        self._patience = patience
        self._waiting: list[_Arrival] = []
        self._size = 0
        self._worker: asyncio.Task[None] | None = None

    async def keep(self, store_id: int, body: str) -> None:
        """Return once it is durable. Raises NotKept."""
        if self._size + len(body) > _ROOM:
            raise NotKept("too much waits already")
        self._size += len(body)
        arrival = _Arrival(store_id, body, asyncio.get_running_loop().create_future())
        self._waiting.append(arrival)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work_off())
        await arrival.kept

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                await self._settle(batch)
        finally:
            self._worker = None

    async def _gather(self) -> None:
        """Let in what the loop has ready already: a commit costs as much as a dozen messages. No time is waited."""
        before = 0
        while before < len(self._waiting) < _MOST:
            before = len(self._waiting)
            await asyncio.sleep(0)

    async def _settle(self, batch: list[_Arrival]) -> None:
        """Commit a batch and tell everybody in it. Where that takes too long, nobody waits any longer."""
        commit = asyncio.ensure_future(self._commit(batch))
        commit.add_done_callback(lambda _: self._gone(batch))
        done, _ = await asyncio.wait({commit}, timeout=self._patience)
        if not done:
            # It may still be committed, and is then kept twice: a message says how things are, not what to add.
            waiting, self._waiting = self._waiting, []
            self._gone(waiting)
            _tell(batch + waiting, NotKept("the database does not answer"))

    def _gone(self, arrivals: list[_Arrival]) -> None:
        self._size -= sum(len(arrival.body) for arrival in arrivals)

    async def _commit(self, batch: list[_Arrival]) -> None:
        try:
            await self._write([(arrival.store_id, arrival.body) for arrival in batch])
        except (sa.exc.DataError, sa.exc.IntegrityError) as error:
            if len(batch) > 1:
                for arrival in batch:
                    await self._commit([arrival])
            else:
                _tell(batch, NotKept(type(error).__name__))
        except sa.exc.SQLAlchemyError as error:
            _tell(batch, NotKept(type(error).__name__))
        except BaseException as error:  # handed to the handlers, which answer for it
            _tell(batch, error)
        else:
            _tell(batch, None)


def _tell(batch: list[_Arrival], error: BaseException | None) -> None:
    for arrival in batch:
        # Done already where its sender went away.
        if arrival.kept.done():
            continue
        if error is None:
            arrival.kept.set_result(None)
        else:
            arrival.kept.set_exception(error)
