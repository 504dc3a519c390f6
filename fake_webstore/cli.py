"""The command `fake-webstore`: the fake as a process of its own."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fake_webstore.app import FakeWebstore
from fake_webstore.serving import serving
from scenarios.harness.clock import parse_clock
from scenarios.harness.command import CannotStart, load_snapshot, read_tls, run_command, serve_until_stopped
from scenarios.harness.running import Addresses, Ports
from scenarios.harness.worlds import WorldError

commands = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="A stand-in for the shop platform Webstore, as we designed it."
)


@commands.callback()
def _root() -> None:
    """A stand-in for the shop platform Webstore, as we designed it."""


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="Numeric address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of API, panel and storefront; 0 takes a free one.")
    ] = 9200,
    door_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the control door.")] = 9201,
    clock: Annotated[str, typer.Option(help="'real' or 'scaled:<unix start>:<scaled unix start>:<rate>'.")] = "real",
    world: Annotated[str | None, typer.Option(help="Make a world (a platform) of this name at the start.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of that world.")] = 1,
    products: Annotated[int, typer.Option(min=0, help="How many products its one store has.")] = 0,
    orders: Annotated[int, typer.Option(min=0, help="How many orders that store has.")] = 0,
    snapshot: Annotated[
        list[Path] | None, typer.Option(help="Load a world that was saved (the door's /snapshot); may be repeated.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Serve by https: the certificate, in PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's key, in PEM.")] = None,
) -> None:
    """Serve API, panel, storefront and control door until SIGTERM or Ctrl-C; a page is at the door's /__fake__/."""
    ports = Ports(host, port, door_port, read_tls(tls_cert, tls_key))
    try:
        fake = FakeWebstore(parse_clock(clock))
    except ValueError as error:
        raise CannotStart(str(error)) from None
    settings: dict[str, object] = {
        "name": world,
        "seed": seed,
        "stores": [{"products": products, "orders": orders, "installed": True}],
    }
    asyncio.run(_run(fake, ports, settings if world is not None else None, snapshot or []))


async def _run(fake: FakeWebstore, ports: Ports, settings: dict[str, object] | None, snapshots: list[Path]) -> None:
    if settings is not None:
        try:
            # Here, since what orders bring about later needs the event loop.
            fake.create_world(**settings)
        except WorldError as error:
            raise CannotStart(str(error)) from None

    for path in snapshots:
        load_snapshot(path, fake.load_world)

    def ready(at: Addresses) -> str:
        fake.listens_at(at.api)
        return f"fake Webstore ready: site {at.api} door {at.door}/__fake__/"

    await serve_until_stopped(partial(serving, fake), ports, ready)


def main() -> None:
    """The entry point."""
    run_command(commands, "fake-webstore")
