"""Messages of the ERP in words of the test's own, as its stock webhook would send them, and the stage they go to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from scenarios.runner.separate import SeparateStage


async def move(stage: SeparateStage, product: dict[str, Any], balance: int) -> dict[str, Any]:
    """Set a product's balance in the ERP; the message that tells of it."""
    await stage.erp_door.send("POST", "/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": str(balance)})
    return {
        "cnpj": "".join(filter(str.isalnum, stage.erp.company.cnpj)),
        "idEcommerce": 8123,
        "tipo": "estoque",
        "versao": "1.0.0",
        "dados": {"tipoEstoque": "F", "saldo": balance, "idProduto": product["id"], "sku": product["codigo"]},
    }


async def door(stage: SeparateStage) -> str:
    """The secret address that the shop's panel shows."""
    settings = await stage.shop_door.get(f"/stores/{stage.store_id()}/settings?secrets=1")
    return str(settings["stock_webhook_url"])


async def tell(http: ClientSession, address: str, message: dict[str, Any]) -> int:
    """The status with which a message is answered."""
    async with http.post(address, json=message) as answer:
        return answer.status


async def levels(stage: SeparateStage) -> dict[str, Decimal]:
    """What the shop shows of each product, by its code."""
    return {p["code"]: Decimal(str(p["stock"]["quantity"])) for p in await stage.shop_products()}


@asynccontextmanager
async def stopped_after_pull(folder: Path, erp: dict[str, Any], rate: float) -> AsyncIterator[SeparateStage]:
    """A stage whose connector has pulled the catalogue and was stopped in good order."""
    stage = SeparateStage(folder, rate=rate)
    try:
        await stage.open(erp=erp)
        await stage.pulled()
        await stage.stop_connector()
        yield stage
    finally:
        await stage.close()
