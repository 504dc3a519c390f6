"""Both fakes in a process of their own, with as many accounts and stores as a bench wants.

Prints where they listen and what is in them as one line of JSON; answers each number on standard input with counts, of
which the wrong levels are those of so many products, the first of every store, then the second of every store, …
Where an account's product is in the shop is its place in the list: nothing of it goes by code.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import resource
import sys
from decimal import Decimal
from typing import Any

from fake_erp.api import PREFIX
from fake_erp.app import FakeErp
from fake_erp.serving import serving as serving_erp
from fake_erp.stock import level_of
from fake_erp.worlds import ErpWorld
from fake_webstore.app import FakeWebstore
from fake_webstore.records import Store
from fake_webstore.serving import serving as serving_webstore
from fake_webstore.world import Platform
from scenarios.harness.clock import parse_clock

PLAN, CALLS_A_MINUTE = "potencializar", 120


def _about(store: Store, account: ErpWorld, shop_url: str) -> dict[str, Any]:
    """What a connector would have learned of a store and its account, and which products are the same on both sides."""
    assert store.installation is not None
    shown = [product for product in store.products.values() if not product.variants]
    known = account.catalogue.all()
    assert len(shown) >= len(known), f"{len(shown)} simple products in the shop, {len(known)} in the ERP"
    pairs = zip(known, shown, strict=False)
    return {
        "id": store.id,
        "api_url": shop_url,
        "bearer": store.installation.access_token,
        "token": account.token,
        "cnpj": "".join(filter(str.isalnum, account.company.cnpj)),
        "products": [[product.id, at.id, at.code] for product, at in pairs],
    }


def _counts(platform: Platform, accounts: list[ErpWorld], stores: list[dict[str, Any]], told: int) -> dict[str, Any]:
    """Calls, refusals by the quota, levels in the shop that are not the ERP's, and CPU seconds of this process."""
    statistics = [account.statistics.as_dict(CALLS_A_MINUTE, account.quota.peak) for account in accounts]
    places = range(len(stores[0]["products"]))
    in_turn = [(account, about, place) for place in places for account, about in zip(accounts, stores, strict=True)]
    wrong = 0
    for account, about, place in in_turn[:told]:
        erp_id, shop_id, _ = about["products"][place]
        product = account.catalogue.get(erp_id)
        assert product is not None
        balance = max(Decimal(0), level_of(product, account.depots).physical)
        wrong += Decimal(str(platform.stores[about["id"]].products[shop_id].stock.quantity)) != balance
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "erp_calls": sum(one["calls"] for one in statistics),
        "shop_calls": platform.statistics()["total"],
        "blocked": sum(sum(one["blocked"]["natural"].values()) for one in statistics),
        "wrong": wrong,
        "cpu_s": used.ru_utime + used.ru_stime,
    }


async def _serve(clock: str, count: int, products: int) -> None:
    time = parse_clock(clock)
    erp, shop = FakeErp(time), FakeWebstore(time)
    # Some products of the shop have variations and are no partner for a simple one: there are more of them.
    wanted = {"products": products * 2 + 8, "installed": True}
    async with serving_erp(erp) as at_erp, serving_webstore(shop) as at_shop:
        shop.listens_at(at_shop.api)
        platform = shop.create_world(name="loja", stores=[dict(wanted) for _ in range(count)], bucket=False)
        accounts = [
            erp.create_world(
                name=f"empresa-{place}",
                seed=place + 1,
                plan=PLAN,
                products=products,
                variations_share=0.0,
                journal_limit=10_000_000,
            )
            for place in range(count)
        ]
        url = platform.api_url("")
        stores = [_about(*each, url) for each in zip(platform.stores.values(), accounts, strict=True)]
        print(json.dumps({"erp_url": f"{at_erp.api}{PREFIX}", "shop_url": at_shop.api, "stores": stores}), flush=True)
        loop = asyncio.get_running_loop()
        while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
            print(json.dumps(_counts(platform, accounts, stores, int(line))), flush=True)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clock", required=True)
    parser.add_argument("--stores", type=int, required=True)
    parser.add_argument("--products", type=int, required=True, help="of each store")
    given = parser.parse_args()
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(_serve(given.clock, given.stores, given.products))


if __name__ == "__main__":
    main()
