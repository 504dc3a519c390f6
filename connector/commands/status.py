"""`connector status`: shops, progress and problems on the terminal, read from the database."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from connector.commands.database import opened
from connector.core.progress import Progress as State
from connector.core.progress import progress
from connector.settings import Settings
from connector.store import items, pulls, stores, work


async def show(settings: Settings, watch: bool) -> None:
    """One table, and with `watch` a bar for each pull under way until all are finished. Raises DatabaseError."""
    console = Console()
    with opened(settings, writes=False) as engine:
        with engine.connect() as connection:
            console.print(_table(connection))
        if watch:
            await _follow(engine, console)


def _table(c: sa.Connection) -> Table:
    table = Table(title="Shops")
    for column in ("store", "name", "connection", "company", "limit/min", "last sync", "work", "products"):
        table.add_column(column)
    for store in stores.everyone(c):
        counted = work.counts(c, store.id)
        table.add_row(
            str(store.id),
            store.name,
            store.connection + (f" ({store.reason})" if store.reason else ""),
            store.company_name or "–",
            str(store.calls_per_minute or "–"),
            store.last_sync_at.isoformat(timespec="minutes") if store.last_sync_at else "–",
            ", ".join(f"{count} {state}" for state, count in sorted(counted.items())) or "none",
            ", ".join(f"{count} {outcome}" for outcome, count in sorted(items.outcomes(c, store.id).items())) or "none",
        )
    return table


async def _follow(engine: sa.Engine, console: Console) -> None:
    columns = (
        TextColumn("store {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[int, TaskID] = {}
        while under_way := _under_way(engine):
            for store_id, state in under_way.items():
                if store_id not in tasks:
                    tasks[store_id] = bars.add_task(str(store_id), left="")
                bars.update(tasks[store_id], total=state.total, completed=state.done, left=_left(state))
            await asyncio.sleep(1)


def _under_way(engine: sa.Engine) -> dict[int, State]:
    """The progress of each store whose pull is not finished."""
    with engine.connect() as c:
        return {
            store.id: progress(pull.total, pull.done, pulls.remaining(c, pull), store.calls_per_minute)
            for store in stores.everyone(c)
            if (pull := pulls.current(c, store.id)) is not None
        }


def _left(state: State) -> str:
    time = f", about {state.seconds_left / 60:.0f} min" if state.seconds_left is not None else ""
    return f"{state.calls_left} calls left{time}"
