"""`connector stopped` and `connector revive`: work that stands still, and having it done after all."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from connector.clock import parse_clock
from connector.commands.database import transaction
from connector.settings import Settings
from connector.store import stopped
from connector.store.stopped import Which


def show(settings: Settings, which: Which, limit: int) -> None:
    """Print what stands still, and how much there is by kind and reason. Raises DatabaseError."""
    with transaction(settings, writes=False) as c:
        rows, counts = stopped.listed(c, which, limit), stopped.counts(c, which)
    table = Table("id", "store", "kind", "key", "state", "reason", "detail", "since", title="Stopped work")
    for row in rows:
        since = row.created_at.isoformat(timespec="minutes")
        texts = (str(row.id), str(row.store_id), row.kind, row.key, row.state, row.reason or "", row.detail or "")
        table.add_row(*texts, since)
    console = Console()
    console.print(table if rows else "nothing stands still", markup=False)
    for kind, state, reason, count in counts:
        console.print(f"{count} {kind} {state}: {reason}", markup=False, highlight=False)


def revive(settings: Settings, which: Which) -> int:
    """Queue it again; a running worker begins within seconds. Raises DatabaseError."""
    with transaction(settings, writes=True) as c:
        return stopped.revive(c, which, parse_clock(settings.clock).now())
