"""What the commands of both fakes share: why one cannot start, https, snapshots, waiting for a signal.

Whatever goes wrong at the start is one line on stderr that says what to do.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import ssl
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import orjson
import typer
from typer.exceptions import TyperException

from scenarios.harness.running import Addresses, CannotListen, Ports
from scenarios.harness.snapshot import SnapshotError
from scenarios.harness.worlds import WorldError


class CannotStart(Exception):
    """The program cannot run as asked; the text says what to do."""


async def serve_until_stopped(
    serving: Callable[[Ports], AbstractAsyncContextManager[Addresses]], ports: Ports, ready: Callable[[Addresses], str]
) -> None:
    """Listen, print the line that says where, and wait for SIGTERM or Ctrl-C. Raises CannotStart."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with serving(ports) as addresses:
            print(ready(addresses), flush=True)
            await stop.wait()
    except CannotListen as error:
        port, option = (ports.door_port, "--door-port") if error.of_door else (ports.port, "--port")
        raise CannotStart(_why(error, ports.host, port, option)) from None


def _why(error: OSError, host: str, port: int, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is in use: stop the program that has it or choose another with {option}"
    if error.errno == errno.EACCES:
        return f"port {port} of {host} is not allowed for this user: choose one above 1023 with {option}"
    return f"cannot listen on {host}:{port} ({error.strerror or error}): give an address of this machine with --host"


def load_snapshot(path: Path, load: Callable[[Any], object]) -> None:
    """Give a saved world to `load`. Raises CannotStart."""
    try:
        load(orjson.loads(path.read_bytes()))
    except orjson.JSONDecodeError as error:
        raise CannotStart(f"--snapshot {path} is no JSON: {error}") from None
    except (SnapshotError, WorldError) as error:
        raise CannotStart(f"--snapshot {path}: {error}") from None
    except OSError as error:
        raise CannotStart(f"--snapshot {path}: {error.strerror}") from None


def read_tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """What the API is encrypted with; None without the two files. Raises CannotStart."""
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


def run_command(commands: typer.Typer, name: str) -> None:
    """The entry point. Exit status 2 for a bad option, 1 for anything else that keeps it from running."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        status = commands(standalone_mode=False)
    except typer.Abort:
        status = 130
    except CannotStart as error:
        print(f"{name}: {error}", file=sys.stderr)
        status = 1
    except TyperException as error:
        print(f"{name}: {error.format_message().rstrip('.')}; see {name} serve --help.", file=sys.stderr)
        status = 2
    sys.exit(status or 0)
