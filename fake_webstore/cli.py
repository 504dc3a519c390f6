"""Command line: `fake-webstore serve`."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Annotated

import typer
from aiohttp import web

from fake_webstore.app import FakeWebstore
from scenarios.harness.clock import Clock, parse_clock

program = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@program.callback()
def about() -> None:
    """A stand-in for the shop platform Webstore, for development and tests."""


@program.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of API and panel.")] = 9200,
    door_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the control door.")] = 9201,
    clock: Annotated[str, typer.Option(help="real, or scaled:<unix start>:<scaled unix start>:<rate>.")] = "real",
) -> None:
    """Serve API, panel and control door until a signal ends it."""
    try:
        chosen = parse_clock(clock)
    except ValueError as error:
        _give_up(str(error), 2)
    try:
        asyncio.run(_serve(chosen, host, port, door_port))
    except _CannotListen as error:
        _give_up(str(error), 1)


class _CannotListen(Exception):
    """An address cannot be had; the text says what to do."""


def _give_up(text: str, status: int) -> None:
    print(f"fake-webstore: {text}", file=sys.stderr)
    raise SystemExit(status)


async def _serve(clock: Clock, host: str, port: int, door_port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    fake = FakeWebstore(clock)
    runners: list[web.AppRunner] = []
    try:
        fake.public_url = await _listen(runners, fake.site(), host, port, "--port")
        door = await _listen(runners, fake.door(), host, door_port, "--door-port")
        print(f"fake-webstore: site {fake.public_url}, control door {door}", flush=True)
        await stop.wait()
    finally:
        await fake.close()
        for runner in runners:
            await runner.cleanup()


async def _listen(runners: list[web.AppRunner], app: web.Application, host: str, port: int, option: str) -> str:
    """Start an application and return its address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    runners.append(runner)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        reason = error.strerror or str(error)
        raise _CannotListen(f"cannot listen on {host}:{port} ({reason}): choose another with {option}") from None
    return f"http://{_in_address(host)}:{runner.addresses[0][1]}"


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def main() -> None:
    """Entry point of the command."""
    program()
