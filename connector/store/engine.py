"""The database: one place that runs store functions, each in a transaction, and tells who waits for work.

SQLite (WAL, synchronous=FULL) has one writer thread that commits what has piled up in a few
transactions, what came to a door first; each caller has a savepoint, so that one's failure does not
undo its neighbours. PostgreSQL has a pool of threads, and a small one for the doors. In virtual
time everything runs inline on the event loop with synchronous=OFF, since work in threads would
race the clock (decisions §15).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from connector.store import alike
from connector.store.runners import DOOR_THREADS, DOORS, ENQUEUED, THREADS, GroupCommit, Inline, Job, Threads

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["DOORS", "ENQUEUED", "REFUSALS", "Connection", "Database", "DatabaseError", "make_engine"]

# A server that is gone without a word is noticed in seconds, so that a door can say that it keeps nothing now.
_POSTGRES = {
    "application_name": "connector",
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

# The database is full, read-only, locked or away: nobody's mistake but its own.
REFUSALS = (sa.exc.OperationalError, sa.exc.InternalError)
_LATELY = 60.0


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
        options = {**_POSTGRES, **parsed.query}
        most: dict[str, Any] = {"pool_size": THREADS + DOOR_THREADS, "max_overflow": 0}
        return sa.create_engine(address, **most, hide_parameters=True, connect_args=options)
    if backend != "sqlite":
        raise DatabaseError(f"CONNECTOR_DATABASE_URL names {backend}; use sqlite:///file or postgresql://…")
    return _sqlite_engine(parsed, durable, writes)


def _sqlite_engine(url: sa.URL, durable: bool, writes: bool) -> Engine:
    if url.database and not Path(url.database).absolute().parent.is_dir():
        raise DatabaseError(f"the folder of {url.database} does not exist: create it or change CONNECTOR_DATABASE_URL")
    if not durable:
        url = url.set(drivername=alike.DRIVER)
    # Parameters are bodies, names and sealed secrets: nothing for a log.
    engine = sa.create_engine(
        url,
        poolclass=sa.pool.StaticPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
        execution_options={} if durable else alike.OPTIONS,
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
    """Runs `fn(connection, *args)` in a transaction; when that is committed, calls who wants to know what it noted.

    `on_enqueued`: there is new work. `on_doors`: a secret address was opened or closed.
    `at` is told before and after each commit (see `connector.crash`).
    """

    def __init__(self, url: str, *, inline: bool = False, at: Callable[[str], None] = lambda _: None) -> None:
        self.on_enqueued: Callable[[], None] = lambda: None
        self.on_doors: Callable[[], None] = lambda: None
        self._refused_at: float | None = None
        self._at = at
        self._runner = _runner(url, inline)
        # Whether other processes may queue work or die with some of it: commands and workers, but none in virtual time.
        self.is_shared = not inline

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, from a transaction that must not write."""
        result, _ = await self._runner.read(lambda c: fn(c, *args, **kwargs))
        return result  # type: ignore[no-any-return]  # the runner is not generic

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result once it is committed (durable, in real time)."""
        job = self._committed(_name(fn), lambda c: fn(c, *args, **kwargs))
        return await job  # type: ignore[no-any-return]  # the runner is not generic

    async def write_one(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a function that on PostgreSQL makes one statement, which needs no transaction around it."""
        job = self._committed(_name(fn), lambda c: fn(c, *args, **kwargs), is_one=True)
        return await job  # type: ignore[no-any-return]  # the runner is not generic

    async def write_soon(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write`, for what somebody at a door waits for: it does not queue behind the work."""
        job = self._committed(_name(fn), lambda c: fn(c, *args, **kwargs), is_first=True)
        return await job  # type: ignore[no-any-return]  # the runner is not generic

    async def write_one_soon(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write_one`, for what somebody at a door waits for."""
        job = self._committed(_name(fn), lambda c: fn(c, *args, **kwargs), is_first=True, is_one=True)
        return await job  # type: ignore[no-any-return]  # the runner is not generic

    async def _committed(self, name: str, job: Job, *, is_first: bool = False, is_one: bool = False) -> Any:
        self._at(f"before-commit:{name}")
        try:
            result, notes = await self._runner.write(job, is_first=is_first, is_one=is_one)
        except REFUSALS:
            self._refused_at = asyncio.get_running_loop().time()
            raise
        self._at(f"after-commit:{name}")
        if ENQUEUED in notes:
            self.on_enqueued()
        if DOORS in notes:
            self.on_doors()
        return result

    @property
    def refuses_writes(self) -> bool:
        """Whether it refused a write lately: one that is full still takes some."""
        return self._refused_at is not None and asyncio.get_running_loop().time() - self._refused_at < _LATELY

    def close(self) -> None:
        self._runner.close()


def _name(fn: Callable[..., Any]) -> str:
    """Of its crash points."""
    return f"{fn.__module__.rpartition('.')[2]}.{fn.__name__}"


def _runner(url: str, inline: bool) -> Inline | Threads | GroupCommit:
    if inline:
        return Inline(make_engine(url, durable=False))
    if sa.make_url(url).get_backend_name() == "postgresql":
        return Threads(make_engine(url))
    return GroupCommit(make_engine(url), make_engine(url, writes=False))
