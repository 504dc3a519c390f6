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
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientSession

from connector.demo.errors import DemoError
from connector.demo.processes import Processes
from scenarios.harness.clock import RealClock, ScaledClock
from scenarios.runner import verdict
from scenarios.runner.databases import database
from scenarios.runner.dungeon import Account, Dungeon, Furniture, build
from scenarios.runner.verdict import Count

# What happens to one insert in so many, besides what the profile does to one call in ten.
_ONE_INSERT_IN = 12
_INSERT_FAULTS = ("answer_lost", "write_lands_late", "cut", "http_503", "html_502", "blocked_minute", "stall")
_LATEST_LANDING = 120
_STALL = 60
# Seconds of the wall: between two looks, and without any progress until it is given up.
_LOOK, _PATIENCE = 3.0, 180.0
# The share of the orders that is there at the last kill at the latest; the seconds from one kill to the next look.
_KILLED_UNTIL, _BETWEEN_KILLS = 0.95, (0.2, 2.0)
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
                database_url=database_url,
                furniture=Furniture(accounts=wish.accounts, products=wish.products, plan=wish.plan),
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
                real = time.monotonic() - began
                return await verdict.count(dungeon, database=wish.database, seed=wish.seed, clock_s=passed, real_s=real)
            finally:
                await dungeon.connector.stop()
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
    orders, moves = _share(wish.orders, dungeon, account), _share(wish.messages, dungeon, account)
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


def _share(total: int, dungeon: Dungeon, account: Account) -> int:
    """This account's part; the first ones take what does not divide."""
    whole, rest = divmod(total, len(dungeon.accounts))
    return whole + (dungeon.accounts.index(account) < rest)


def _order(account: Account, random: Random) -> dict[str, Any]:
    """Paid at once; one to three products; the buyer, freight, discounts and payment are the shop's to draw."""
    chosen = random.sample(account.leaves, min(len(account.leaves), random.randint(1, 3)))
    items = [{"code": leaf["code"], "quantity": random.randint(1, 3)} for leaf in chosen]
    return {"status": "paid", "payment": random.choice(("pix", "credit_card")), "items": items, "oversell": True}


async def _kill(dungeon: Dungeon, wish: Wish) -> None:
    """So many kills, spread over the orders as they reach the ERP; ends when nothing moves any more."""
    random = Random(f"{wish.seed}:kills")
    due = sorted(random.randrange(int(_KILLED_UNTIL * wish.orders)) for _ in range(wish.kills))
    best, better_at = -1, time.monotonic()
    while due and time.monotonic() - better_at < _PATIENCE:
        there = [(await account.erp.get("/statistics"))["orders_inserted"] for account in dungeon.accounts]
        if sum(there) > best:
            best, better_at = sum(there), time.monotonic()
        if due[0] <= best:
            due.pop(0)
            await dungeon.kill_and_restart(random)
        await asyncio.sleep(random.uniform(*_BETWEEN_KILLS))


async def _call_off_trouble(dungeon: Dungeon) -> None:
    """The backlog drains without new trouble; what is under way keeps its own."""
    await dungeon.shop.send("PATCH", "", {"call_profile": "calm", "delivery_profile": "in_order"})
    for account in dungeon.accounts:
        await account.erp.send("PATCH", "", {"call_profile": "calm", "delivery_profile": "in_order"})


async def _until_settled(dungeon: Dungeon) -> None:
    """Until nothing is lost, wrong or on its way, or nothing gets better any more."""
    best, better_at = 10**9, time.monotonic()
    while time.monotonic() - better_at < _PATIENCE:
        began = time.monotonic()
        waiting = 0
        for account in dungeon.accounts:
            deliveries = await account.erp.get("/deliveries?limit=1")
            waiting += deliveries["waiting"]
            if deliveries["waiting"]:
                await account.erp.send("POST", "/clock/advance", {"seconds": _FORWARD})
        seen = [await verdict.compare(dungeon, account) for account in dungeon.accounts]
        left = waiting + sum(one["lost"] + one["stock_wrong"] for one in seen)
        if left == 0:
            # What comes late must not double or undo anything.
            await dungeon.clock.sleep(200)
            return
        if left < best:
            best, better_at = left, time.monotonic()
        # To look at ten thousand orders takes its time, which the connector needs more.
        await asyncio.sleep(max(_LOOK, 3 * (time.monotonic() - began)))


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
