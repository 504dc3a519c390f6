"""One serving process on a SQLite file: a lock beside it, which the system gives back when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from connector.store.engine import DatabaseError


@contextmanager
def sole_process(url: str) -> Iterator[None]:
    """Hold `<database>.lock` while serving; PostgreSQL needs none. Raises DatabaseError if another process holds it."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        yield
        return
    try:
        descriptor = os.open(f"{parsed.database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        cause = os.strerror(error.errno or 0)
        raise DatabaseError(
            f"cannot write beside {parsed.database} ({cause}): "
            "give rights to its folder, create it or change CONNECTOR_DATABASE_URL"
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "?"
            raise DatabaseError(
                f"{parsed.database} is served by another process already (pid {holder}): "
                "stop it first, or use PostgreSQL, which several may share"
            ) from None
        # The number only tells people who it is: a dead holder's lock is gone whatever stands here.
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)
