"""`connector pull`: what a pull would do, and what a person decides about one that the brake has stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from connector.app import Connector
from connector.commands import spreadsheet
from connector.commands.running import fail, run
from connector.flows import brake, dry
from connector.flows import pull as pull_flow
from connector.flows.env import Env
from connector.store import items, pulls, stores
from connector.store.engine import Connection
from connector.store.pulls import Pull

commands = typer.Typer(help="Plan a pull, or decide about one that has stopped.", no_args_is_help=True)

_STORE = Annotated[int, typer.Argument(help="the store's number")]
_COLUMNS = ("action", "code", "name", "field", "before", "after", "reason")

# Seconds of the wall between two looks, and after how long without any progress nobody seems to be working.
_LOOK, _PATIENCE = 1.0, 60.0


@commands.command()
def confirm(store: _STORE) -> None:
    """Let a pull go on that the brake has stopped."""
    _decide(store, brake.confirm, "goes on")


@commands.command()
def discard(store: _STORE) -> None:
    """End a pull that the brake has stopped, without writing anything more of it."""
    _decide(store, brake.discard, "discarded")


def _decide(store: int, decision: Callable[[Connection, Env, int], bool], done: str) -> None:
    async def deed(connector: Connector) -> None:
        if not await connector.env.db.write(decision, connector.env, store):
            fail(f"store {store}: no pull waits for a decision")
        print(f"store {store}: the pull {done}")

    run(deed)


@commands.command("plan")
def plan(
    store: _STORE,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="write the whole plan to this file")] = None,
    everything: Annotated[bool, typer.Option("--all", help="print products without any change too")] = False,
) -> None:
    """Tell what a pull would do, without writing to the shop: create, update, skip or conflict, before and after.

    The reading is done by a running `connector serve` or `connector worker`.
    """

    async def deed(connector: Connector) -> None:
        pull = await _dry_pull(connector, store)
        rows = await connector.env.db.read(_rows, store, pull.id, everything)
        if csv_file is not None:
            spreadsheet.write(csv_file, _COLUMNS, rows)
            print(f"{len(rows)} row(s) in {csv_file}")
        else:
            _print(rows)
        for action, count in sorted((await connector.env.db.read(_counts, store, pull.id)).items()):
            print(f"{count} {action}")

    run(deed)


async def _dry_pull(connector: Connector, store_id: int) -> Pull:
    """Ask for one and wait until a worker has worked it off."""
    env = connector.env
    known = await env.db.read(stores.by_id, store_id)
    if known is None or known.uninstalled_at is not None or known.erp_token is None:
        fail(f"store {store_id}: it is not connected with the ERP")
    if not await env.db.write(_request, env, store_id):
        fail(f"store {store_id}: a pull is under way; `connector status --watch` tells when it has ended")
    pull = await env.db.read(pulls.current, store_id)
    assert pull is not None
    seen, idle = pull, 0.0
    while seen.finished_at is None:
        await asyncio.sleep(_LOOK)
        now = await env.db.read(pulls.by_id, pull.id)
        assert now is not None
        idle = idle + _LOOK if now == seen else 0.0
        if idle >= _PATIENCE:
            fail(f"nobody works: start `connector serve`; the plan of store {store_id} is made then")
        seen = now
    return seen


def _request(c: Connection, env: Env, store_id: int) -> bool:
    return pull_flow.request(c, env, store_id, is_dry=True)


def _rows(c: Connection, store_id: int, pull_id: int, everything: bool) -> list[tuple[str, ...]]:
    return [row for found in items.plans(c, store_id, pull_id) for row in _rows_of(*found, everything)]


def _rows_of(code: str, name: str, planned: dict[str, Any], everything: bool) -> Iterator[tuple[str, ...]]:
    action, reason = planned["action"], planned.get("reason", "")
    if planned["changes"]:
        for field, before, after in planned["changes"]:
            yield action, code, name, field, before, after, reason
    elif action != dry.SAME or everything:
        yield action, code, name, "", "", "", " ".join(filter(None, (reason, planned.get("detail"))))


def _counts(c: Connection, store_id: int, pull_id: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    for _, _, planned in items.plans(c, store_id, pull_id):
        counts[planned["action"]] = counts.get(planned["action"], 0) + 1
    return counts


def _print(rows: list[tuple[str, ...]]) -> None:
    table = Table(*_COLUMNS, title="Plan")
    for row in rows:
        table.add_row(*(_short(cell) for cell in row))
    # Names come from outside and may look like markup.
    Console().print(table if rows else "nothing would change", markup=False)


def _short(cell: str) -> str:
    return cell if len(cell) <= 60 else f"{cell[:57]}…"
