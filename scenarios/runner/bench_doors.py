"""The doors that the benches of receiving compare: one that stores nothing, one on SQLite, one on PostgreSQL.

Each is a process of its own: the connector's site with the storing taken out (`keep` returns at once), the same site on
SQLite (synchronous=FULL) and on PostgreSQL (synchronous_commit=on, fsync on). They answer only, as
`connector serve --no-work` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from scenarios.runner.databases import postgres_server

KINDS = ("nothing", "sqlite", "postgres")
SECRET = "segredo-do-endereco-de-estoque-0123456789ab"
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
class Door:
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
) -> Iterator[Door]:
    """A door's process, ended by the end of the block; `environment` is added to this process's own."""
    command = [sys.executable, "-m", "scenarios.runner.bench_doors", kind]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BENCH_DATABASE": url, "BENCH_KEY": key, **(environment or {})},
    )
    assert process.stdin and process.stdout
    try:
        yield Door(kind, process, int(process.stdout.readline()), database_pid)
    finally:
        process.stdin.close()
        process.wait(20)


def message_request(secret: str, message: dict[str, Any]) -> bytes:
    """A message of the ERP to the address with this secret, as it goes over the wire."""
    body = json.dumps(message, separators=(",", ":")).encode()
    head = f"POST /erp/estoque/{secret} HTTP/1.1\r\nHost: conector\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


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
        made.append(message_request(SECRET, {**message, "dados": content}))
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
            door=vault.seal(SECRET),
            door_mark=vault.mark(SECRET),
            now=RealClock().now(),
        )
    engine.dispose()


def kept(url: str) -> int:
    engine = make_engine(url, writes=False)
    with engine.connect() as c:
        count = inbox.count(c, 7, inbox.ERP)
    engine.dispose()
    return count


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, int]]:
    """A server of our own with its defaults, which are durable: its address, and the number of its process."""
    with postgres_server(folder / "data") as server:
        address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as c:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                assert c.exec_driver_sql(f"SHOW {setting}").scalar() == "on", setting
        engine.dispose()
        pid = int((folder / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        yield server.get_uri(), pid


def checkpoint(url: str) -> None:
    """Once, as a server that has been up for minutes does it now and then: the log's files are used again after it."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as c:
        c.exec_driver_sql("CHECKPOINT")
    engine.dispose()


@dataclass(frozen=True, kw_only=True)
class Doors:
    """The three, and the databases of the two that store something; `database_pid` is PostgreSQL's process."""

    servers: dict[str, Door]
    sqlite: str
    postgres: str
    database_pid: int


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Doors]:
    """All three, with a store each, in a folder of their own."""
    key = new_key()
    lite = f"sqlite:///{folder / 'connector.sqlite3'}"
    # The one that stores nothing finds its store in a file of its own.
    empty = f"sqlite:///{folder / 'nothing.sqlite3'}"
    with postgres(folder) as (big, pid), contextlib.ExitStack() as stack:
        urls: dict[str, tuple[str, int | None]] = {"nothing": (empty, None), "sqlite": (lite, None)}
        urls["postgres"] = big, pid
        servers = {}
        for kind, (url, beside) in urls.items():
            prepare(url, key)
            servers[kind] = stack.enter_context(started(kind, url, key, beside))
        yield Doors(servers=servers, sqlite=lite, postgres=big, database_pid=pid)


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(_serve(sys.argv[1], os.environ["BENCH_DATABASE"], os.environ["BENCH_KEY"]))
