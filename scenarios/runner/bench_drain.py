"""`make bench-drain`: how fast a backlog of stock messages is worked off, and what it costs with more accounts.

Everything is a process of its own: both fakes in one, the connector, PostgreSQL. The database is filled as after a
pull; then messages are kept by `connector serve --no-work`, as many and as fast as it takes them, and worked off by
`connector serve`. Each product has ten messages in a row that disagree, so that the ERP is asked for its balance, and
the shop is told it. In the end every level in the shop must be the ERP's.

Time is scaled, and with it the quota: 120 calls a minute of the clock are so many more on the wall that it is not what
drains are measured by; the share of it that was used is told. The time that messages of a product gather before a
question is as much shorter.

`--live N`: instead of a backlog, so many messages a second (by the wall) at a connector that works meanwhile.
`--stores 1,10,100`: the same load spread over so many stores, each with an account and the work that waits in a
connected store; where there are more stores than products, the others only wait. CPU is that of the connector, with
PostgreSQL's. The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.store import schema
from connector.store.engine import make_engine
from connector.vault import new_key
from scenarios.harness.clock import RealClock, ScaledClock
from scenarios.runner import drain_database
from scenarios.runner.bench_doors import family_cpu, message_request, postgres
from scenarios.runner.bench_scale import cpu_seconds, new_database
from scenarios.runner.connector_processes import free_ports
from scenarios.runner.drain_fakes import CALLS_A_MINUTE
from scenarios.runner.open_loop import percentile, send

_EACH = 10
_RATE, _LIVE_RATE = 100.0, 20.0
_LOOK, _PATIENCE = 0.05, 300.0


class Failed(Exception):
    """The run shows nothing: something did not start, did not end, or ended wrong."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """`products` in all, ten messages each, in the first stores where there are more of them than products.

    `live`: messages a second on the wall; `rate`: of the clock.
    """

    products: int
    stores: int
    rate: float
    live: float | None


@dataclass(frozen=True, kw_only=True)
class Base:
    """The database of one run, and PostgreSQL's process if it is one's own."""

    url: str
    pid: int | None

    def cpu(self, connector: int) -> float:
        """CPU seconds until now: the connector's, and those of the database's processes."""
        return cpu_seconds(connector) + (family_cpu(self.pid) if self.pid else 0.0)


class Fakes:
    """The process of drain_fakes.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.about: dict[str, Any] = self._line()

    def counts(self, told: int) -> dict[str, Any]:
        """Counts until now; the levels of so many products, of which the connector was told, are compared."""
        assert self._process.stdin
        self._process.stdin.write(f"{told}\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout
        if not (line := self._process.stdout.readline()):
            raise Failed("the fakes did not start: see above")
        told: dict[str, Any] = json.loads(line)
        return told


@contextlib.contextmanager
def _fakes(clock: ScaledClock, wish: Wish) -> Iterator[Fakes]:
    sizes = ("--stores", str(wish.stores), "--products", str(max(1, wish.products // wish.stores)))
    command = [sys.executable, "-m", "scenarios.runner.drain_fakes", "--clock", clock.spec(), *sizes]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    try:
        yield Fakes(process)
    finally:
        process.stdin.close()
        process.wait(20)


@contextlib.contextmanager
def _connector(environment: dict[str, str], *options: str) -> Iterator[int]:
    """`connector serve` with these options, once it answers: the number of its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "connector", "serve", *options], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        _until_answering(process, environment["CONNECTOR_PUBLIC_URL"])
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _until_answering(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"the connector ended by itself with status {process.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise Failed("the connector does not answer after a minute")


def _messages(about: dict[str, Any], secrets: list[str]) -> list[bytes]:
    """Ten in a row for each product, which disagree; the stores in turn, product by product."""
    made = []
    for place in range(len(about["stores"][0]["products"])):
        for store, secret in zip(about["stores"], secrets, strict=True):
            erp_id, shop_id, code = store["products"][place]
            head = {"cnpj": store["cnpj"], "idEcommerce": drain_database.INTEGRATOR, "tipo": "estoque"}
            for number in range(_EACH):
                content = {
                    "tipoEstoque": "F",
                    "saldo": 1000 + number,
                    "idProduto": erp_id,
                    "sku": code,
                    "skuMapeamento": str(shop_id),
                    "skuMapeamentoPai": "",
                }
                made.append(message_request(secret, {**head, "versao": "1.0.0", "dados": content}))
    return made


def _environment(url: str, key: str, clock: ScaledClock, fakes: Fakes, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "CONNECTOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CONNECTOR_PORT": str(port),
        "CONNECTOR_WEBSTORE_URL": fakes.about["shop_url"],
        "CONNECTOR_ERP_URL": fakes.about["erp_url"],
        "CONNECTOR_APP_ID": "1",
        "CONNECTOR_APP_SECRET": "bench",
        "CONNECTOR_KEYS": key,
        "CONNECTOR_DATABASE_URL": url,
        "CONNECTOR_CLOCK": clock.spec(),
    }


def run(base: Base, wish: Wish) -> dict[str, Any]:
    """The figures of one database and number of stores. Raises Failed."""
    clock = ScaledClock(time.time(), RealClock().now(), wish.rate)
    key, port = new_key(), free_ports().connector
    schema.migrate(base.url)
    with _fakes(clock, wish) as fakes:
        secrets = drain_database.fill(base.url, key, fakes.about["stores"], CALLS_A_MINUTE, clock.now())
        messages = _messages(fakes.about, secrets)[: wish.products * _EACH]
        environment = _environment(base.url, key, clock, fakes, port)
        act = _backlog if wish.live is None else _live
        figures = act(base, environment, port, messages, wish)
        counts = fakes.counts(len(messages) // _EACH)
    if counts["wrong"]:
        raise Failed(f"{counts['wrong']} levels in the shop are not the ERP's")
    minutes = figures["drain_s"] * wish.rate / 60
    figures |= {name: counts[name] for name in ("erp_calls", "shop_calls", "blocked")}
    figures["fakes_cpu_s"] = round(counts["cpu_s"], 2)
    busy = min(wish.stores, wish.products)
    figures["quota_used"] = round(counts["erp_calls"] / (CALLS_A_MINUTE * busy * max(minutes, 1)), 4)
    return figures


def _backlog(base: Base, environment: dict[str, str], port: int, messages: list[bytes], wish: Wish) -> dict[str, Any]:
    with _connector(environment, "--no-work") as pid:
        before = base.cpu(pid)
        sent = send(port, messages, None)
        receive = base.cpu(pid) - before
    with _connector(environment) as pid:
        before, begun = base.cpu(pid), time.perf_counter()
        _until_done(base.url, len(messages))
        drain, seconds = base.cpu(pid) - before, time.perf_counter() - begun
    return {
        "messages": len(messages),
        "products": len(messages) // _EACH,
        "receive_rate": round(sent.rate, 1),
        "receive_us": round(receive / len(messages) * 1e6, 1),
        "drain_s": round(seconds, 2),
        "drain_rate": round(len(messages) / seconds, 1),
        "products_rate": round(len(messages) / _EACH / seconds, 1),
        "drain_us": round(drain / len(messages) * 1e6, 1),
    }


def _live(base: Base, environment: dict[str, str], port: int, messages: list[bytes], wish: Wish) -> dict[str, Any]:
    with _connector(environment) as pid:
        before, begun = base.cpu(pid), time.perf_counter()
        sent = send(port, messages, wish.live)
        ended = time.perf_counter()
        _until_done(base.url, len(messages))
        used, done = base.cpu(pid) - before, time.perf_counter()
    return {
        "messages": len(messages),
        "products": len(messages) // _EACH,
        "rate": round(sent.rate, 1),
        "p99_ms": round(percentile(sent.waits, 0.99), 1),
        "us": round(used / len(messages) * 1e6, 1),
        "drain_s": round(done - begun, 2),
        "after_s": round(done - ended, 2),
    }


def _until_done(url: str, messages: int) -> None:
    """Until nothing is left of them. Raises Failed where nothing moves any more."""
    engine = make_engine(url, writes=False)
    try:
        best, better_at = sys.maxsize, time.monotonic()
        while remaining := drain_database.left(engine):
            missing = messages - drain_database.dealt_with(engine) + remaining
            if missing < best:
                best, better_at = missing, time.monotonic()
            if time.monotonic() - better_at > _PATIENCE:
                raise Failed(f"{remaining} pieces of work are left, and nothing moved for {_PATIENCE:.0f} s")
            time.sleep(_LOOK)
        if (there := drain_database.dealt_with(engine)) != messages:
            raise Failed(f"{there} messages were dealt with of {messages}")
    finally:
        engine.dispose()


def _measure(folder: Path, kinds: list[str], wishes: list[Wish]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
    with contextlib.ExitStack() as stack:
        server, pid = stack.enter_context(postgres(folder)) if "postgres" in kinds else ("", 0)
        for wish in wishes:
            for kind in kinds:
                if kind == "sqlite":
                    base = Base(url=f"sqlite:///{folder / f'stores-{wish.stores}.sqlite3'}", pid=None)
                else:
                    base = Base(url=new_database(server), pid=pid)
                figures = found[kind][str(wish.stores)] = run(base, wish)
                told = ", ".join(f"{name} {value}" for name, value in figures.items())
                print(f"{kind}, {wish.stores} store(s): {told}", flush=True)
    return found


def _numbers(text: str) -> list[int]:
    """Raises ValueError."""
    numbers = [int(part) for part in text.split(",")]
    if min(numbers) < 1:
        raise ValueError(text)
    return numbers


def main() -> None:
    """Print the figures of each run; the last line is JSON. Exit status 1 if a run shows nothing or ends wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=1000, help="in all stores, ten messages each (default 1000)")
    parser.add_argument("--stores", default="1", metavar="N,N…", help="numbers of stores, one after the other")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--live", type=float, metavar="N", help="messages a second while the connector works")
    parser.add_argument("--rate", type=float, help=f"of the clock (default {_RATE:.0f}, with --live {_LIVE_RATE:.0f})")
    given = parser.parse_args()
    try:
        numbers = _numbers(given.stores)
    except ValueError:
        parser.error(f"--stores {given.stores}: give whole numbers from 1 on, such as 1,10,100")
    if given.products < 1:
        parser.error(f"--products {given.products}: give 1 or more")
    if (given.live is not None and given.live <= 0) or (given.rate is not None and given.rate <= 0):
        parser.error("--live and --rate must be above 0")
    rate = given.rate or (_RATE if given.live is None else _LIVE_RATE)
    wishes = [Wish(products=given.products, stores=number, rate=rate, live=given.live) for number in numbers]
    kinds = ["sqlite", "postgres"] if given.database == "both" else [given.database]
    with tempfile.TemporaryDirectory(prefix="bench-drain-") as folder:
        try:
            figures = _measure(Path(folder), kinds, wishes)
        except Failed as error:
            raise SystemExit(f"bench-drain: {error}") from None
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
