"""`make bench-pull`: the quota under virtual time. Virtual hours pass in real seconds; every figure is counted.

Prints calls per product, the share of the quota used while work waited, blocked answers, and for products
with variations a row of their own (decisions §19). The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import looptime

from connector.demo.compare import compare
from connector.store import pulls
from scenarios.runner.stage import Stage

_PLANS = {20: "antigo", 30: "crescer", 60: "evoluir", 120: "potencializar"}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one run counted. `skeleton_s` is when all codes, names and prices were listed; `floor_ratio` is the
    virtual time ÷ the calls made at the full limit."""

    products: int
    without_variations: int
    variations: int
    equal: bool
    calls: int
    calls_per_product: float
    virtual_s: float
    real_s: float
    floor_ratio: float
    quota_used: float
    skeleton_s: float
    blocked: int


async def measure(folder: Path, products: int, limit: int, variations_share: float) -> Result:
    """Pull a fresh catalogue on a virtual clock."""
    stage = Stage(folder, virtual=True)
    try:
        settings = {"products": products, "plan": _PLANS[limit], "variations_share": variations_share}
        await stage.open(erp=settings)
        for product in await stage.erp_products():
            # All of them active, so that the count is that of the bar (decisions §19).
            if product["situacao"] != "A":
                await stage.erp_door.send("PATCH", f"/products/{product['id']}", {"situacao": "A"})
        await stage.connect()
        await stage.until_connection("connected")
        return await _pull(stage, limit)
    finally:
        await stage.close()


async def _pull(stage: Stage, limit: int) -> Result:
    began, real = stage.clock.now(), time.perf_counter()

    async def listed() -> bool:
        pull = await stage.product.env.db.read(pulls.latest, stage.store_id())
        return pull is not None and pull.stage in ("products", "done")

    await stage.until(listed, "the listing", seconds=24 * 3600)
    skeleton = (stage.clock.now() - began).total_seconds()
    await stage.until_pulled(seconds=14 * 24 * 3600)
    virtual = (stage.clock.now() - began).total_seconds()
    statistics = await stage.erp_door.get("/statistics")
    every_call = int(statistics["calls"])
    # The net under the orders' situations is drawn beside the pull and is none of its cost.
    calls = every_call - int(statistics["calls_by_service"].get("pedidos.pesquisa.php", 0))
    # While work waited: without the first and the last minute, which are not whole.
    minutes = [minute["calls"] for minute in statistics["minutes"]][1:-1]
    products = await stage.erp_products()
    result = compare(products, await stage.shop_products())
    return Result(
        products=result.products,
        without_variations=sum(not product["variacoes"] for product in products),
        variations=result.variations,
        equal=result.is_equal,
        calls=calls,
        calls_per_product=round(calls / result.products, 4),
        virtual_s=virtual,
        real_s=round(time.perf_counter() - real, 1),
        floor_ratio=round(virtual / (every_call * 60 / limit), 4),
        quota_used=round(sum(minutes) / (limit * len(minutes)), 4) if minutes else 0.0,
        skeleton_s=skeleton,
        blocked=sum(statistics["blocked"]["natural"].values()),
    )


def run_virtual(products: int, limit: int, variations_share: float) -> Result:
    """`measure` on a loop of its own whose time jumps."""
    loop = looptime.new_event_loop()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return loop.run_until_complete(measure(Path(folder), products, limit, variations_share))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _print(title: str, result: Result) -> None:
    print(
        f"{title}: {result.products} products, {result.variations} variations, "
        f"{'all equal' if result.equal else 'NOT EQUAL'}\n"
        f"  ERP calls          {result.calls} ({result.calls_per_product:.3f} per product)\n"
        f"  virtual time       {result.virtual_s / 3600:.2f} h in {result.real_s:.0f} real s "
        f"({result.floor_ratio:.3f} of the floor by quota)\n"
        f"  quota used         {result.quota_used:.1%} while work waited; blocked answers: {result.blocked}\n"
        f"  skeleton after     {result.skeleton_s:.0f} virtual s (codes, names, prices)"
    )


def main() -> None:
    """Print both rows; exit status 1 if something is not equal or a call was blocked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=10_000, help="simple products (default 10000)")
    parser.add_argument("--limit", type=int, default=60, choices=sorted(_PLANS), help="calls a minute (default 60)")
    parser.add_argument("--parents", type=int, default=300, help="products with variations in the second row")
    given = parser.parse_args()
    simple = run_virtual(given.products, given.limit, 0.0)
    _print("simple products", simple)
    parents = run_virtual(given.parents, given.limit, 1.0)
    _print("products with variations", parents)
    per_item = parents.calls / (parents.products + parents.variations)
    print(f"  calls for each of these products and variations: {per_item:.3f}")
    print(json.dumps(asdict(simple)))
    raise SystemExit(0 if simple.equal and parents.equal and simple.blocked == parents.blocked == 0 else 1)


if __name__ == "__main__":
    main()
