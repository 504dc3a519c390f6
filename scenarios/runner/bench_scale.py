"""`make bench-scale`: what grows with size, and what a second worker adds.

Cost: the connector is a process of its own (`connector serve` on SQLite), both fakes live in this one, time is
scaled so far that the connector is never short of quota. CPU seconds of its process from the merchant's log-in to the
end of the first pull ÷ products, for a large catalogue and a small one; its highest memory in the large run.

Workers: one and then two `connector worker` on one PostgreSQL of its own, started by the bench, tell 64 stores their
levels, as many in a call as they choose; the shop takes 50 ms for each call and has no bucket, a worker has eight calls
under way.
The rate is that of the middle of the run, by the shop's journal, so that no start is in it. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from connector.store import pulls, schema, stores, untold, work
from connector.store.engine import make_engine
from connector.store.tables import item, shelf
from connector.store.work import Priority
from connector.vault import Vault, new_key
from fake_webstore.app import FakeWebstore
from fake_webstore.serving import serving
from fake_webstore.world import Platform
from scenarios.harness.clock import RealClock
from scenarios.runner.databases import postgres_server
from scenarios.runner.separate import SeparateStage

_RATE = 200.0
_STORES, _AT_ONCE, _SHOP_SECONDS = 64, 8, 0.05
_BATCH_CALL = "POST /stock/batch"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One pull: CPU seconds of the connector, its highest memory, and how long it took on the wall."""

    products: int
    cpu_s: float
    peak_mb: float
    real_s: float

    @property
    def ms_per_product(self) -> float:
        return self.cpu_s * 1000 / self.products


def cpu_seconds(pid: int) -> float:
    """What a process has used, in user and system time."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int) -> float:
    """The most memory that a process has held."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


async def cost(folder: Path, products: int) -> Cost:
    """Pull a fresh catalogue."""
    stage = SeparateStage(folder, rate=_RATE)
    try:
        settings = {"products": products, "plan": "potencializar", "variations_share": 0.0, "journal_limit": 10_000_000}
        await stage.open(erp=settings)
        assert stage.process is not None
        pid = stage.process.pid
        began, real = cpu_seconds(pid), time.perf_counter()
        await stage.connect()
        engine = make_engine(stage.database_url, writes=False)
        try:
            finished = 0
            while not finished:
                await asyncio.sleep(0.2)
                with engine.connect() as c:
                    finished = pulls.finished_count(c, stage.store_id())
        finally:
            engine.dispose()
        return Cost(
            products=products,
            cpu_s=cpu_seconds(pid) - began,
            peak_mb=peak_mb(pid),
            real_s=time.perf_counter() - real,
        )
    finally:
        await stage.close()


def measure_cost(products: int) -> Cost:
    """`cost` in a folder and on a loop of its own, printed."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(cost(Path(folder), products))
    print(
        f"{found.products:>7} products: {found.ms_per_product:.2f} ms of CPU each, "
        f"{found.peak_mb:.0f} MB at most, {found.real_s:.0f} s",
        flush=True,
    )
    return found


@asynccontextmanager
async def _slow_shop(products: int) -> AsyncIterator[Platform]:
    """A platform whose stores have the app, and whose every call takes its time."""
    fake = FakeWebstore(RealClock())
    settings = [{"products": products, "installed": True} for _ in range(_STORES)]
    world = fake.create_world(name="loja", stores=settings, bucket=False)
    async with serving(fake) as addresses:
        fake.listens_at(addresses.api)
        world.faults.order({"call": "*", "what": "slow", "calls": 10**9, "with": {"seconds": _SHOP_SECONDS}})
        yield world


def _fill(url: str, key: str, world: Platform) -> None:
    """A connector that knows the platform's stores and products, and has to tell the level of every one."""
    vault, now = Vault([key]), datetime.now(UTC)
    engine = make_engine(url)
    with engine.begin() as c:
        for store in world.stores.values():
            assert store.installation is not None
            bearer, door = vault.seal(store.installation.access_token), vault.seal(uuid.uuid4().hex)
            address = world.api_url("")
            stores.install(c, store.id, api_url=address, bearer=bearer, door=door, door_mark=str(store.id), now=now)
            codes = [(product.code, shop_id) for shop_id, product in store.products.items() if not product.variants]
            common = {"store_id": store.id, "kind": "simple", "name": "", "level": Decimal(7), "level_kind": "physical"}
            c.execute(sa.insert(item), [{**common, "erp_id": str(shop_id), "code": code} for code, shop_id in codes])
            on_shelf = [{"store_id": store.id, "code": code, "shop_id": shop_id} for code, shop_id in codes]
            c.execute(sa.insert(shelf), on_shelf)
            work.enqueue(c, store.id, "levels", now, priority=Priority.STOCK)
        c.execute(sa.text("ANALYZE"))
    engine.dispose()


