"""`connector quarantine`: bodies that came to a store's secret address and cannot be read."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from connector.clock import parse_clock
from connector.commands.database import transaction
from connector.flows import door
from connector.settings import Settings
from connector.store import quarantine


def listing(settings: Settings, store_id: int) -> None:
    """Print what there is, the newest first. Raises DatabaseError."""
    with transaction(settings, writes=False) as c:
        rows = quarantine.latest(c, store_id)
    table = Table("number", "received", "reason", "detail", "bytes", title=f"Quarantine of store {store_id}")
    for row in rows:
        received = row.received_at.isoformat(timespec="seconds")
        table.add_row(str(row.id), received, row.reason, row.detail or "", str(row.size))
    Console().print(table if rows else "nothing in quarantine", markup=False)


def show(settings: Settings, store_id: int, number: int) -> str | None:
    """A body with everything that a terminal would act upon escaped; None where there is none. Raises DatabaseError."""
    with transaction(settings, writes=False) as c:
        body = quarantine.body(c, store_id, number)
    if body is None:
        return None
    text = body.decode(errors="backslashreplace")
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)


def retry(settings: Settings, store_id: int, number: int) -> str | None:
    """What became of a body that was read again; None where there is none. Raises DatabaseError."""
    try:
        with transaction(settings, writes=True) as c:
            reason = door.read_again(c, parse_clock(settings.clock).now(), store_id, number)
    except KeyError:
        return None
    return "kept as a message; it is dealt with within seconds" if reason is None else f"still {reason}"
