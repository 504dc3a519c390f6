"""Brings a database to the current schema (Alembic, folder `migrations`)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from connector.store.engine import DatabaseError, make_engine

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Upgrade to the newest schema. Raises DatabaseError with what to do where that cannot be done."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except sa.exc.OperationalError as error:
        raise DatabaseError(_explain(url, error)) from None
    finally:
        engine.dispose()


def _explain(url: str, error: sa.exc.OperationalError) -> str:
    shown = sa.make_url(url).render_as_string(hide_password=True)
    cause = str(error.orig).splitlines()[0] if error.orig else "no answer"
    return f"the database {shown} cannot be used ({cause}): check CONNECTOR_DATABASE_URL and the rights to write there"
