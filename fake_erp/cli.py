"""The command `fake-erp`: the fake as a process of its own, and the replay of what is documented."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated

import orjson
import typer

from fake_erp.app import FakeErp
from fake_erp.serving import serving
from scenarios.harness.clock import parse_clock
from scenarios.harness.command import CannotStart, load_snapshot, read_tls, run_command, serve_until_stopped
from scenarios.harness.running import Addresses, Ports
from scenarios.harness.worlds import WorldError

commands = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="A stand-in for the Olist (Tiny) ERP, API 2.0."
)


@commands.callback()
def _root() -> None:
    """A stand-in for the Olist (Tiny) ERP, API 2.0."""


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="Numeric address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the API; 0 takes a free one.")] = 9100,
    door_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the control door.")] = 9101,
    clock: Annotated[str, typer.Option(help="'real' or 'scaled:<unix start>:<scaled unix start>:<rate>'.")] = "real",
    world: Annotated[str | None, typer.Option(help="Make a world (an account) of this name at the start.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of that world.")] = 1,
    plan: Annotated[str, typer.Option(help="Its plan: comecar, crescer, evoluir, potencializar, antigo.")] = "evoluir",
    products: Annotated[int, typer.Option(min=0, help="How many products it has.")] = 0,
    snapshot: Annotated[
        list[Path] | None, typer.Option(help="Load a world that was saved (the door's /snapshot); may be repeated.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Serve the API by https: its certificate, in PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's key, in PEM.")] = None,
) -> None:
    """Serve the API and the control door until SIGTERM or Ctrl-C; a page is at the door's /__fake__/."""
    tls = read_tls(tls_cert, tls_key)
    try:
        erp = FakeErp(parse_clock(clock))
        if world is not None:
            erp.create_world(name=world, seed=seed, plan=plan, products=products)
    except (WorldError, ValueError) as error:
        raise CannotStart(str(error)) from None
    asyncio.run(_run(erp, Ports(host, port, door_port, tls), snapshot or []))


@commands.command()
def ledger(
    recordings: Annotated[
        Path | None, typer.Option(help="A folder of your own vcrpy cassettes, to be replayed as well.")
    ] = None,
    driven: Annotated[Path | None, typer.Option(help="A JSON file: how often the stories call each service.")] = None,
    page: Annotated[Path | None, typer.Option(help="Write the table as a Markdown page as well.")] = None,
) -> None:
    """Replay what is documented and recorded of every service; status 1 where an answer differs."""
    # Imported here: serving needs none of it.
    from fake_erp.evidence import recordings as tapes
    from fake_erp.evidence import replay, report

    try:
        rows = asyncio.run(replay.replay_all(recordings))
        calls = orjson.loads(driven.read_bytes()) if driven else None
    except (tapes.BadRecording, OSError, orjson.JSONDecodeError) as error:
        raise CannotStart(str(error)) from None
    for row in rows:
        row.driven = None if calls is None else int(calls.get(row.service, 0))
    report.count_guesses(rows)
    print(report.table(rows))
    if page:
        page.write_text(report.page(rows), encoding="utf-8")
    if wrong := [row.service for row in rows if not row.sound]:
        raise CannotStart(f"{len(wrong)} of {len(rows)} services answer otherwise: {', '.join(wrong)}")


async def _run(erp: FakeErp, ports: Ports, snapshots: list[Path]) -> None:
    for path in snapshots:
        load_snapshot(path, erp.load_world)
    await serve_until_stopped(partial(serving, erp), ports, _ready)


def _ready(at: Addresses) -> str:
    return f"fake ERP ready: api {at.api}/api2/ door {at.door}/__fake__/"


def main() -> None:
    """The entry point."""
    run_command(commands, "fake-erp")
