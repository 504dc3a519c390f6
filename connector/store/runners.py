"""How transactions are run: on the loop itself, by a pool of threads, or by one writer that commits what piles up."""

from __future__ import annotations

import asyncio
import contextlib
import math
import queue
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

# What a function may note on its connection (`c.info[…] = True`), to be told once it is committed: that there is new
# work, or that a secret address was opened or closed.
ENQUEUED, DOORS = "enqueued", "doors"

# Of one batch: more waiting jobs than this are committed in several. So are those of more seconds than this, or than
# the last commit took where that is more: what comes meanwhile waits, but on a slow disk few commits must do much.
# Never so long that a door would lose its patience.
_MOST = 512
_LONGEST, _LONGEST_EVER = 0.02, 0.5

# PostgreSQL has undone a whole transaction because of another one (a deadlock, a conflict): nothing was done, and it is
# done again at once.
_UNDONE = ("40P01", "40001")
_TRIES = 5

# Transactions at once on PostgreSQL, and those of the doors beside them; the pool has a connection for each.
THREADS, DOOR_THREADS = 8, 2

Job = Callable[[Connection], Any]
Ran = tuple[Any, frozenset[str]]


def run(connection: Connection, job: Job) -> Ran:
    """The job's result, and what it has noted."""
    notes = (ENQUEUED, DOORS)
    for note in notes:
        connection.info.pop(note, None)
    result = job(connection)
    return result, frozenset(note for note in notes if connection.info.pop(note, False))


class Inline:
    """Virtual time: on the loop's own thread, one transaction each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection = engine.connect()

    async def write(self, job: Job, *, is_first: bool = False, is_one: bool = False) -> Ran:
        with self._connection.begin():
            return run(self._connection, job)

    read = write

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


class Threads:
    """PostgreSQL: as many transactions at once as the pool has connections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="database")
        self._doors = ThreadPoolExecutor(DOOR_THREADS, thread_name_prefix="database-doors")

    def _done(self, run_it: Callable[[Job], Ran], job: Job) -> Ran:
        for _ in range(_TRIES - 1):
            try:
                return run_it(job)
            except sa.exc.DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _UNDONE:
                    raise
        return run_it(job)

    def _transaction(self, job: Job) -> Ran:
        with self._engine.begin() as connection:
            return run(connection, job)

    def _by_itself(self, job: Job) -> Ran:
        # Each statement is a transaction: it sees the newest rows as it would in one of its own, which costs two round
        # trips more.
        with self._engine.connect() as connection:
            return run(connection.execution_options(isolation_level="AUTOCOMMIT"), job)

    async def write(self, job: Job, *, is_first: bool = False, is_one: bool = False) -> Ran:
        pool, run_it = self._doors if is_first else self._pool, self._by_itself if is_one else self._transaction
        # Shielded, as in the group commit: a caller that goes away does not take its write along.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(pool, self._done, run_it, job))

    async def read(self, job: Job) -> Ran:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._by_itself, job)

    def close(self) -> None:
        self._pool.shutdown()
        self._doors.shutdown()
        self._engine.dispose()


@dataclass(frozen=True)
class _Waiting:
    """A job, and who waits for its outcome."""

    job: Job
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Ran]
    is_first: bool


_Outcome = tuple[asyncio.Future[Ran], Ran | BaseException]


