"""`connector reconcile`, `drift` and `repair`: both sides compared, what differs, and ending it.

The comparison is worked off by the command itself, step by step, whether or not `connector serve` runs beside it: the
quota is kept in the database that both share. What it sets off (levels, products, orders) `connector serve` does.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from connector.app import Connector
from connector.commands import spreadsheet
from connector.commands.running import fail, run
from connector.core.reconcile import Topic
from connector.flows import reconcile as reconcile_flow
from connector.flows import repair as repair_flow
from connector.flows.repair import Repair
from connector.store import drifts, items, reconciles, stores, work
from connector.store.drifts import Drift, Which
from connector.store.engine import Connection
from connector.store.reconciles import Run

_STORE = Annotated[int, typer.Argument(help="the store's number")]
_COLUMNS = ("id", "kind", "key", "field", "ERP", "shop", "cause", "age", "first seen")

_DEEDS = {
    "tell": "the ERP's level is told to the shop",
    "lock": "locked: the shop's value stays",
    "read": "read in the ERP and written to the shop",
    "send": "searched for in the ERP, and sent if it is not there",
    "refer": "the shop is told which order of the ERP it has become",
    "follow": "looked at in the ERP, and the shop follows",
    "cancel": "the shop's cancellation is brought to the ERP",
}
_REFUSALS = {
    "restore_in_shop": "it was removed in the shop: restore it in the shop's panel, or let the shop win",
    "by_hand_in_erp": "the ERP lets nobody change or bring back an order: mend it by hand there",
    "cancel_copies": "decide in the ERP which order stays and cancel the others there",
    "not_the_shops": "the ERP leads situations, but for the shop's cancellations: let the ERP win",
    "gone": "it is not written to the shop any more",
}


def reconcile(
    store: _STORE,
    calls: Annotated[int, typer.Option(min=1, help="calls of the ERP that it may make")] = 200,
    only: Annotated[Topic | None, typer.Option(help="compare nothing else")] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="days of orders, today included")] = reconcile_flow.DAYS,
) -> None:
    """Compare both sides within a budget of calls; one that was stopped goes on where it stood."""
    topics = reconcile_flow.EVERYTHING if only is None else (only,)

    async def deed(connector: Connector) -> None:
        env = connector.env
        begun = await env.db.write(_begin_or_take_over, connector, store, calls, topics, days)
        if begun is None:
            fail(f"store {store}: it is not connected, or a comparison is under way in the background: try again later")
        while await reconcile_flow.step(env, store):
            pass
        ended = await env.db.read(reconciles.by_id, begun.id)
        counts = await env.db.read(drifts.counts, store)
        products = sum((await env.db.read(items.outcomes, store)).values())
        _report(ended, counts, products)

    run(deed)


def _begin_or_take_over(
    c: Connection, connector: Connector, store: int, calls: int, topics: tuple[Topic, ...], days: int
) -> Run | None:
    """A new one, or the one that a command before this left; None where the background works at it."""
    found = reconciles.current(c, store)
    if found is None:
        return reconcile_flow.begin(c, connector.env, store, calls, topics, days)
    known = stores.by_id(c, store)
    is_worked_at = work.is_waiting(c, store, "reconcile", "") or work.is_running(c, store, "reconcile", "")
    return None if is_worked_at or known is None or not reconcile_flow.is_usable(known) else found


def _report(ended: Run, counts: dict[tuple[str, str], int], products: int) -> None:
    def count(name: str) -> int:
        return ended.counts.get(name, 0)

    print(f"{ended.calls} of {ended.budget} call(s) of the ERP used")
    print(f"{count('days')} day(s) of orders: {count('orders')} compared, {count('orders_moving')} under way")
    print(
        f"{count('products')} of {products} product(s): {count('stock')} balance(s), {count('fields')} with all fields"
    )
    print(f"{count('stock_differs')} balance(s) differed")
    for (kind, cause), number in counts.items():
        print(f"{number} open: {kind}, {cause}")
    if not counts:
        print("no difference is open")


def drift(
    store: _STORE,
    kind: Annotated[Topic | None, typer.Option(help="only of this kind")] = None,
    file: Annotated[Path | None, typer.Option("--csv", help="write them to this file instead")] = None,
) -> None:
    """Show what differs between both sides, with cause and age, the oldest first."""

    async def deed(connector: Connector) -> None:
        which = Which(kind=str(kind) if kind else None)
        if await connector.env.db.read(stores.by_id, store) is None:
            fail(f"there is no store {store} here")
        found = await connector.env.db.read(drifts.open_ones, store, which)
        rows = [_row(one, connector.clock.now()) for one in found]
        if file is not None:
            spreadsheet.write(file, _COLUMNS, rows)
            print(f"{len(rows)} difference(s) in {file}")
            return
        table = Table(*_COLUMNS, title="Differences")
        for row in rows:
            table.add_row(*row)
        Console().print(table if rows else "no difference is open", markup=False)

    run(deed)


def _row(one: Drift, now: datetime) -> tuple[str, ...]:
    age = now - one.first_seen_at
    told = f"{age.days} d" if age.days else f"{age.seconds // 3600} h {age.seconds // 60 % 60:02} min"
    values = (one.kind, one.key, one.field, one.erp or "", one.shop or "", one.cause, told)
    return (str(one.id), *values, one.first_seen_at.isoformat(timespec="minutes"))


def repair(
    store: _STORE,
    winner: Annotated[Literal["erp", "shop"], typer.Option(help="the side whose value stays")],
    drift_id: Annotated[int | None, typer.Option("--id", help="one, by the number that `drift` prints")] = None,
    kind: Annotated[Topic | None, typer.Option(help="all of this kind")] = None,
    code: Annotated[str | None, typer.Option(help="all of this product's code or order's id")] = None,
    everything: Annotated[bool, typer.Option("--all", help="all there are")] = False,
    dry_run: Annotated[bool, typer.Option(help="only tell what would be done")] = False,
) -> None:
    """End differences: one, by filter, or all. The catalogue of the ERP is never written."""
    which = Which(id=drift_id, kind=str(kind) if kind else None, key=code)
    if (which == Which()) != everything:
        fail("say which: --id, --kind, --code, or --all by itself", 2)

    async def deed(connector: Connector) -> None:
        env = connector.env
        if dry_run:
            found = await env.db.read(drifts.open_ones, store, which)
            wanted = [repair_flow.plan(one, winner) for one in found]
        else:
            wanted = await env.db.write(repair_flow.repair, env, store, which, winner)
        for one in wanted:
            print(_told(one))
        print(
            f"{len(wanted)} difference(s), {sum(not one.refusal for one in wanted)} repaired" + " (dry run)" * dry_run
        )

    run(deed)


def _told(one: Repair) -> str:
    about = " ".join(filter(None, (one.drift.kind, one.drift.key, one.drift.field)))
    return (
        f"{one.drift.id} {about}: {_DEEDS[one.deed] if not one.refusal else 'not repaired, ' + _REFUSALS[one.refusal]}"
    )
