"""`make bench-fake`: what the fakes cost: reads with state, quota or bucket, and journal on; the start of fixture and
command; memory with 10,000 products (and their variations, some 19,000 records), and of both fakes in one process with
1,000 orders besides.

`read_ratio` is against a bare aiohttp handler that does the same work on the wire and nothing else: it reads the
request and answers the same document as JSON. Beside it stands, stricter, a handler that parses nothing and answers
prepared bytes. All live in one server process and are asked in turn by a client of another, which only sends prepared
bytes, so that it is the server that is measured. The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from fake_erp.app import FakeErp
from fake_erp.serving import RunningErp
from fake_erp.serving import serving as serving_erp
from fake_webstore.app import FakeWebstore
from fake_webstore.serving import RunningWebstore
from fake_webstore.serving import serving as serving_webstore
from scenarios.harness.clock import VIRTUAL_START, ScaledClock
from scenarios.harness.running import Running

_PRODUCTS, _ORDERS = 10_000, 1_000
# A minute of the ERP's quota passes in three milliseconds, and the shop's bucket drains as fast: every call is counted
# and none is refused.
_RATE = 20_000.0
_CONNECTIONS = 8
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
# Method and path of each read; `{id}` is a product's. The first of each fake is its `read_ratio`.
_READS = {
    "erp": {
        "produto.obter.php": "POST /api2/produto.obter.php id={id}",
        "produto.obter.estoque.php": "POST /api2/produto.obter.estoque.php id={id}",
        "produtos.pesquisa.php": "POST /api2/produtos.pesquisa.php pagina=7",
    },
    "webstore": {
        "GET /products/{id}": "GET /products/{id}",
        "GET /products/{id}/stock": "GET /products/{id}/stock",
        "GET /orders?per_page=30": "GET /orders?per_page=30",
    },
}
_BOTH = "both"
_COMMANDS = {"erp": "fake_erp", "webstore": "fake_webstore"}
_READY = ("fake ERP ready", "fake Webstore ready")


async def _serve(which: str) -> None:
    """The server's process: prints where fake and bare handler listen, and waits to be ended."""
    answers: dict[str, bytes] = {}
    documents: dict[str, Any] = {}

    async def bare(request: web.Request) -> web.Response:
        await request.post()
        return web.json_response(documents[request.path_qs])

    async def fixed(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answers[request.path_qs.removeprefix("/fixed")], content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/fixed/{path:.*}", fixed)
    app.router.add_route("*", "/{path:.*}", bare)
    runner = web.AppRunner(app, access_log=None)
    async with _erp() if which == "erp" else _webstore() as about:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(json.dumps({**about, "bare": runner.addresses[0][1]}), flush=True)
        # The bare handler answers what the fake has answered, as soon as it is told.
        loop = asyncio.get_running_loop()
        for line in iter(lambda: loop.run_in_executor(None, sys.stdin.readline), ""):
            if not (text := (await line).strip()):
                break
            path, _, body = text.partition(" ")
            answers[path] = body.encode()
            documents[path] = json.loads(body)
        await runner.cleanup()


@asynccontextmanager
async def _erp() -> AsyncIterator[dict[str, Any]]:
    fake = FakeErp(ScaledClock(time.time(), VIRTUAL_START, _RATE))
    world = fake.create_world(name="loja", plan="potencializar", products=_PRODUCTS, journal_limit=10_000_000)
    async with serving_erp(fake) as addresses:
        ids = [product.id for product in world.catalogue.all()][:5000]
        yield {
            "at": addresses.api,
            "prefix": "",
            "headers": {},
            "form": f"token={world.token}&formato=json&",
            "ids": ids,
        }


@asynccontextmanager
async def _webstore() -> AsyncIterator[dict[str, Any]]:
    fake = FakeWebstore(ScaledClock(time.time(), VIRTUAL_START, _RATE))
    stores = [{"products": _PRODUCTS, "orders": _ORDERS, "installed": True}]
    world = fake.create_world(name="loja", stores=stores)
    store = next(iter(world.stores.values()))
    assert store.installation
    async with serving_webstore(fake) as addresses:
        fake.listens_at(addresses.api)
        headers = {
            "Authorization": f"Bearer {store.installation.access_token}",
            "User-Agent": "bench (a@exemplo.com.br)",
        }
        prefix = f"/loja/api/v1/stores/{store.id}"
        yield {
            "at": addresses.api,
            "prefix": prefix,
            "headers": headers,
            "form": "",
            "ids": list(store.products)[:5000],
        }


@dataclass
class _Connection:
    """One kept connection with what is still to be sent over it."""

    sock: socket.socket
    buffer: bytes = b""
    missing: int = -1

    def took(self) -> bool:
        """Read what is there; whether an answer is whole."""
        self.buffer += self.sock.recv(262_144)
        if self.missing < 0:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return False
            length = _LENGTH.search(head)
            assert length and head.startswith(b"HTTP/1.1 200"), head[:200]
            self.missing, self.buffer = int(length[1]), rest
        return len(self.buffer) >= self.missing


def ask(port: int, requests: list[bytes]) -> tuple[float, bytes]:
    """Answers a second over some connections, and the body of the last answer."""
    selector = selectors.DefaultSelector()
    waiting = iter(requests)
    begun, body = time.perf_counter(), b""
    for _ in range(_CONNECTIONS):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(next(waiting))
        selector.register(sock, selectors.EVENT_READ, _Connection(sock))
    open_ = _CONNECTIONS
    while open_:
        for key, _ in selector.select():
            connection: _Connection = key.data
            if not connection.took():
                continue
            body, connection.buffer, connection.missing = connection.buffer, b"", -1
            if request := next(waiting, None):
                connection.sock.sendall(request)
            else:
                selector.unregister(connection.sock)
                connection.sock.close()
                open_ -= 1
    return len(requests) / (time.perf_counter() - begun), body


def requests_for(read: str, about: dict[str, Any], count: int, prefix: str = "") -> list[bytes]:
    method, path, *fields = read.split(" ")
    more = "".join(f"{name}: {value}\r\n" for name, value in about["headers"].items())
    made = []
    for number in range(count):
        one = str(about["ids"][number % len(about["ids"])])
        head = f"{method} {prefix}{about['prefix']}{path.replace('{id}', one)} HTTP/1.1\r\nHost: fake\r\n{more}"
        form = (about["form"] + fields[0].replace("{id}", one)).encode() if fields else b""
        if fields:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
        made.append(head.encode() + b"\r\n" + form)
    return made


def read_ratios(which: str, rounds: int, count: int) -> dict[str, tuple[float, float, float]]:
    """For each read its ratios to the bare handler and to fixed bytes, medians of paired rounds; answers a second."""
    server = subprocess.Popen(
        [sys.executable, "-m", "scenarios.runner.bench_fake", "--serve", which],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin and server.stdout
    try:
        about = json.loads(server.stdout.readline())
        fake, found = int(about["at"].rpartition(":")[2]), {}
        for name, read in _READS[which].items():
            requests = requests_for(read, about, count)
            # Also warms up: the first rows of a listing are encoded once.
            ask(fake, requests[:500])
            # The bare handlers answer about one thing: the last that the fake was asked.
            one = {**about, "ids": about["ids"][:1]}
            _, body = ask(fake, requests_for(read, one, _CONNECTIONS))
            bare, fixed = requests_for(read, one, count), requests_for(read, one, count, "/fixed")
            server.stdin.write(f"{bare[0].split(b' ')[1].decode()} {body.decode()}\n")
            server.stdin.flush()
            time.sleep(0.1)
            port = about["bare"]
            runs = [[ask(fake, requests)[0], ask(port, bare)[0], ask(port, fixed)[0]] for _ in range(rounds)]
            ratios = [statistics.median(run[0] / run[other] for run in runs) for other in (1, 2)]
            found[name] = (ratios[0], ratios[1], statistics.median(run[0] for run in runs))
        return found
    finally:
        server.stdin.close()
        server.wait(10)


def fixture_ms(running: Callable[[], Running], times: int) -> float:
    """The median start of the fixture, in milliseconds."""

    def start() -> float:
        begun = time.perf_counter()
        with running():
            return (time.perf_counter() - begun) * 1000

    start()
    return statistics.median(start() for _ in range(times))


def _command(which: str, *options: str) -> tuple[float, float]:
    """Seconds until the command says that it is ready, and its memory then, in MB."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", _COMMANDS[which], "serve", "--port", "0", "--door-port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        assert process.stdout.readline().startswith(_READY)
        return time.perf_counter() - begun, rss_mb(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _both_mb() -> float:
    """The memory of a process in which both fakes listen."""
    shown = subprocess.run(
        [sys.executable, "-m", "scenarios.runner.bench_fake", "--serve", _BOTH], capture_output=True, check=True
    )
    return float(json.loads(shown.stdout)["rss_mb"])


async def _serve_both() -> None:
    async with _erp(), _webstore():
        print(json.dumps({"rss_mb": rss_mb(os.getpid())}))


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def _median(times: int, measure: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    runs = [measure() for _ in range(times)]
    return statistics.median(each[0] for each in runs), statistics.median(each[1] for each in runs)


def _figures(which: str, running: Callable[[], Running], rounds: int, count: int) -> dict[str, float]:
    """What one fake costs, also printed as words."""
    ratios = read_ratios(which, rounds, count)
    for name, (ratio, strict, per_second) in ratios.items():
        print(f"{name:28} {ratio:.2f} of a bare handler, {strict:.2f} of fixed bytes, {per_second:.0f} a second")
    cli_s, empty_mb = _median(5, lambda: _command(which))
    _, full_mb = _median(3, lambda: _command(which, "--world", "loja", "--products", str(_PRODUCTS)))
    print(f"memory without a world        {empty_mb:.0f} MB; with {_PRODUCTS} products {full_mb:.0f} MB")
    return {
        "read_ratio": round(next(iter(ratios.values()))[0], 3),
        "fixture_ms": round(fixture_ms(running, 30), 2),
        "cli_s": round(cli_s, 3),
        "rss_mb": round(full_mb, 1),
        "rss_growth_mb": round(full_mb - empty_mb, 1),
    }


def main() -> None:
    """Print what was reached; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", choices=[*_READS, _BOTH], help=argparse.SUPPRESS)
    parser.add_argument("--fake", choices=list(_READS), help="one of them only (default both)")
    parser.add_argument("--rounds", type=int, default=7, help="paired rounds of each read (default 7)")
    parser.add_argument("--requests", type=int, default=2000, help="requests in a round (default 2000)")
    given = parser.parse_args()
    if given.serve:
        asyncio.run(_serve_both() if given.serve == _BOTH else _serve(given.serve))
        return
    kinds: dict[str, Callable[[], Running]] = {"erp": RunningErp, "webstore": RunningWebstore}
    chosen = {given.fake: kinds[given.fake]} if given.fake else kinds
    figures: dict[str, Any] = {}
    for which, running in chosen.items():
        figures[which] = _figures(which, running, given.rounds, given.requests)
    if len(figures) == len(kinds):
        both = statistics.median(_both_mb() for _ in range(3))
        print(
            f"both in one process, as stories run them, with {_PRODUCTS} products and {_ORDERS} orders: {both:.0f} MB"
        )
        figures["both_rss_mb"] = round(both, 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
