"""`connector messages`: what came to the secret addresses, message by message, and what became of each."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import orjson
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from connector.commands.database import transaction
from connector.settings import Settings
from connector.store import inbox, quarantine

_PAGE = 5000


def listing(settings: Settings, store_id: int | None) -> None:
    """Print how many there are by what became of them. Raises DatabaseError."""
    with transaction(settings, writes=False) as c:
        rows = inbox.fates(c, store_id)
    table = Table("store", "state", "reason", "messages", title="Messages of the ERP")
    for row in rows:
        table.add_row(str(row.store_id), _state(row.dealt_with), row.reason or "", str(row.times))
    Console().print(table if rows else "no messages", markup=False)


def dump(settings: Settings, store_id: int | None) -> None:
    """Print each as a line of JSON, the oldest first, then what is in quarantine. Raises DatabaseError.

    Its keys: store, received_at, state (new, dealt_with, quarantined), reason, detail, body. A reason says why a
    message changed nothing.
    """
    with transaction(settings, writes=False) as c:
        for document in _all(c, store_id):
            sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))


def _all(c: sa.Connection, store_id: int | None) -> Iterator[dict[str, object]]:
    last = 0
    while rows := inbox.after(c, store_id, last, _PAGE):
        last = rows[-1].id
        for row in rows:
            yield _document(row, _state(row.dealt_with), row.body)
    for row in quarantine.everything(c, store_id):
        yield _document(row, "quarantined", row.body.decode(errors="backslashreplace"))


def _document(row: sa.Row[tuple[object, ...]], state: str, body: str) -> dict[str, object]:
    return {
        "store": row.store_id,
        "received_at": row.received_at,
        "state": state,
        "reason": row.reason,
        "detail": row.detail,
        "body": body,
    }


def _state(dealt_with: bool) -> str:
    return "dealt_with" if dealt_with else "new"
