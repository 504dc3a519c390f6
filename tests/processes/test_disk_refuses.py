"""The disk takes nothing for a while, under a connector that goes on running: not the database, and not its log either.

The operating system refuses each write to a file, as on one that has become read-only; what is open stays open.
"""

from __future__ import annotations

import resource
from collections.abc import Awaitable, Callable, Iterable
from html import unescape
from pathlib import Path
from typing import Any

from connector import texts
from connector.demo.compare import compare
from scenarios.runner.separate import SeparateStage


async def test_a_disk_that_takes_nothing_loses_nothing(tmp_path: Path) -> None:
    stage = SeparateStage(tmp_path, rate=40)
    try:
        await stage.open(erp={"products": 6, "plan": "potencializar", "variations_share": 0.0})
        await _open(stage)
        merchant = stage.merchant()
        await merchant.log_in()
        await merchant.open_connector()
        process = stage.process
        assert process is not None
        _allow(process.pid, 0)
        await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 3, "status": "paid"})
        for product in await stage.erp_products():
            movement = {"idProduto": product["id"], "tipo": "B", "quantidade": "77"}
            await stage.erp_door.send("POST", "/stock", movement)

        async def refused() -> bool:
            await merchant.go(f"{stage.url}/app/{stage.store_id()}")
            told = texts.DATABASE_REFUSES in unescape(merchant.page)
            return told and all(503 in _answers(journal) for journal in (stage.shop.journal, stage.erp.journal))

        await stage.until(refused, "both senders and the merchant are told", seconds=1200)
        assert (await stage.erp_door.get("/orders"))["orders"] == []
        _allow(process.pid, resource.RLIM_INFINITY)
        await stage.until(_settled(stage), "all is made up for", seconds=20_000)
        assert process.returncode is None
    finally:
        await stage.close()


def _allow(pid: int, size: int) -> None:
    """How large a file that process may make or write to; what is in files already can be read."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def _open(stage: SeparateStage) -> None:
    """Connected and pulled, the ERP's messages coming in."""
    await stage.connect()
    panel = stage.shop.stores[stage.store_id()].settings

    async def pulled() -> bool:
        return panel.last_sync_at is not None

    await stage.until(pulled, "the catalogue", seconds=5000)
    await stage.erp_door.send("PATCH", "", {"stock_webhook_url": panel.stock_webhook_url})
    shown = {product["code"]: product["id"] for product in await stage.shop_products()}
    mappings = [
        {"idProduto": product["id"], "skuMapeamento": str(shown[code])}
        for product in await stage.erp_products()
        if (code := str(product["codigo"]).strip()) in shown
    ]
    await stage.erp_door.send("POST", "/mappings", mappings)


def _answers(journal: Iterable[dict[str, Any]]) -> set[Any]:
    return {entry["status"] for entry in journal if entry["kind"] == "webhook"}


def _settled(stage: SeparateStage) -> Callable[[], Awaitable[bool]]:
    """Whether each order is in the ERP once, and the catalogues and balances are equal."""

    async def settled() -> bool:
        sold = (await stage.shop_door.get(f"/stores/{stage.store_id()}/orders"))["orders"]
        kept = (await stage.erp_door.get("/orders"))["orders"]
        is_there = sorted(o["numero_ecommerce"] for o in kept) == sorted(str(o["number"]) for o in sold)
        return is_there and compare(await stage.erp_products(), await stage.shop_products()).is_equal

    return settled
