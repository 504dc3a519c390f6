"""`connector orders`: what a person decides about an order that waits or disagrees."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from connector.app import Connector
from connector.commands.running import fail, run
from connector.flows import backfill as backfill_flow
from connector.flows import resolve
from connector.flows.backfill import Period
from connector.flows.resolve import Linked, NotLinked
from connector.store import sales, stores
from connector.store.engine import Connection

commands = typer.Typer(help="Decide about orders that wait or disagree.", no_args_is_help=True)

_STORE = Annotated[int, typer.Argument(help="the store's number")]
_ORDER = Annotated[str, typer.Argument(help="the order's number, as the shop's people know it")]

_WHY = {
    "unknown": "no such order here",
    "not_connected": "the store is not connected with the ERP",
    "in_doubt": "it may be in the ERP already and is being searched for: wait until that has ended",
    "sent": "it is in the ERP already",
    "taken": "another order of this store has become that order of the ERP",
    "not_found": "the ERP has no order with that id (the id is not the number that its screens show)",
    "different": "they are not the same order",
}
_OBJECTIONS = {
    "document": "the buyer's CPF or CNPJ",
    "total": "the total",
    "cancelled": "it is cancelled in the ERP",
    "mark": "it carries the mark of another order",
}


@commands.command()
def accept(store: _STORE, order: _ORDER) -> None:
    """Leave both sides as they are; it is told again only when one of them changes."""

    async def deed(connector: Connector) -> None:
        order_id = await _order_id(connector, store, order)
        pair = await connector.env.db.write(resolve.accept, store, order_id)
        if pair is None:
            fail(f"order {order}: both sides agree, or it is not known: there is nothing to accept")
        print(f"order {order}: accepted ({pair})")

    run(deed)


@commands.command()
def link(
    store: _STORE,
    order: _ORDER,
    erp_id: Annotated[str, typer.Argument(help="the order's id in the ERP")],
    force: Annotated[bool, typer.Option(help="link them although they differ")] = False,
) -> None:
    """Say that an order which was typed into the ERP by hand is this one; document and total are compared."""

    async def deed(connector: Connector) -> None:
        order_id = await _order_id(connector, store, order)
        outcome = await resolve.link(connector.env, store, order_id, erp_id, force=force)
        if isinstance(outcome, NotLinked):
            fail(f"order {order}: {_refusal(outcome)}")
        print(f"order {order}: {_linked(outcome)}")

    run(deed)


@commands.command()
def backfill(
    store: _STORE,
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="first day, Brasília's")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="last day, included")],
    dry_run: Annotated[bool, typer.Option(help="only tell which orders there are")] = False,
) -> None:
    """Send the orders of a period that nobody has imported; each is searched for in the ERP first."""
    if until < since:
        fail("--to is before --from", 2)

    async def deed(connector: Connector) -> None:
        env, period = connector.env, Period(first=since.date(), last=until.date())
        known = await env.db.read(stores.by_id, store)
        if known is None or known.uninstalled_at is not None or known.erp_token is None:
            fail(f"store {store}: {_WHY['not_connected']}")
        found = marked = since_id = 0
        while page := await backfill_flow.page(env, known, period, since_id):
            found, since_id = found + len(page), max(order.order_id for order in page)
            if dry_run:
                for order in page:
                    print(
                        f"order {order.number}: {order.status}, {order.created_at:%Y-%m-%d %H:%M}, total {order.total}"
                    )
            else:
                marked += await env.db.write(backfill_flow.mark, env, store, page)
        print(f"{found} order(s) that nobody has imported" + ("" if dry_run else f", {marked} queued"))

    run(deed)


@commands.command("after-restore")
def after_restore(store: _STORE) -> None:
    """The database was restored from a copy: every order older than now is searched for before it is sent."""

    async def deed(connector: Connector) -> None:
        if await connector.env.db.read(stores.by_id, store) is None:
            fail(f"there is no store {store} here")
        await connector.env.db.write(backfill_flow.after_restore, connector.env, store)
        print(f"store {store}: orders until now are searched for in the ERP before they are sent")

    run(deed)


def _refusal(outcome: NotLinked) -> str:
    if not outcome.objections:
        return _WHY[outcome.why]
    return f"{_WHY[outcome.why]}: {_named(outcome.objections)}; --force links them all the same"


def _linked(outcome: Linked) -> str:
    overruled = f", although: {_named(outcome.overruled)}" if outcome.overruled else ""
    return f"linked to order {outcome.number} of the ERP{overruled}"


def _named(objections: tuple[str, ...]) -> str:
    return ", ".join(_OBJECTIONS[name] for name in objections)


async def _order_id(connector: Connector, store_id: int, number: str) -> int:
    found = await connector.env.db.read(_by_number_or_id, store_id, number)
    if found is None:
        fail(f"store {store_id} has no order {number} that the connector knows")
    return found


def _by_number_or_id(c: Connection, store_id: int, number: str) -> int | None:
    sale = sales.by_number(c, store_id, number)
    if sale is None and number.isascii() and number.isdigit() and len(number) < 19:
        sale = sales.by_order(c, store_id, int(number))
    return sale.order_id if sale is not None else None
