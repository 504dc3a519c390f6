"""The database: one place that runs store functions, each in a transaction, and tells who waits for work.

SQLite (WAL, synchronous=FULL) has one writer thread that commits whatever has piled up in one
transaction; each caller has a savepoint, so that one's failure does not undo its neighbours.
PostgreSQL has a pool of threads. In virtual time everything runs inline on the event loop with
synchronous=OFF, since work in threads would race the clock (decisions §15).
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

P = ParamSpec("P")
T = TypeVar("T")

ENQUEUED = "enqueued"

__all__ = ["ENQUEUED", "Connection", "Database", "DatabaseError", "make_engine"]


class DatabaseError(Exception):
    """The database cannot be used; the text says why and what to do."""


def make_engine(url: str, *, durable: bool = True, writes: bool = True) -> Engine:
    """An engine with our settings. Raises DatabaseError for an address that is none of the two kinds."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise DatabaseError("CONNECTOR_DATABASE_URL is no database address; try sqlite:///connector.sqlite3") from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        address = parsed.set(drivername="postgresql+psycopg")
        return sa.create_engine(address, pool_size=8, max_overflow=0, hide_parameters=True)
    if backend != "sqlite":
        raise DatabaseError(f"CONNECTOR_DATABASE_URL names {backend}; use sqlite:///file or postgresql://…")
    return _sqlite_engine(parsed, durable, writes)


def _sqlite_engine(url: sa.URL, durable: bool, writes: bool) -> Engine:
    if url.database and not Path(url.database).absolute().parent.is_dir():
        raise DatabaseError(f"the folder of {url.database} does not exist: create it or change CONNECTOR_DATABASE_URL")
    # Parameters are bodies, names and sealed secrets: nothing for a log.
    engine = sa.create_engine(
        url, poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
    )

    @sa.event.listens_for(engine, "connect")
    def _settings(connection: Any, _: Any) -> None:
        # No implicit BEGIN by the driver: ours below says IMMEDIATE, so that a writer never fails half-way.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'OFF'}",
            "foreign_keys=ON",
            "busy_timeout=10000",
            f"query_only={'OFF' if writes else 'ON'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class Database:
    """Runs `fn(connection, *args)` in a transaction. `on_enqueued` is called when new work was committed.

    `at` is told before and after each commit (see `connector.crash`).
    """

    def __init__(self, url: str, *, inline: bool = False, at: Callable[[str], None] = lambda _: None) -> None:
        self.on_enqueued: Callable[[], None] = lambda: None
        self._at = at
        self._runner = _runner(url, inline)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, from a transaction that must not write."""
        result, _ = await self._runner.read(lambda c: fn(c, *args, **kwargs))
        return result  # type: ignore[no-any-return]  # the runner is not generic

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result once it is committed (durable, in real time)."""
        name = f"{fn.__module__.rpartition('.')[2]}.{fn.__name__}"
        self._at(f"before-commit:{name}")
        result, enqueued = await self._runner.write(lambda c: fn(c, *args, **kwargs))
        self._at(f"after-commit:{name}")
        if enqueued:
            self.on_enqueued()
        return result  # type: ignore[no-any-return]  # the runner is not generic

    def close(self) -> None:
        self._runner.close()


_Job = Callable[[Connection], Any]


def _runner(url: str, inline: bool) -> _Inline | _Threads | _GroupCommit:
    if inline:
        return _Inline(make_engine(url, durable=False))
    if sa.make_url(url).get_backend_name() == "postgresql":
        return _Threads(make_engine(url))
    return _GroupCommit(make_engine(url), make_engine(url, writes=False))


def _run(connection: Connection, job: _Job) -> tuple[Any, bool]:
    connection.info.pop(ENQUEUED, None)
    result = job(connection)
    return result, bool(connection.info.pop(ENQUEUED, False))


class _Inline:
    """Virtual time: on the loop's own thread, one transaction each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection = engine.connect()

    async def write(self, job: _Job) -> tuple[Any, bool]:
        with self._connection.begin():
            return _run(self._connection, job)

    read = write

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


class _Threads:
    """PostgreSQL: as many transactions at once as the pool has connections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="database")

    def _transaction(self, job: _Job) -> tuple[Any, bool]:
        with self._engine.begin() as connection:
            return _run(connection, job)

    async def write(self, job: _Job) -> tuple[Any, bool]:
        # Shielded, as in the group commit: a caller that goes away does not take its write along.
        return await asyncio.shield(self._in_thread(job))

    async def read(self, job: _Job) -> tuple[Any, bool]:
        return await self._in_thread(job)

    def _in_thread(self, job: _Job) -> asyncio.Future[tuple[Any, bool]]:
        return asyncio.get_running_loop().run_in_executor(self._pool, self._transaction, job)

    def close(self) -> None:
        self._pool.shutdown()
        self._engine.dispose()


class _GroupCommit:
    """SQLite: one writer that commits what has piled up, and one reader beside it."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer, self._reader = writer, reader
        self._waiting: queue.SimpleQueue[tuple[_Job, Future[tuple[Any, bool]]] | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="database-reader")
        self._thread = threading.Thread(target=self._work, name="database-writer", daemon=True)
        self._thread.start()

    async def write(self, job: _Job) -> tuple[Any, bool]:
        future: Future[tuple[Any, bool]] = Future()
        self._waiting.put((job, future))
        # Shielded: once it is in the queue it is committed, whether or not the caller still waits.
        return await asyncio.shield(asyncio.wrap_future(future))

    async def read(self, job: _Job) -> tuple[Any, bool]:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    def _read(self, job: _Job) -> tuple[Any, bool]:
        with self._reader.begin() as connection:
            return _run(connection, job)

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < 512:
                try:
                    more = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    self._waiting.put(None)
                    break
                batch.append(more)
            self._commit(batch)

    def _commit(self, batch: list[tuple[_Job, Future[tuple[Any, bool]]]]) -> None:
        outcomes: list[tuple[Future[tuple[Any, bool]], Any, BaseException | None]] = []
        try:
            with self._writer.begin() as connection:
                for job, future in batch:
                    try:
                        with connection.begin_nested():
                            outcomes.append((future, _run(connection, job), None))
                    except Exception as error:  # handed to the caller whose job it was
                        outcomes.append((future, None, error))
        except Exception as error:  # the commit itself failed: nobody's job is done
            outcomes = [(future, None, error) for _, future in batch]
        for future, result, failure in outcomes:
            if failure is not None:
                future.set_exception(failure)
            else:
                future.set_result(result)

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()
        self._readers.shutdown()
        self._writer.dispose()
        self._reader.dispose()
