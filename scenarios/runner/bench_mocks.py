"""`make bench-mocks`: the fake Webstore beside generic mock servers that serve its own OpenAPI document.

Prism (@stoplight/prism-cli) and Mockoon (@mockoon/cli) are installed by npm into a temporary folder. Each server is
asked the same question, the balance of a product, over the same connections by the same client, which only sends
prepared bytes; in turn, round by round. They answer something that fits the document; the fake answers from its state
and counts the call, with 10,000 products and 1,000 orders in its memory.

Where Node is not there or npm does not succeed, that is told and only the fake is measured. The last line is one line
of JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fake_webstore import openapi
from scenarios.runner.bench_fake import ask, requests_for, rss_mb

_READ = "GET /products/{id}/stock"
_PACKAGES = {"prism": "@stoplight/prism-cli", "mockoon": "@mockoon/cli"}
_INSTALL_PATIENCE, _START_PATIENCE = 300.0, 60.0


class NotMeasured(Exception):
    """Why the other servers were not measured."""


@dataclass(frozen=True, kw_only=True)
class _Server:
    """A running server: `about` is how it is asked (bench_fake.requests_for)."""

    port: int
    pid: int
    about: dict[str, Any]


def _install(folder: Path) -> dict[str, str]:
    """The versions that npm has installed into the folder. Raises NotMeasured."""
    if shutil.which("node") is None or (npm := shutil.which("npm")) is None:
        raise NotMeasured("Node and npm were not found")
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *_PACKAGES.values()]
    try:
        # What npm says names its registry and this machine's folders: it is not repeated.
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_INSTALL_PATIENCE)
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"npm had not installed them after {_INSTALL_PATIENCE:.0f} s") from None
    if done.returncode:
        raise NotMeasured(f"npm could not install them (status {done.returncode})")
    found = {}
    for name, package in _PACKAGES.items():
        described = json.loads((folder / "node_modules" / package / "package.json").read_text(encoding="utf-8"))
        found[name] = str(described["version"])
    return found


def _command(name: str, folder: Path, port: int) -> list[str]:
    document, programs = str(folder / "openapi.json"), folder / "node_modules" / ".bin"
    if name == "prism":
        return [str(programs / "prism"), "mock", document, "-h", "127.0.0.1", "-p", str(port), "-v", "silent"]
    options = ["--hostname", "127.0.0.1", "--port", str(port), "--disable-log-to-file"]
    return [str(programs / "mockoon-cli"), "start", "--data", document, *options]


@contextlib.contextmanager
def _mock(name: str, folder: Path, about: dict[str, Any]) -> Iterator[_Server]:
    """Raises NotMeasured where it does not listen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(_command(name, folder, port), cwd=folder, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        _until_listening(name, process, port)
        yield _Server(port=port, pid=process.pid, about=about)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_listening(name: str, process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise NotMeasured(f"{name} did not start")


@contextlib.contextmanager
def _fake() -> Iterator[_Server]:
    command = [sys.executable, "-m", "scenarios.runner.bench_fake", "--serve", "webstore"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    try:
        about = json.loads(process.stdout.readline())
        yield _Server(port=int(about["at"].rpartition(":")[2]), pid=process.pid, about=about)
    finally:
        process.stdin.close()
        process.wait(10)


def _rates(servers: dict[str, _Server], rounds: int, count: int) -> list[dict[str, float]]:
    """Answers a second of each, by round; the first requests are for warming up."""
    for server in servers.values():
        ask(server.port, requests_for(_READ, server.about, max(8, count // 4)))
    found = []
    for number in range(rounds):
        found.append(
            {
                f"{name}_rate": round(ask(server.port, requests_for(_READ, server.about, count))[0], 1)
                for name, server in servers.items()
            }
        )
        print(f"round {number + 1}: " + ", ".join(f"{name} {rate:.0f}" for name, rate in found[-1].items()), flush=True)
    return found


def _measure(folder: Path, rounds: int, count: int) -> dict[str, Any]:
    (folder / "openapi.json").write_bytes(openapi.api())
    versions, why = {}, None
    with contextlib.ExitStack() as stack:
        servers = {"fake": stack.enter_context(_fake())}
        about = servers["fake"].about
        try:
            versions = _install(folder)
            for name in _PACKAGES:
                servers[name] = stack.enter_context(_mock(name, folder, about))
        except NotMeasured as reason:
            why = str(reason)
            print(f"not measured: {why}")
        runs = _rates(servers, rounds, count)
        memory = {f"{name}_mb": round(rss_mb(server.pid), 1) for name, server in servers.items()}
    return {"versions": versions, "why": why, "requests": count, **memory, "rounds": runs}


def main() -> None:
    """Print what was reached; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--requests", type=int, default=2000, help="requests in a round (default 2000)")
    given = parser.parse_args()
    if given.rounds < 1 or given.requests < 8:
        parser.error("--rounds must be 1 or more, --requests 8 or more")
    with tempfile.TemporaryDirectory(prefix="bench-mocks-") as folder:
        figures = _measure(Path(folder), given.rounds, given.requests)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
