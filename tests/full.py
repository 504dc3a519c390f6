"""A SQLite file whose disk is full, for the one connection that writes it."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa

from connector.store.engine import Connection, Database


async def fill(db: Database) -> None:
    """No page more than the file has, and the free ones used up."""
    await db.write(_stop_growing)
    for size in (100_000, 3_000, 500):
        with suppress(sa.exc.OperationalError):
            while True:
                await db.write(_add, size)


def _stop_growing(c: Connection) -> None:
    c.exec_driver_sql("CREATE TABLE ballast (filler BLOB)")
    c.exec_driver_sql("PRAGMA max_page_count = 1")


def _add(c: Connection, size: int) -> None:
    c.exec_driver_sql("INSERT INTO ballast VALUES (zeroblob(?))", (size,))


def empty(c: Connection) -> None:
    """There is room again."""
    c.exec_driver_sql("PRAGMA max_page_count = 1000000")
    c.exec_driver_sql("DROP TABLE ballast")
