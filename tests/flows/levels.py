"""What stories about levels share: a pulled catalogue, movements and messages of the ERP, what the shop shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scenarios.runner.stage import Stage

HOUR = 3600.0


async def connected_and_pulled(stage: Stage) -> None:
    await stage.connect()
    await stage.until_pulled(seconds=4 * HOUR)


async def door_of(stage: Stage) -> str:
    return stage.product.env.door_url(await stage.store())


def message_of(stage: Stage, product: dict[str, Any], balance: object, **more: Any) -> dict[str, Any]:
    """A message of the integration's family (erp-stock-webhook §2.6)."""
    content = {
        "tipoEstoque": "F",
        "saldo": balance,
        "idProduto": product["id"],
        "sku": str(product["codigo"]),
        "skuMapeamento": "",
        "skuMapeamentoPai": "",
        **more,
    }
    cnpj = "".join(filter(str.isalnum, stage.erp.company.cnpj))
    return {"cnpj": cnpj, "idEcommerce": 8123, "tipo": "estoque", "versao": "1.0.0", "dados": content}


async def send(stage: Stage, door: str, document: Any) -> int:
    async with stage.http.post(door, json=document) as answer:
        return answer.status


async def move(stage: Stage, product: dict[str, Any], quantity: object) -> None:
    movement = {"idProduto": product["id"], "tipo": "B", "quantidade": str(quantity)}
    await stage.erp_door.send("POST", "/stock", movement)


async def levels_shown(stage: Stage) -> dict[str, Decimal]:
    """Code → quantity, of products and variants."""
    levels = {}
    for product in await stage.shop_products():
        levels[product["code"]] = Decimal(str(product["stock"]["quantity"]))
        levels |= {v["code"]: Decimal(str(v["stock"]["quantity"])) for v in product["variants"]}
    return levels


async def simple_products(stage: Stage) -> list[dict[str, Any]]:
    products = await stage.erp_products()
    return [p for p in products if p["situacao"] == "A" and not p["variacoes"]]


async def until_shown(stage: Stage, code: str, quantity: object) -> None:
    async def reached() -> bool:
        return (await levels_shown(stage))[code] == Decimal(str(quantity))

    await stage.until(reached, f"{code} shows {quantity}", seconds=HOUR)
