"""`connector calls`: what an ERP account's quota was spent on, and what each thing cost."""

from __future__ import annotations

from datetime import timedelta

from rich.console import Console
from rich.table import Table

from connector.clock import parse_clock
from connector.commands.database import transaction
from connector.core.purpose import DEALT_WITH
from connector.settings import Settings
from connector.store import stores, tally
from connector.store.engine import DatabaseError


def show(settings: Settings, store_id: int | None, days: int) -> None:
    """Print calls by company, day and purpose. Raises DatabaseError, also for a store that is not there."""
    since = tally.day_of(parse_clock(settings.clock).now() - timedelta(days=days - 1))
    with transaction(settings, writes=False) as c:
        company_id = None
        if store_id is not None:
            store = stores.by_id(c, store_id)
            if store is None or store.company_id is None:
                raise DatabaseError(f"store {store_id} has no ERP account here: `connector status` lists the stores")
            company_id = store.company_id
        rows = tally.usage(c, since, company_id)
    table = Table("company", "day", "purpose", "calls", "dealt with", "calls for each", title="Calls of the ERP")
    for row in rows:
        is_counted = row.purpose in DEALT_WITH
        each = f"{row.calls / row.dealt_with:.3f}" if is_counted and row.dealt_with else "–"
        dealt = str(row.dealt_with) if is_counted else "–"
        table.add_row(row.company_name or row.company_id, row.day, row.purpose, str(row.calls), dealt, each)
    Console().print(table if rows else "no call in these days", markup=False)
