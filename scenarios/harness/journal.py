"""The journal of one world: what was asked, answered, sent and done, in order.

Append-only and bounded by refusing, never by forgetting: a count made from it is a proof. The
program that writes an entry masks its secrets first (`mask`, `mask_url`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

DEFAULT_LIMIT = 500_000


class JournalFull(Exception):
    """No entry can be added; nothing may happen that would not be on record."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the journal holds its {limit} entries: reset the world or raise its limit")


class Journal:
    """Entries are plain dictionaries with `seq` (from 1), `at` (ISO text), `kind` and the caller's keys."""

    # Whoever makes it says these.
    NOT_SAVED = frozenset({"_now", "_limit"})

    def __init__(self, now: Callable[[], datetime], limit: int = DEFAULT_LIMIT) -> None:
        self._now = now
        self._limit = limit
        self._entries: list[dict[str, Any]] = []

    def append(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Add an entry and return it. Raises JournalFull."""
        if len(self._entries) >= self._limit:
            raise JournalFull(self._limit)
        entry = {"seq": len(self._entries) + 1, "at": self._now().isoformat(), "kind": kind, **fields}
        self._entries.append(entry)
        return entry

    def require_room(self) -> None:
        """Raise JournalFull before anything is changed that could not be recorded."""
        if len(self._entries) >= self._limit:
            raise JournalFull(self._limit)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._entries)

    def since(self, seq: int = 0, kind: str | None = None, limit: int | None = None) -> list[dict[str, Any]]:
        """Entries after number `seq`, oldest first, of one kind if given, at most `limit`."""
        found = (e for e in self._entries[max(0, seq) :] if kind is None or e["kind"] == kind)
        return [entry for _, entry in zip(range(limit), found, strict=False)] if limit is not None else list(found)


def mask(secret: str) -> str:
    """The last four characters of a secret behind dots; of a short one nothing."""
    return "····" + secret[-4:] if len(secret) >= 12 else "····"


def mask_url(url: str) -> str:
    """Scheme, host and port of an address whose path, or whose user and password, are secret."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as a bracket that is not closed
        return "····"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}/····" if host else "····"
