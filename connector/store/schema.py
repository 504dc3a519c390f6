"""Brings a database to the current schema (Alembic, folder `migrations`)."""

from __future__ import annotations

import threading
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from connector.store.engine import DatabaseError, make_engine

_MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic's `context` and `op` are one for the whole process.
_one_at_a_time = threading.Lock()


def migrate(url: str) -> None:
    """Upgrade to the newest schema. Raises DatabaseError with what to do where that cannot be done."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    engine = make_engine(url)
    try:
        with _one_at_a_time, engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except sa.exc.DBAPIError as error:
        raise DatabaseError(_explain(url, error)) from None
    except CommandError:
        raise DatabaseError(
            f"the database {_shown(url)} was made by a newer version of this program: "
            "install that one, or name another database in CONNECTOR_DATABASE_URL"
        ) from None
    finally:
        engine.dispose()


def _shown(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True)


def _explain(url: str, error: sa.exc.DBAPIError) -> str:
    cause = next(iter(str(error.orig).splitlines()), "no answer")
    unusable = f"the database {_shown(url)} cannot be used ({cause})"
    return f"{unusable}: check CONNECTOR_DATABASE_URL and the rights to write there"
