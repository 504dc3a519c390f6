"""The command line: serve, worker, check, key, status, demo. One line says what is wrong, never a traceback."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
from typing import Annotated, Literal

import typer
from aiohttp import web
from rich.console import Console

from connector import vault
from connector.app import Connector
from connector.commands import calls as calls_command
from connector.commands import door as door_command
from connector.commands import messages as messages_command
from connector.commands import orders, pull, reconcile, running
from connector.commands import quarantine as quarantine_command
from connector.commands import status as status_command
from connector.commands import stopped as stopped_command
from connector.commands.running import fail
from connector.settings import Place, Settings, SettingsError, load, load_place
from connector.store import schema
from connector.store.engine import DatabaseError
from connector.store.sole import sole_process
from connector.store.stopped import Which
from connector.supervisor import NotReady, Supervisor, watch_parent
from connector.web.site import serving

cli = typer.Typer(
    help="Connects Webstore shops with the Olist ERP.", no_args_is_help=True, pretty_exceptions_enable=False
)

cli.add_typer(orders.commands, name="orders")
cli.add_typer(pull.commands, name="pull")
for command in (reconcile.reconcile, reconcile.drift, reconcile.repair):
    cli.command()(command)


@cli.command()
def key() -> None:
    """Print a new encryption key for CONNECTOR_KEYS."""
    print(vault.new_key())


@cli.command()
def check() -> None:
    """Tell every problem of the configuration at once; status 0 if there is none."""
    problems: list[str] = []
    settings: Settings | None = None
    try:
        settings = load()
    except SettingsError as error:
        problems += error.problems
    if (place := load_place()) is not None:
        problems += _surroundings(place)
    for problem in problems:
        print(f"✗ {problem}")
    if settings is None or problems:
        print(f"{len(problems)} problem(s)")
        raise typer.Exit(1)
    print(f"✓ configuration is good: database {settings.redacted_database_url()}, ERP {settings.erp_url}")


def _surroundings(place: Place) -> list[str]:
    """What the environment lacks: the database and the port."""
    problems = []
    try:
        schema.migrate(place.database_url)
    except DatabaseError as error:
        problems.append(str(error))
    try:
        socket.create_server((place.host, place.port), family=_family(place.host)).close()
    except OSError as error:
        problems.append(_port_problem(place, error))
    return problems


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _port_problem(place: Place, error: OSError) -> str:
    where = f"{place.host}:{place.port}"
    if error.errno == errno.EADDRINUSE:
        return f"port {place.port} is in use: stop the other program or set CONNECTOR_PORT to a free one"
    # asyncio's own text repeats the address; that of a name that is not found has no number.
    cause = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
    return f"cannot listen on {where} ({cause}): check CONNECTOR_HOST and CONNECTOR_PORT"


@cli.command()
def serve(
    work: Annotated[bool, typer.Option(help="also work in the background; --no-work only answers")] = True,
    workers: Annotated[int, typer.Option(min=1, max=64, help="accepting processes; several need PostgreSQL")] = 1,
    supervised: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Answer the shop, the ERP and merchants, and work in the background."""
    settings = running.settings()
    if workers == 1:
        _run(settings, web_side=True, work=work, supervised=supervised)
        return
    if settings.database_url.startswith("sqlite"):
        fail("a SQLite file has one process: leave --workers out, or name PostgreSQL in CONNECTOR_DATABASE_URL", 2)
    _supervise(settings, workers, ["serve", "--supervised", "--work" if work else "--no-work"])


def _supervise(settings: Settings, count: int, arguments: list[str]) -> None:
    """Several children on one port. What can be wrong is looked at first, once."""
    if problems := _surroundings(settings):
        fail(problems[0])
    where = f"on http://{settings.host}:{settings.port}, reached as {settings.public_url}"
    supervisor = Supervisor(count, arguments, lambda text: print(f"connector: {text} ({where})", file=sys.stderr))
    try:
        asyncio.run(supervisor.run())
    except NotReady:
        fail("a serving process ended before it was ready: see above")


@cli.command()
def worker() -> None:
    """Only work in the background: with PostgreSQL, beside `serve --no-work`."""
    settings = running.settings()
    if settings.database_url.startswith("sqlite"):
        fail("a SQLite file has one process: use `connector serve`, or PostgreSQL in CONNECTOR_DATABASE_URL", 2)
    _run(settings, web_side=False, work=True)


@cli.command()
def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="show progress until nothing is under way")] = False,
) -> None:
    """Show each shop's connection, progress and problems."""
    settings = running.settings()
    with running.told():
        try:
            asyncio.run(status_command.show(settings, watch))
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


@cli.command("stopped")
def show_stopped(
    store: Annotated[int | None, typer.Option(help="only of this store")] = None,
    kind: Annotated[str | None, typer.Option(help="only of this kind, such as order")] = None,
    reason: Annotated[str | None, typer.Option(help="only for this reason, such as erp_trouble")] = None,
    state: Annotated[Literal["parked", "dead"] | None, typer.Option(help="only of this state")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="rows to print")] = 200,
) -> None:
    """Show work that stands still: parked (waits for an event) or dead (waits for a person)."""
    which = Which(store_id=store, kind=kind, reason=reason, state=state)
    with running.told():
        stopped_command.show(running.settings(), which, limit)


