"""The database as a command opens it: beside a running `connector serve`, for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from connector.settings import Settings
from connector.store.engine import DatabaseError, make_engine


def require(settings: Settings) -> None:
    """Raise DatabaseError for a SQLite file that is not there: to open it would make it."""
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise DatabaseError(_unusable(settings))


@contextmanager
def opened(settings: Settings, *, writes: bool) -> Iterator[sa.Engine]:
    """The database that `serve` has made. Raises DatabaseError with what to do, also for what the block meets."""
    require(settings)
    engine = make_engine(settings.database_url, writes=writes)
    try:
        yield engine
    except sa.exc.DBAPIError:
        raise DatabaseError(_unusable(settings)) from None
    finally:
        engine.dispose()


@contextmanager
def transaction(settings: Settings, *, writes: bool) -> Iterator[sa.Connection]:
    """One transaction there. Raises DatabaseError as `opened` does."""
    with opened(settings, writes=writes) as engine, engine.begin() as connection:
        yield connection


def _unusable(settings: Settings) -> str:
    return (
        f"there is no usable database at {settings.redacted_database_url()}: "
        "start `connector serve` first, or correct CONNECTOR_DATABASE_URL"
    )