class GroupCommit:
    """SQLite: one writer that commits what has piled up, and one reader beside it."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer, self._reader = writer, reader
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._first: deque[_Waiting] = deque()
        self._others: deque[_Waiting] = deque()
        self._is_closing = False
        self._longest = _LONGEST
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="database-reader")
        self._thread = threading.Thread(target=self._work, name="database-writer", daemon=True)
        self._thread.start()

    def write(self, job: Job, *, is_first: bool = False, is_one: bool = False) -> asyncio.Future[Ran]:
        # Once it is in the queue it is committed, whether or not the caller still waits.
        loop = asyncio.get_running_loop()
        waiting = _Waiting(job, loop, loop.create_future(), is_first)
        self._queue.put(waiting)
        return waiting.future

    def read(self, job: Job) -> asyncio.Future[Ran]:
        return asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    def _read(self, job: Job) -> Ran:
        with self._reader.begin() as connection:
            return run(connection, job)

    def _work(self) -> None:
        while self._await_work():
            if len(self._first) + len(self._others) == 1:
                batch = [self._next()]
                self._tell(batch, [self._commit_alone(batch[0].job)])
            else:
                self._tell(*self._commit())

    def _await_work(self) -> bool:
        """Until there is some; False when all is done."""
        if not (self._first or self._others or self._is_closing):
            self._put_in_order(self._queue.get())
        self._take_in()
        return bool(self._first or self._others)

    def _take_in(self) -> None:
        """What was put in the queue meanwhile."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._put_in_order(self._queue.get_nowait())

    def _put_in_order(self, more: _Waiting | None) -> None:
        if more is None:
            self._is_closing = True
        else:
            (self._first if more.is_first else self._others).append(more)

    def _next(self) -> _Waiting:
        return (self._first or self._others).popleft()

    def _batch(self) -> Iterator[_Waiting]:
        """What goes first, also what comes meanwhile; of the others as many as there is time for, at least one."""
        until = math.inf
        for _ in range(_MOST):
            if not self._first:
                until = min(until, time.monotonic() + self._longest)
            yield self._next()
            self._take_in()
            if not self._first and (not self._others or time.monotonic() > until):
                return

    def _commit_alone(self, job: Job) -> Ran | BaseException:
        """Without a savepoint, which costs two statements: there are no neighbours to keep."""
        try:
            with self._writer.begin() as connection:
                ran = run(connection, job)
                if not _is_open(connection):
                    raise sa.exc.InternalError("COMMIT", None, RuntimeError("SQLite has undone the transaction"))
        except Exception as error:  # handed to the caller whose job it was
            return error
        return ran

    def _commit(self) -> tuple[list[_Waiting], list[Ran | BaseException]]:
        """A batch and its outcomes."""
        batch: list[_Waiting] = []
        outcomes: list[Ran | BaseException] = []
        try:
            with self._writer.begin() as connection:
                for waiting in self._batch():
                    batch.append(waiting)
                    outcomes.append(_with_savepoint(connection, waiting.job))
                begun = time.monotonic()
            self._longest = min(max(_LONGEST, time.monotonic() - begun), _LONGEST_EVER)
        except Exception as error:  # the commit itself failed: nobody's job is done
            # Where not even a transaction could begin, nobody waits for the next attempt.
            batch = batch or [self._next() for _ in range(len(self._first) + len(self._others))]
            return batch, [error] * len(batch)
        return batch, outcomes

    def _tell(self, batch: list[_Waiting], outcomes: list[Ran | BaseException]) -> None:
        """Wake each loop once, for all that it waits for."""
        by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = defaultdict(list)
        for waiting, outcome in zip(batch, outcomes, strict=True):
            by_loop[waiting.loop].append((waiting.future, outcome))
        for loop, settled in by_loop.items():
            # A loop that has ended waits for nothing any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, settled)

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()
        self._readers.shutdown()
        self._writer.dispose()
        self._reader.dispose()


def _with_savepoint(connection: Connection, job: Job) -> Ran | BaseException:
    """The job's outcome, of whose failure nothing is left. Raises where the whole transaction is lost.

    Not by `begin_nested`, which makes up a name and compiles two statements for each: a fifth of the writer's time.
    """
    connection.exec_driver_sql("SAVEPOINT job")
    try:
        ran = run(connection, job)
    except Exception as error:  # handed to the caller whose job it was
        if not _is_open(connection):
            raise
        connection.exec_driver_sql("ROLLBACK TO job")
        connection.exec_driver_sql("RELEASE job")
        return error
    connection.exec_driver_sql("RELEASE job")
    return ran


def _is_open(connection: Connection) -> bool:
    """Whether the transaction still stands: SQLite undoes all of it by itself when the disk is full or fails.

    Its driver would say nothing at the commit, and the neighbours' jobs would seem to be done.
    """
    return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]  # SQLite's own


def _settle(outcomes: list[_Outcome]) -> None:
    for future, outcome in outcomes:
        if future.done():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
