"""The command `fake-erp serve`: the fake as a process of its own.

Whatever goes wrong at the start is one line on stderr that says what to do.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import orjson
import typer
from typer.exceptions import TyperException

from fake_erp.app import FakeErp
from fake_erp.serving import serving
from scenarios.harness.clock import parse_clock
from scenarios.harness.running import CannotListen
from scenarios.harness.snapshot import SnapshotError
from scenarios.harness.worlds import WorldError

commands = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="A stand-in for the Olist (Tiny) ERP, API 2.0."
)


class CannotStart(Exception):
    """The program cannot run as asked; the text says what to do."""


@dataclass(frozen=True)
class _Place:
    """Where the program listens."""

    host: str
    port: int
    door_port: int
    tls: ssl.SSLContext | None


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
    tls = _tls(tls_cert, tls_key)
    try:
        erp = FakeErp(parse_clock(clock))
        if world is not None:
            erp.create_world(name=world, seed=seed, plan=plan, products=products)
    except (WorldError, ValueError) as error:
        raise CannotStart(str(error)) from None
    asyncio.run(_run(erp, _Place(host, port, door_port, tls), snapshot or []))


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


async def _run(erp: FakeErp, place: _Place, snapshots: list[Path]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        for path in snapshots:
            _load(erp, path)
        async with serving(erp, place.host, place.port, place.door_port, place.tls) as addresses:
            print(f"fake ERP ready: api {addresses.api}/api2/ door {addresses.door}/__fake__/", flush=True)
            await stop.wait()
    except CannotListen as error:
        port, option = (place.door_port, "--door-port") if error.of_door else (place.port, "--port")
        raise CannotStart(_why(error, place.host, port, option)) from None


def _load(erp: FakeErp, path: Path) -> None:
    try:
        erp.load_world(orjson.loads(path.read_bytes()))
    except orjson.JSONDecodeError as error:
        raise CannotStart(f"--snapshot {path} is no JSON: {error}") from None
    except (SnapshotError, WorldError) as error:
        raise CannotStart(f"--snapshot {path}: {error}") from None
    except OSError as error:
        raise CannotStart(f"--snapshot {path}: {error.strerror}") from None


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """What the API is encrypted with. Raises CannotStart."""
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise CannotStart("--tls-cert and --tls-key belong together: give both or neither")
    for option, path in (("--tls-cert", certificate), ("--tls-key", key)):
        if not path.is_file():
            raise CannotStart(f"{option}: there is no file {path}")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # A key with a password would ask for it on the terminal; "" makes that an error.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, OSError):
        raise CannotStart(
            f"{certificate} and {key} are no certificate and its key: both in PEM, the key without a password"
        ) from None
    return context


def _why(error: OSError, host: str, port: int, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is in use: stop the program that has it or choose another with {option}"
    if error.errno == errno.EACCES:
        return f"port {port} of {host} is not allowed for this user: choose one above 1023 with {option}"
    return f"cannot listen on {host}:{port} ({error.strerror or error}): give an address of this machine with --host"


def main() -> None:
    """The entry point. Exit status 2 for a bad option, 1 for anything else that keeps it from running."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        status = commands(standalone_mode=False)
    except typer.Abort:
        status = 130
    except CannotStart as error:
        print(f"fake-erp: {error}", file=sys.stderr)
        status = 1
    except TyperException as error:
        print(f"fake-erp: {error.format_message().rstrip('.')}; see fake-erp serve --help.", file=sys.stderr)
        status = 2
    sys.exit(status or 0)
