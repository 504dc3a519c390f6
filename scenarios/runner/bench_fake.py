"""`make bench-fake`: what the fake ERP costs: reads with state, quota and journal on, the start of the fixture and of
the command, and memory with 10,000 products (and their variations, some 19,000 records).

`read_ratio` is against a bare aiohttp handler that does the same work on the wire and nothing else: it reads the form
and answers the same document as JSON. Beside it stands, stricter, a handler that parses nothing and answers prepared
bytes. All live in one server process and are asked in turn by a client of another, which only sends prepared bytes, so
that it is the server that is measured. The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from fake_erp.app import FakeErp
from fake_erp.serving import RunningErp, serving
from scenarios.harness.clock import VIRTUAL_START, ScaledClock

_PRODUCTS = 10_000
# A minute of the quota passes in three milliseconds: every call is counted and none is refused.
_RATE = 20_000.0
_CONNECTIONS = 8
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_READS = {
    "produto.obter.php": "id={id}",
    "produto.obter.estoque.php": "id={id}",
    "produtos.pesquisa.php": "pagina=7",
}


async def _serve() -> None:
    """The server's process: prints where fake and bare handler listen, and waits to be ended."""
    fake = FakeErp(ScaledClock(time.time(), VIRTUAL_START, _RATE))
    settings = {"plan": "potencializar", "products": _PRODUCTS, "journal_limit": 10_000_000}
    world = fake.create_world(name="loja", **settings)
    answers: dict[str, bytes] = {}

    documents: dict[str, Any] = {}

    async def bare(request: web.Request) -> web.Response:
        await request.post()
        return web.json_response(documents[request.path])

    async def fixed(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answers[request.path[6:]], content_type="application/json")

    app = web.Application()
    app.router.add_post("/api2/{service}", bare)
    app.router.add_post("/fixed/api2/{service}", fixed)
    runner = web.AppRunner(app, access_log=None)
    async with serving(fake) as addresses:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ids = [product.id for product in world.catalogue.all()][:5000]
        print(json.dumps([addresses.api, runner.addresses[0][1], world.token, ids]), flush=True)
        # The bare handler answers what the fake has answered, as soon as it is told.
        loop = asyncio.get_running_loop()
        for line in iter(lambda: loop.run_in_executor(None, sys.stdin.readline), ""):
            if not (text := (await line).strip()):
                break
            path, _, body = text.partition(" ")
            answers[path] = body.encode()
            documents[path] = json.loads(body)
        await runner.cleanup()


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


def _ask(port: int, requests: list[bytes]) -> tuple[float, bytes]:
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


def _requests(service: str, token: str, ids: list[int], count: int, prefix: str = "") -> list[bytes]:
    made = []
    for number in range(count):
        more = _READS[service].format(id=ids[number % len(ids)])
        form = f"token={token}&formato=json&{more}".encode()
        head = (
            f"POST {prefix}/api2/{service} HTTP/1.1\r\nHost: erp\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        )
        made.append(head.encode() + b"Content-Length: %d\r\n\r\n" % len(form) + form)
    return made


def read_ratios(rounds: int, count: int) -> dict[str, tuple[float, float, float]]:
    """For each read its ratios to the bare handler and to fixed bytes, medians of paired rounds; answers a second."""
    server = subprocess.Popen(
        [sys.executable, "-m", "scenarios.runner.bench_fake", "--serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin and server.stdout
    try:
        api, bare, token, ids = json.loads(server.stdout.readline())
        fake = int(api.rpartition(":")[2])
        found = {}
        for service in _READS:
            requests = _requests(service, token, ids, count)
            # Also warms up: the first rows of a listing are encoded once.
            _, body = _ask(fake, requests[:500])
            server.stdin.write(f"/api2/{service} {body.decode()}\n")
            server.stdin.flush()
            time.sleep(0.1)
            fixed = _requests(service, token, ids, count, "/fixed")
            runs = [[_ask(fake, requests)[0], _ask(bare, requests)[0], _ask(bare, fixed)[0]] for _ in range(rounds)]
            ratios = [statistics.median(run[0] / run[other] for run in runs) for other in (1, 2)]
            found[service] = (ratios[0], ratios[1], statistics.median(run[0] for run in runs))
        return found
    finally:
        server.stdin.close()
        server.wait(10)


def fixture_ms(times: int) -> float:
    """The median start of the fixture, in milliseconds."""

    def start() -> float:
        begun = time.perf_counter()
        with RunningErp():
            return (time.perf_counter() - begun) * 1000

    start()
    return statistics.median(start() for _ in range(times))


def _command(*options: str) -> tuple[float, float]:
    """Seconds until `fake-erp serve` is ready, and its memory then, in MB."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "fake_erp", "serve", "--port", "0", "--door-port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        assert process.stdout.readline().startswith("fake ERP ready")
        return time.perf_counter() - begun, _rss_mb(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def _median(times: int, measure: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    runs = [measure() for _ in range(times)]
    return statistics.median(each[0] for each in runs), statistics.median(each[1] for each in runs)


def main() -> None:
    """Print what was reached; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=7, help="paired rounds of each read (default 7)")
    parser.add_argument("--requests", type=int, default=2000, help="requests in a round (default 2000)")
    given = parser.parse_args()
    if given.serve:
        asyncio.run(_serve())
        return
    ratios = read_ratios(given.rounds, given.requests)
    for service, (ratio, strict, per_second) in ratios.items():
        print(f"{service:28} {ratio:.2f} of a bare handler, {strict:.2f} of fixed bytes, {per_second:.0f} a second")
    cli_s, empty_mb = _median(5, lambda: _command())
    _, rss_mb = _median(3, lambda: _command("--world", "loja", "--products", str(_PRODUCTS)))
    print(f"memory without a world        {empty_mb:.0f} MB; with {_PRODUCTS} products {rss_mb:.0f} MB")
    figures = {
        "read_ratio": round(ratios["produto.obter.php"][0], 3),
        "fixture_ms": round(fixture_ms(30), 2),
        "cli_s": round(cli_s, 3),
        "rss_mb": round(rss_mb, 1),
        "rss_growth_mb": round(rss_mb - empty_mb, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