def _environment(url: str, key: str) -> dict[str, str]:
    return {
        **os.environ,
        "CONNECTOR_PUBLIC_URL": "http://127.0.0.1:1",
        "CONNECTOR_WEBSTORE_URL": "http://127.0.0.1:1",
        "CONNECTOR_APP_ID": "1",
        "CONNECTOR_APP_SECRET": "bench",
        "CONNECTOR_KEYS": key,
        "CONNECTOR_DATABASE_URL": url,
        "CONNECTOR_WORK_AT_ONCE": str(_AT_ONCE),
    }


async def calls_a_second(url: str, workers: int, products: int) -> float:
    """Have so many workers tell all levels; the rate of the shop's calls in the middle of the run."""
    key = new_key()
    schema.migrate(url)
    async with _slow_shop(products) as world:
        _fill(url, key, world)
        command = [sys.executable, "-m", "connector", "worker"]
        started = [
            await asyncio.create_subprocess_exec(
                *command, env=_environment(url, key), stderr=asyncio.subprocess.DEVNULL
            )
            for _ in range(workers)
        ]
        try:
            await _until_told(url, [store.id for store in world.stores.values()])
            cpu = sum(cpu_seconds(process.pid) for process in started)
        finally:
            for process in started:
                process.terminate()
                await process.wait()
        calls = [e for e in world.journal if e["kind"] == "api" and e["call"] == _BATCH_CALL]
        moments = sorted(datetime.fromisoformat(e["at"]) for e in calls)
    first, last = len(moments) // 5, len(moments) * 4 // 5
    rate = (last - first) / (moments[last] - moments[first]).total_seconds()
    each = f"{cpu * 1000 / len(moments):.2f} ms of CPU each"
    print(f"{workers} worker(s): {len(moments)} calls, {rate:.1f} a second, {each}", flush=True)
    return rate


async def _until_told(url: str, store_ids: list[int]) -> None:
    """Looks at one store at a time, so that the shop, which lives on this loop, is not held up."""
    engine = make_engine(url)
    try:
        for store_id in store_ids:
            await asyncio.to_thread(_wait_until_told, engine, store_id)
    finally:
        engine.dispose()


def _wait_until_told(engine: sa.Engine, store_id: int) -> None:
    with engine.connect() as c:
        while untold.untold_levels(c, store_id, 1):
            c.rollback()
            time.sleep(0.5)


def measure_workers(rounds: int, products: int) -> float:
    """Two workers ÷ one, on databases of their own; the median of some rounds."""
    ratios = []
    with (
        tempfile.TemporaryDirectory(prefix="connector-bench-") as folder,
        postgres_server(Path(folder) / "data") as server,
    ):
        for _ in range(rounds):
            one, two = (
                asyncio.run(calls_a_second(new_database(server.get_uri()), workers, products)) for workers in (1, 2)
            )
            ratios.append(two / one)
    return statistics.median(ratios)


def new_database(server: str) -> str:
    """The address of an empty database on a PostgreSQL server."""
    name = f"bench_{uuid.uuid4().hex}"
    address = sa.make_url(server)
    engine = sa.create_engine(address.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return address.set(database=name).render_as_string(hide_password=False)


def main() -> None:
    """Print what was reached; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=["cost", "workers"], help="one of the two only (default both)")
    parser.add_argument("--small", type=int, default=1_000, help="products of the small catalogue (default 1000)")
    parser.add_argument("--large", type=int, default=100_000, help="products of the large one (default 100000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of one worker and two (default 3)")
    parser.add_argument("--levels", type=int, default=1_000, help="products of each of the 64 stores (default 1000)")
    given = parser.parse_args()
    # As the connector's own processes, so that what both halves share is as quick on either side.
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    figures: dict[str, float] = {}
    if given.part != "workers":
        small, large = measure_cost(given.small), measure_cost(given.large)
        figures["cost_ratio"] = round(large.ms_per_product / small.ms_per_product, 3)
        figures["rss_mb"] = round(large.peak_mb, 1)
        for name, one in (("small", small), ("large", large)):
            figures[f"{name}_products"], figures[f"{name}_ms"] = one.products, round(one.ms_per_product, 2)
    if given.part != "cost":
        figures["workers_ratio"] = round(measure_workers(given.rounds, given.levels), 3)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
