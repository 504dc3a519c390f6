"""Connections and databases with stores in them; the databases themselves are made in tests/conftest.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from connector.store import stores
from connector.store.engine import Database, make_engine

NOW = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


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
