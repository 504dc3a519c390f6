"""The bundled target: both fakes and the connector as processes of their own, with accounts that are connected and
pulled, on a clock that all of them share."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from ruamel.yaml import YAML

from connector.demo.processes import Processes
from load.ending import Ended, Ending
from scenarios.harness.clock import RealClock, ScaledClock
from scenarios.runner.dungeon import Account, Dungeon, Furniture, build
from scenarios.runner.planted import Bug, plant, read_bugs

_HERE = Path(__file__).parent
LOCUST = (sys.executable, "-m", "locust", "-f", str(_HERE / "stock_webhooks.py"), "--headless", "--only-summary")
_IN_ORDER = ("in_order",)
# Real seconds: ten thousand products at 60 calls a minute are 500 on the clock of `make load-burst`.
_PULLED_WITHIN = 1800
# Entries of each account's journal: every movement and call is one.
_JOURNAL = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is started. `rate` are the clock's seconds in one of the wall; `workers` are for PostgreSQL."""

    accounts: int
    products: int
    plan: str
    rate: float
    workers: int
    seed: int
    planted: str | None = None


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What runs. `environment` is the connector's, with the secret doors; `target` is the file that names it all."""

    dungeon: Dungeon
    environment: dict[str, str]
    target: Path

    @property
    def pids(self) -> list[int]:
        """The connector's processes."""
        return [process.pid for process in self.dungeon.connector.running.values()]


def bugs() -> dict[str, Bug]:
    """The bugs that a load must find, by name."""
    return {bug.name: bug for bug in read_bugs(_HERE / "bugs.yaml")}


@asynccontextmanager
async def running(wish: Wish, folder: Path, database_url: str) -> AsyncIterator[Bundle]:
    """Start it, and stop it in the end. Raises DemoError for what keeps it from running."""
    clock, processes = ScaledClock(time.time(), RealClock().now(), wish.rate), Processes(folder, apart=True)
    async with ClientSession() as http:
        try:
            dungeon = await build(
                http,
                processes,
                seed=wish.seed,
                clock=clock,
                database_url=database_url,
                furniture=Furniture(
                    accounts=wish.accounts,
                    products=wish.products,
                    plan=wish.plan,
                    all_physical=True,
                    disorders=_IN_ORDER,
                    bucket=True,
                    fills=False,
                    patience=_PULLED_WITHIN,
                    journal_limit=_JOURNAL,
                ),
                configuration=_settings(wish, folder),
                commands=_commands(database_url, wish.workers),
            )
            try:
                for account in dungeon.accounts:
                    await _announce_variations(dungeon, account)
                target, secrets = await _describe(dungeon, folder)
                environment = {**_untouched(dungeon.connector.environment), **secrets}
                yield Bundle(dungeon=dungeon, environment=environment, target=target)
            finally:
                await dungeon.connector.stop()
        finally:
            await processes.stop()


def _settings(wish: Wish, folder: Path) -> dict[str, str]:
    # The nightly comparison would be in some runs and not in others, by the hour of the day. A message whose record is
    # deleted would look lost, and on a fast clock a week is short.
    settings = {"CONNECTOR_RECONCILE_CALLS": "0", "CONNECTOR_KEEP_MESSAGES_DAYS": "3650"}
    if wish.planted is not None:
        plant(bugs()[wish.planted], folder / "planted")
        # Only with the first does Python not look where it was started.
        settings |= {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(folder / "planted")}
    return settings


def _commands(database_url: str, workers: int) -> dict[str, tuple[str, ...]]:
    if database_url.startswith("sqlite"):
        return {"serve": ("serve",)}
    return {"serve": ("serve", "--no-work"), **{f"worker-{n}": ("worker",) for n in range(1, workers + 1)}}


def _untouched(environment: Mapping[str, str]) -> dict[str, str]:
    """For a program that uses the connector as it is."""
    return {name: value for name, value in environment.items() if not name.startswith("PYTHON")}


async def _announce_variations(dungeon: Dungeon, account: Account) -> None:
    """Those of products that the shop has with variations; simple products are announced already."""
    shop = {
        variant["code"]: (str(variant["id"]), str(product["id"]))
        for product in await dungeon.shop.all_products(f"{account.store}/products")
        for variant in product["variants"]
    }
    announced = [
        {"idProduto": one["id"], "skuMapeamento": shop[code][0], "skuMapeamentoPai": shop[code][1]}
        for product in await account.erp.all_products("/products")
        if product["situacao"] == "A"
        for one in product["variacoes"]
        if (code := one["codigo"].strip()) in shop
    ]
    if announced:
        await account.erp.send("POST", "/mappings", announced)


async def _describe(dungeon: Dungeon, folder: Path) -> tuple[Path, dict[str, str]]:
    """The file of the target, and the variables with the secret doors that it names."""
    accounts: list[dict[str, Any]] = []
    secrets: dict[str, str] = {}
    for place, account in enumerate(dungeon.accounts, start=1):
        panel = await dungeon.shop.get(f"{account.store}/settings?secrets=1")
        secrets[f"LOAD_DOOR_{place}"] = panel["stock_webhook_url"]
        shop = f"{dungeon.shop.address}{account.store}"
        named = {"name": f"empresa-{place}", "door": f"LOAD_DOOR_{place}", "erp": account.erp.address, "shop": shop}
        accounts.append(named)
    metrics = f"{dungeon.connector.environment['CONNECTOR_PUBLIC_URL']}/metrics"
    path = folder / "target.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump({"accounts": accounts, "metrics": metrics}, file)
    return path, secrets


async def locust(bundle: Bundle, folder: Path, arguments: list[str], ending: Ending) -> int:
    """Run the load file against it; its exit status. Raises Ended where it has judged nothing."""
    own = ["--target", str(bundle.target), "--folder", str(folder)]
    own += ["--messages-command", shlex.join([sys.executable, "-m", "connector", "messages", "--json"])]
    own += ["--csv", str(folder / "locust"), "--html", str(folder / "locust.html")]
    process = await asyncio.create_subprocess_exec(
        *(*LOCUST, *own, *arguments),
        env={**os.environ, **bundle.environment},
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with ending.of(process):
            status = await process.wait()
        if status not in (0, 1, 2, 3):
            raise Ended
        return status
    finally:
        if process.returncode is None:
            # With what judges, and what that has started.
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
