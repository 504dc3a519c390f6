"""`make bench-quota`: what a first pull, orders and stock messages cost of the ERP's quota, under virtual time.

Virtual hours pass in real seconds. Everything is counted by the fake ERP, not by the connector. The floor of a pull is
the time that its listing, details and balances take at the full limit. The rivals' figures are derived from what their
public code does: listing, detail and balance for each product by itself, a search before each order, a question for
each message. The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import looptime
from rich.console import Console
from rich.table import Table

from connector.demo.compare import compare
from connector.store import pulls
from scenarios.runner.stage import Stage

_PLANS = {20: "antigo", 30: "crescer", 60: "evoluir", 120: "potencializar"}
_PER_PAGE = 100
_WEEKS = 14 * 24 * 3600.0
_MESSAGES_PER_PRODUCT = 10

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Pull:
    """One first pull. `skeleton_s` is when all codes, names and prices were listed."""

    products: int
    variations: int
    equal: bool
    calls: int
    virtual_s: float
    floor_s: float
    quota_used: float
    skeleton_s: float
    blocked: int
    real_s: float


@dataclass(frozen=True, kw_only=True)
class Trade:
    """Orders, or a burst of stock messages: how many calls they took, and how many ended wrong."""

    count: int
    calls: int
    wrong: int
    blocked: int


def virtual(act: Callable[[Stage], Awaitable[T]], **erp: Any) -> T:
    """Act on a stage of its own whose time jumps."""

    async def main(folder: Path) -> T:
        stage = Stage(folder, virtual=True)
        try:
            await stage.open(erp=erp)
            for product in await stage.erp_products():
                # All of them active, so that the count is that of the bar (decisions §19).
                if product["situacao"] != "A":
                    await stage.erp_door.send("PATCH", f"/products/{product['id']}", {"situacao": "A"})
            await stage.connect()
            await stage.until_connection("connected")
            return await act(stage)
        finally:
            await stage.close()

    loop = looptime.new_event_loop()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return loop.run_until_complete(main(Path(folder)))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def pull(products: int, limit: int, variations_share: float = 0.0) -> Pull:
    """Pull a fresh catalogue."""

    async def act(stage: Stage) -> Pull:
        return await _pull(stage, limit)

    return virtual(act, products=products, plan=_PLANS[limit], variations_share=variations_share)


async def _pull(stage: Stage, limit: int) -> Pull:
    began, real = stage.clock.now(), time.perf_counter()

    async def listed() -> bool:
        pull = await stage.product.env.db.read(pulls.latest, stage.store_id())
        return pull is not None and pull.stage in ("products", "done")

    await stage.until(listed, "the listing", seconds=_WEEKS)
    skeleton = (stage.clock.now() - began).total_seconds()
    await stage.until_pulled(seconds=_WEEKS)
    virtual_s = (stage.clock.now() - began).total_seconds()
    statistics = await stage.erp_door.get("/statistics")
    # While work waited: without the first and the last minute, which are not whole.
    minutes = [minute["calls"] for minute in statistics["minutes"]][1:-1]
    # The account is asked once, and the net under the orders is drawn beside the pull: none of its cost.
    others = sum(statistics["calls_by_service"].get(name, 0) for name in ("info.php", "pedidos.pesquisa.php"))
    found = await stage.erp_products()
    result = compare(found, await stage.shop_products())
    balances = sum(len(product["variacoes"]) or 1 for product in found)
    details = result.products + result.variations
    pages = -(-details // _PER_PAGE)
    return Pull(
        products=result.products,
        variations=result.variations,
        equal=result.is_equal,
        calls=int(statistics["calls"]) - others,
        virtual_s=virtual_s,
        floor_s=(pages + details + balances) * 60 / limit,
        quota_used=sum(minutes) / (limit * len(minutes)) if minutes else 0.0,
        skeleton_s=skeleton,
        blocked=_blocked(statistics),
        real_s=time.perf_counter() - real,
    )


def orders(count: int, limit: int) -> Trade:
    """Paid orders of the shop, at once."""

    async def act(stage: Stage) -> Trade:
        await stage.until_pulled(seconds=_WEEKS)
        store = stage.store_id()
        for batch in range(0, count, 50):
            wanted = {"count": min(50, count - batch), "payment": "pix", "seed": batch}
            await stage.shop_door.send("POST", f"/stores/{store}/orders", wanted)

        async def all_there() -> bool:
            return len((await stage.erp_door.get("/orders"))["orders"]) >= count

        await stage.until(all_there, "the orders", seconds=_WEEKS)
        await stage.clock.sleep(600)
        sent = (await stage.erp_door.get("/orders"))["orders"]
        calls = [e for e in stage.erp.journal if e["kind"] == "call"]
        # Searches by the shop's number, and orders read to see whose they are, would be calls for an order too.
        searches = [e for e in calls if e["params"].get("numeroEcommerce")]
        inserts = [e for e in calls if e["service"] == "pedido.incluir.php"]
        return Trade(
            count=count,
            calls=len(searches) + len(inserts),
            wrong=abs(len(sent) - count),
            blocked=_blocked(await stage.erp_door.get("/statistics")),
        )

    return virtual(act, products=40, plan=_PLANS[limit], variations_share=0.0)


def messages(products: int, limit: int) -> Trade:
    """A burst of ten messages for each product that disagree, in any order."""

    async def act(stage: Stage) -> Trade:
        await stage.until_pulled(seconds=_WEEKS)
        # What the pull itself asked is none of it, and its answers are history.
        await stage.clock.sleep(3600)
        door = stage.product.env.door_url(await stage.store())
        before = Counter(e["service"] for e in stage.erp.journal if e["kind"] == "call")
        random, moved = Random(1), await stage.erp_products()
        burst = []
        for product in moved:
            for balance in random.sample(range(1, 500), _MESSAGES_PER_PRODUCT):
                await stage.erp_door.send(
                    "POST", "/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": str(balance)}
                )
                burst.append(_message(stage, product, balance))
        random.shuffle(burst)
        await asyncio.gather(*(_post(stage, door, message) for message in burst))
        # Time for every question; what feed and scan read again later is none of the burst's cost.
        await stage.clock.sleep(600)
        after = Counter(e["service"] for e in stage.erp.journal if e["kind"] == "call")
        await stage.clock.sleep(3000)
        return Trade(
            count=len(burst),
            calls=(after - before)["produto.obter.estoque.php"],
            wrong=await _wrong_levels(stage),
            blocked=_blocked(await stage.erp_door.get("/statistics")),
        )

    return virtual(act, products=products, plan=_PLANS[limit], variations_share=0.0)


def _message(stage: Stage, product: dict[str, Any], balance: int) -> dict[str, Any]:
    """A message of the integration's family (erp-stock-webhook §2.6)."""
    content = {
        "tipoEstoque": "F",
        "saldo": balance,
        "idProduto": product["id"],
        "sku": str(product["codigo"]),
        "skuMapeamento": "",
        "skuMapeamentoPai": "",
    }
    cnpj = "".join(filter(str.isalnum, stage.erp.company.cnpj))
    return {"cnpj": cnpj, "idEcommerce": 8123, "tipo": "estoque", "versao": "1.0.0", "dados": content}


