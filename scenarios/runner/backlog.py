"""Stock messages of several stores, kept and not yet dealt with, for a connector that is to work them off.

Both fakes and the connector are processes of their own; the connector has pulled the catalogues. Messages with balances
drawn by a seed come to its doors while it only answers; the database is put by then, so that the same backlog can be
worked off again and again, by this working tree's connector or another's, and its CPU seconds be compared.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from aiohttp import ClientError, ClientSession

from connector.demo.errors import DemoError
from connector.demo.processes import Processes
from connector.store import work
from connector.store.engine import make_engine
from connector.store.tables import claim, inbox, item, store
from connector.store.tables import work as work_table
from connector.vault import Vault
from scenarios.harness.clock import RealClock, ScaledClock
from scenarios.runner.bench_scale import cpu_seconds
from scenarios.runner.dungeon import Dungeon, Furniture, build

# Of the clock in one of the wall: the quota of `potencializar`, 120 calls a minute, becomes 60 a second and a store.
_RATE = 30.0
# Of the clock: until the backlog is due by itself. Of the wall: the most that it may take to work it off.
_HELD, _PATIENCE = timedelta(hours=6), 240.0
_KINDS = ("messages", "levels", "stock.ask")

# Watches a process, known by its number, while the block lasts.
Watch = Callable[[int], AbstractContextManager[Any]]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How large it is to be: stores with so many products each, and so many messages over all of them."""

    stores: int = 5
    products: int = 400
    messages: int = 5_000
    seed: int = 1


def of_tree(tree: Path | None) -> dict[str, str]:
    """What has `python -m` run the modules of another working tree."""
    # Without the second one the current folder would come before the path.
    return {"PYTHONPATH": str(tree), "PYTHONSAFEPATH": "1"} if tree else {}


@dataclass(kw_only=True)
class Backlog:
    """A database put by, and what is needed to work it off."""

    dungeon: Dungeon
    fakes: Processes
    folder: Path
    messages: int

    @property
    def _file(self) -> Path:
        return self.folder / "connector.sqlite3"

    @property
    def _kept(self) -> Path:
        return self.folder / "kept.sqlite3"

    def put_by(self) -> None:
        """Keep the database as it is now, which nobody may have open."""
        with closing(sqlite3.connect(self._file)) as now, closing(sqlite3.connect(self._kept)) as kept:
            now.backup(kept)

    async def drain(self, watch: Watch, tree: Path | None = None) -> float:
        """Have a fresh connector work it off; CPU microseconds of its process for each message.

        Its start is not counted. Raises DemoError if it does not come to its end.
        """
        for ending in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        with closing(sqlite3.connect(self._kept)) as kept, closing(sqlite3.connect(self._file)) as fresh:
            kept.backup(fresh)
        self._hold_back(_HELD)
        connector = self.dungeon.connector
        connector.commands["serve"] = ("serve",)
        await connector.start("serve", of_tree(tree))
        try:
            await connector.until_answering()
            pid = connector.running["serve"].pid
            with watch(pid):
                before = cpu_seconds(pid)
                # It looks for what others have queued every few seconds.
                await asyncio.to_thread(self._hold_back, timedelta(0))
                await self.until_quiet()
                used = cpu_seconds(pid) - before
        finally:
            await connector.stop()
        return used / self.messages * 1e6

    async def until_quiet(self) -> None:
        """Until no message waits, nothing is to be asked and the shop knows every level. Raises DemoError."""
        deadline = time.monotonic() + _PATIENCE
        while (left := await asyncio.to_thread(_left, self._file)).total():
            self.fakes.check()
            if time.monotonic() > deadline:
                raise DemoError(f"the connector has not worked off its messages after {_PATIENCE:.0f} s: {dict(left)}")
            await asyncio.sleep(0.25)

    def _hold_back(self, time: timedelta) -> None:
        engine = make_engine(f"sqlite:///{self._file}")
        with engine.begin() as c:
            for account in self.dungeon.accounts:
                work.hold_back(c, account.store_id, "messages", self.dungeon.clock.now() + time)
        engine.dispose()

    async def receive(self, bodies: list[tuple[str, dict[str, Any]]]) -> None:
        """Send messages, each to its door, to a connector that only answers."""
        connector = self.dungeon.connector
        connector.commands["serve"] = ("serve", "--no-work")
        await connector.start("serve")
        try:
            await connector.until_answering()
            waiting = iter(bodies)

            async def sender() -> None:
                for address, body in waiting:
                    async with connector.http.post(address, json=body) as answer:
                        if answer.status != 200:
                            raise DemoError(f"a message was answered with {answer.status}")

            await asyncio.gather(*(sender() for _ in range(32)))
        finally:
            await connector.stop()