@cli.command()
def revive(
    work_id: Annotated[int | None, typer.Option("--id", help="one, by the number that `stopped` prints")] = None,
    store: Annotated[int | None, typer.Option(help="all of this store")] = None,
    kind: Annotated[str | None, typer.Option(help="all of this kind")] = None,
    reason: Annotated[str | None, typer.Option(help="all for this reason")] = None,
    state: Annotated[Literal["parked", "dead"] | None, typer.Option(help="all of this state")] = None,
    everything: Annotated[bool, typer.Option("--all", help="all there is")] = False,
) -> None:
    """Have stopped work done after all: one, by filter, or all."""
    which = Which(id=work_id, store_id=store, kind=kind, reason=reason, state=state)
    if (which == Which()) != everything:
        fail("say which: --id, filters such as --kind and --reason, or --all by itself", 2)
    with running.told():
        print(f"{stopped_command.revive(running.settings(), which)} piece(s) of work queued again")


door = typer.Typer(help="The secret address to which the ERP sends its messages.", no_args_is_help=True)
cli.add_typer(door, name="door")


@door.callback()
def _door() -> None:
    """Commands about the secret address."""


@door.command()
def rotate(
    store: Annotated[int, typer.Argument(help="the store's number")],
    grace: Annotated[float, typer.Option(min=0, help="hours for which the old address still works")] = 24,
) -> None:
    """Give a store another secret address; the panel shows it, the merchant pastes it in the ERP."""
    with running.told():
        until = door_command.rotate(running.settings(), store, grace)
    if until is None:
        fail(f"store {store} does not have the app")
    print(f"the panel shows the new address within seconds; the old one works until {until}")


@cli.command()
def quarantine(
    store: Annotated[int, typer.Argument(help="the store's number")],
    show: Annotated[int | None, typer.Option(help="print this body")] = None,
    retry: Annotated[int | None, typer.Option(help="read this body again, and let it in if it can be read now")] = None,
) -> None:
    """List the bodies that came to a store's secret address and cannot be read."""
    with running.told():
        if show is None and retry is None:
            return quarantine_command.listing(running.settings(), store)
        if retry is not None:
            answer = quarantine_command.retry(running.settings(), store, retry)
        else:
            answer = quarantine_command.show(running.settings(), store, show or 0)
    if answer is None:
        fail(f"store {store} has no such body in quarantine")
    return print(answer)


@cli.command()
def messages(
    store: Annotated[int | None, typer.Argument(help="only of this store")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="each message as a line of JSON, the oldest first")] = False,
) -> None:
    """Show what became of the messages that came to the secret addresses, as long as they are kept."""
    with running.told():
        (messages_command.dump if as_json else messages_command.listing)(running.settings(), store)


@cli.command()
def calls(
    store: Annotated[int | None, typer.Argument(help="only of this store's ERP account")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="so many days, today included")] = 1,
) -> None:
    """Show how many calls of the ERP were made for what, and how many each product, order and message took."""
    with running.told():
        calls_command.show(running.settings(), store, days)


@cli.command()
def demo(
    stay: Annotated[bool, typer.Option("--stay/--exit", help="stay up until Ctrl-C, or end with status 0 or 1")] = True,
    folder: Annotated[str, typer.Option(help="where the demo keeps its data")] = "demo-data",
    products: Annotated[int, typer.Option(min=10, max=5000, help="size of the catalogue")] = 300,
    rate: Annotated[float, typer.Option(min=1, max=120, help="how many times as fast as the wall time passes")] = 40,
    port: Annotated[int, typer.Option(min=1, max=65531, help="first of five ports to use")] = 9100,
) -> None:
    """Start both fakes and the connector, play a whole day of a shop, compare everything."""
    from connector.demo import DemoError, run

    try:
        equal = asyncio.run(run(stay=stay, folder=folder, products=products, rate=rate, port=port))
    except DemoError as error:
        fail(str(error))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(130) from None
    raise typer.Exit(0 if equal else 1)


def _run(settings: Settings, *, web_side: bool, work: bool, supervised: bool = False) -> None:
    try:
        with contextlib.suppress(ImportError):
            import uvloop

            asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
        asyncio.run(_serve(settings, web_side, work, supervised))
    except DatabaseError as error:
        fail(str(error))
    except OSError as error:
        fail(_port_problem(settings, error))


async def _serve(settings: Settings, web_side: bool, work: bool, supervised: bool) -> None:
    with sole_process(settings.database_url):
        await _serve_alone(settings, web_side, work, supervised)


async def _serve_alone(settings: Settings, web_side: bool, work: bool, supervised: bool) -> None:
    connector = Connector(settings)
    connector.start_wakeups()
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    runner: web.AppRunner | None = None
    try:
        if web_side:
            runner = serving(connector.web(), shutdown_timeout=3)
            await runner.setup()
            await web.TCPSite(runner, settings.host, settings.port, reuse_port=supervised or None).start()
        if work:
            await connector.start_worker()
        if supervised:
            watch_parent(stop.set)
        else:
            _say_ready(settings, web_side)
        await stop.wait()
    finally:
        if runner is not None:
            await runner.cleanup()
        await connector.close()


def _say_ready(settings: Settings, web_side: bool) -> None:
    where = f"ready on http://{settings.host}:{settings.port}, reached as {settings.public_url}"
    told = f"connector: {where if web_side else 'worker ready'}"
    Console(stderr=True).print(told, highlight=False, soft_wrap=True)