async def _post(stage: Stage, door: str, message: dict[str, Any]) -> None:
    async with stage.http.post(door, json=message) as answer:
        if answer.status != 200:
            raise AssertionError(f"the door answered {answer.status}")


async def _wrong_levels(stage: Stage) -> int:
    """Products whose quantity in the shop is not the ERP's balance."""
    shown = {p["code"]: Decimal(str(p["stock"]["quantity"])) for p in await stage.shop_products()}
    return sum(
        shown.get(str(p["codigo"]).strip()) != max(Decimal(0), Decimal(str(p["saldo"])))
        for p in await stage.erp_products()
    )


def _blocked(statistics: dict[str, Any]) -> int:
    return sum(statistics["blocked"]["natural"].values())


def _hours(seconds: float) -> str:
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02}"


def report(simple: Pull, parents: Pull, sold: Trade, moved: Trade, limit: int) -> dict[str, Any]:
    """Print the table; the figures as JSON has them."""
    table = Table("", "here", "rivals (derived)", title=f"{limit} calls a minute, virtual time")
    each = simple.calls / simple.products
    by_rivals = 3 * simple.products * 60 / limit
    table.add_row(f"first pull of {simple.products} simple products", _hours(simple.virtual_s), _hours(by_rivals))
    table.add_row(
        "  ÷ the floor by quota", f"{simple.virtual_s / simple.floor_s:.3f}", f"{by_rivals / simple.floor_s:.3f}"
    )
    table.add_row("  codes, names and prices known after", f"{simple.skeleton_s:.0f} s", "–")
    table.add_row("  calls for each product", f"{each:.3f}", "3")
    table.add_row("  limit used while work waits", f"{simple.quota_used:.1%}", "–")
    pieces = parents.products + parents.variations
    table.add_row(
        f"pull of {parents.products} products with {parents.variations} variations, calls for each of them",
        f"{parents.calls / pieces:.3f}",
        "3",
    )
    table.add_row(f"{sold.count} orders, calls for each", f"{sold.calls / sold.count:.2f}", "2")
    table.add_row(f"{moved.count} stock messages in one burst, calls", str(moved.calls), str(moved.count))
    table.add_row("  levels wrong in the end", str(moved.wrong), "–")
    blocked = simple.blocked + parents.blocked + sold.blocked + moved.blocked
    table.add_row("blocked answers", str(blocked), "–")
    Console(width=110).print(table)
    if not (simple.equal and parents.equal) or sold.wrong:
        print("NOT EQUAL: products or orders of both sides differ")
    return {
        "floor_ratio": round(simple.virtual_s / simple.floor_s, 4),
        "skeleton_s": simple.skeleton_s,
        "quota_used": round(simple.quota_used, 4),
        "blocked": blocked,
        "calls_per_product": round(each, 4),
        "calls_per_order": round(sold.calls / sold.count, 4),
        "stock_calls": moved.calls,
        "stock_wrong": moved.wrong,
    }


def main() -> None:
    """Print the table and one line of JSON; exit status 1 if something is wrong or a call was blocked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000, help="simple products (default 10000)")
    parser.add_argument("--parents", type=int, default=300, help="products with variations (default 300)")
    parser.add_argument("--orders", type=int, default=200, help="orders (default 200)")
    parser.add_argument("--moved", type=int, default=100, help="products with ten messages each (default 100)")
    parser.add_argument("--limit", type=int, default=60, choices=sorted(_PLANS), help="calls a minute (default 60)")
    given = parser.parse_args()
    simple, parents = pull(given.products, given.limit), pull(given.parents, given.limit, 1.0)
    sold, moved = orders(given.orders, given.limit), messages(given.moved, given.limit)
    figures = report(simple, parents, sold, moved, given.limit)
    figures |= {"products": simple.products, "orders": sold.count, "messages": moved.count, "limit": given.limit}
    figures["pull_hours"] = round(simple.virtual_s / 3600, 2)
    print(json.dumps(figures))
    is_well = simple.equal and parents.equal and not (sold.wrong or moved.wrong or figures["blocked"])
    raise SystemExit(0 if is_well else 1)


if __name__ == "__main__":
    main()