@asynccontextmanager
async def backlog(folder: Path, wish: Wish) -> AsyncIterator[Backlog]:
    """One that is ready to be worked off. Raises DemoError for what keeps it from being made."""
    processes, clock = Processes(folder), ScaledClock(time.time(), RealClock().now(), _RATE)
    file = folder / "connector.sqlite3"
    async with ClientSession() as http:
        try:
            dungeon = await build(
                http,
                processes,
                seed=wish.seed,
                clock=clock,
                database_url=f"sqlite:///{file}",
                furniture=Furniture(accounts=wish.stores, products=wish.products, plan="potencializar"),
            )
            # What comes by the day would be measured with it.
            dungeon.connector.environment |= {"CONNECTOR_PULL_EVERY_HOURS": "10000", "CONNECTOR_RECONCILE_CALLS": "0"}
            made = Backlog(dungeon=dungeon, fakes=processes, folder=folder, messages=wish.messages)
            try:
                for account in dungeon.accounts:
                    await account.erp.send("PATCH", "", {"stock_webhook_url": ""})
                await made.until_quiet()
                await dungeon.connector.stop()
                await made.receive(_messages(dungeon, file, wish))
                made.put_by()
                yield made
            finally:
                await dungeon.connector.stop()
        except ClientError as error:
            # Which of the fakes has ended, and with what words; if none has, what was met.
            processes.check()
            raise DemoError(f"a program does not answer any more: {type(error).__name__}") from None
        finally:
            await processes.stop()


def _messages(dungeon: Dungeon, file: Path, wish: Wish) -> list[tuple[str, dict[str, Any]]]:
    """The address and the body of each; what was claimed before is forgotten, as after ten quiet hours."""
    random, vault = Random(wish.seed), Vault([dungeon.connector.environment["CONNECTOR_KEYS"]])
    url = dungeon.connector.environment["CONNECTOR_PUBLIC_URL"]
    engine = make_engine(f"sqlite:///{file}")
    with engine.begin() as c:
        c.execute(sa.delete(claim))
        shops = c.execute(sa.select(store).order_by(store.c.id)).all()
        mapped = sa.select(item.c.store_id, item.c.erp_id, item.c.code, item.c.mapped_product_id)
        products = c.execute(mapped.where(item.c.mapped_product_id.is_not(None)).order_by(item.c.erp_id)).all()
    engine.dispose()
    of_store = {shop.id: [product for product in products if product.store_id == shop.id] for shop in shops}
    made = []
    for number in range(wish.messages):
        shop = shops[number % len(shops)]
        product = random.choice(of_store[shop.id])
        content = {
            "tipoEstoque": "F" if shop.stock_mode == "physical" else "D",
            # All distinct, and fewer than the ERP has.
            "saldo": number + 1,
            "idProduto": int(product.erp_id),
            "sku": product.code,
            "skuMapeamento": str(product.mapped_product_id),
            "skuMapeamentoPai": "",
        }
        envelope = {"cnpj": shop.company_id, "idEcommerce": int(shop.integrator_id), "tipo": "estoque"}
        body = {**envelope, "versao": "1.0.0", "dados": content}
        made.append((f"{url}/erp/estoque/{vault.open(shop.door)}", body))
    return made


def _left(file: Path) -> Counter[str]:
    """Messages that wait, and pieces of work by kind, state and reason."""
    engine = make_engine(f"sqlite:///{file}", writes=False)
    try:
        with engine.connect() as c:
            found = Counter(new=c.scalar(sa.select(sa.func.count()).select_from(inbox).where(~inbox.c.dealt_with)) or 0)
            pieces = sa.select(work_table.c.kind, work_table.c.state, work_table.c.reason)
            for kind, state, reason in c.execute(pieces.where(work_table.c.kind.in_(_KINDS))):
                found[f"{kind} {state} {reason or ''}".strip()] += 1
            return found
    finally:
        engine.dispose()
