"""The ERP's operator: enters the integration, moves stock, ships and cancels orders."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from connector.demo.stage import Stage

_MOVED = 50


async def open_integration(stage: Stage) -> int:
    """Configurações > Integrações: the address that the panel shows; and each product's tab "anúncios"."""
    address = (await stage.shop.get(f"{stage.store_path}/settings?secrets=1"))["stock_webhook_url"]
    kinds = ("stock_webhook_url", "situation_webhook_url", "tracking_webhook_url")
    await stage.erp.send("PATCH", "", dict.fromkeys(kinds, address))
    in_shop = await stage.shop.all_products(f"{stage.store_path}/products")
    shown = {product["code"]: product for product in in_shop}
    products = [product for product in await _active(stage) if _code(product) in shown]
    announced = [one for product in products for one in _announcements(product, shown[_code(product)])]
    await stage.erp.send("POST", "/mappings", announced)
    return len(announced)


def _announcements(product: dict[str, Any], shown: dict[str, Any]) -> list[dict[str, Any]]:
    """A product is announced under its id in the shop, a variation under its own and its product's."""
    parent, variants = str(shown["id"]), {variant["code"]: str(variant["id"]) for variant in shown["variants"]}
    children = [child for child in product["variacoes"] if _code(child) in variants]
    return [
        {"idProduto": product["id"], "skuMapeamento": parent},
        *(
            {"idProduto": child["id"], "skuMapeamento": variants[_code(child)], "skuMapeamentoPai": parent}
            for child in children
        ),
    ]


async def move_stock(stage: Stage, random: Random) -> int:
    """Counted, received, taken out, of products and variations all over the catalogue; at times below zero."""
    leaves = [leaf for product in await _active(stage) for leaf in product["variacoes"] or [product]]
    chosen = leaves[:: max(1, len(leaves) // _MOVED)][:_MOVED]
    for place, leaf in enumerate(chosen):
        await stage.erp.send("POST", "/stock", {"idProduto": leaf["id"], **_movement(leaf, place, random)})
    return len(chosen)


def _movement(leaf: dict[str, Any], place: int, random: Random) -> dict[str, str]:
    amount = random.randint(1, 40)
    if place % 10 == 9:
        # More than there is: the ERP's balance falls below zero, and the shop shows none.
        return {"tipo": "S", "quantidade": str(max(Decimal(0), Decimal(leaf["saldo"])) + amount)}
    return {"tipo": "BES"[place % 3], "quantidade": str(amount)}


async def move_on(stage: Stage, orders: list[dict[str, Any]], situation: str) -> None:
    """Set the situation of these orders."""
    for order in orders:
        await stage.erp.send("POST", f"/orders/{order['id']}/situation", {"situacao": situation})


async def ship(stage: Stage, orders: list[dict[str, Any]]) -> None:
    """With a tracking code; every other order gets it only after it is called shipped."""
    for place, order in enumerate(orders):
        if place % 2 == 0:
            await _track(stage, order, place)
        await move_on(stage, [order], "enviado")
    for place, order in enumerate(orders):
        if place % 2 == 1:
            await _track(stage, order, place)


async def _track(stage: Stage, order: dict[str, Any], place: int) -> None:
    code = _tracking_code(12_345_678 + place)
    tracking = {
        "codigoRastreamento": code,
        "urlRastreamento": f"https://rastreio.exemplo.com.br/{code}",
        "transportadora": "Correios",
    }
    await stage.erp.send("POST", f"/orders/{order['id']}/tracking", tracking)


def _tracking_code(serial: int) -> str:
    """As the post writes them, check digit included (webstore-api §16.5)."""
    digits = f"{serial:08}"
    rest = sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    check = {0: 5, 1: 0}.get(rest, 11 - rest)
    return f"OY{digits}{check}BR"


async def _active(stage: Stage) -> list[dict[str, Any]]:
    return [product for product in await stage.erp.all_products("/products") if product["situacao"] == "A"]


def _code(product: dict[str, Any]) -> str:
    return str(product["codigo"]).strip()
