"""The shop's customers: they buy, and one of them changes his mind."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from connector.demo.errors import DemoError
from connector.demo.stage import Stage

_ORDERS = 20
# By turns; every payment meets every kind of buyer: F has a CPF, J a CNPJ.
_PAYMENTS = ("pix", "credit_card")
_BUYERS = ("F", "F", "F", "J")
# Enough for every shopper of one thing; only these units are sold in fractions (webstore-api §16.3).
_ENOUGH = 10
_FRACTIONAL = ("KG", "L", "M", "M2", "M3")

Sellable = tuple[str, bool]


async def place_orders(stage: Stage, random: Random) -> int:
    """Paid at once; what is bought depends on the seed alone, not on when a product came into the shop."""
    sellable = _sellable(await stage.shop.all_products(f"{stage.store_path}/products"))
    if not sellable:
        raise DemoError("the shop has nothing to sell: give more --products")
    for place in range(_ORDERS):
        order = {
            "seed": f"demo-{place}",
            "status": "paid",
            "payment": _PAYMENTS[place % 2],
            "customer": {"kind": _BUYERS[place // 2 % 4]},
            "items": [_line(one, random) for one in random.sample(sellable, min(len(sellable), random.randint(1, 3)))],
        }
        await stage.shop.send("POST", f"{stage.store_path}/orders", order)
    return _ORDERS


def _sellable(products: list[dict[str, Any]]) -> list[Sellable]:
    """Codes of which there is enough, and whether they are sold in fractions."""
    return sorted(
        (leaf["code"], product["unit"] in _FRACTIONAL)
        for product in products
        for leaf in product["variants"] or [product]
        if product["active"] and leaf["active"] and Decimal(str(leaf["stock"]["available"])) >= _ENOUGH
    )


def _line(sellable: Sellable, random: Random) -> dict[str, Any]:
    code, is_fractional = sellable
    return {"code": code, "quantity": random.choice((0.5, 0.75, 1.25)) if is_fractional else random.randint(1, 3)}


async def cancel(stage: Stage, numbers: list[str]) -> int:
    """Those who bought under these numbers call it off."""
    orders = await stage.shop.everything(f"{stage.store_path}/orders", "orders")
    chosen = [order for order in orders if str(order["number"]) in numbers]
    for order in chosen:
        await stage.shop.send("POST", f"{stage.store_path}/orders/{order['id']}/cancel", {"reason": "customer"})
    return len(chosen)
