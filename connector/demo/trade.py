"""The second half of the demo: stock moves, shoppers buy, the ERP's operator ships and cancels.

Everybody acts through the fakes' control doors; what the connector has made of it is compared at the end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from connector.demo import backoffice, shoppers
from connector.demo.compare import compare_stock
from connector.demo.compare_orders import ErpSales, compare_orders
from connector.demo.report import show_tallies
from connector.demo.stage import SEED, Stage
from connector.demo.tally import Tally

_PATIENCE_SECONDS = 30.0
_CALM_SECONDS = 2.0
_SHIPPED = 10
_BEFORE_SHIPPED = ("preparando_envio", "faturado")


async def trade(stage: Stage) -> bool:
    """Play it; whether both sides agree about stock and orders at the end."""
    random = Random(SEED)
    announced = await backoffice.open_integration(stage)
    stage.console.print(f"Entered in the ERP: the webhooks' address and {announced} anúncios")
    # Before the orders: the first stock message tells the integration's number, which orders carry.
    moved = await backoffice.move_stock(stage, random)
    await _wait(stage, f"Moved the stock of {moved} products in the ERP; the shop shows it", _is_stock_told)
    placed = await shoppers.place_orders(stage, random)
    await _wait(stage, f"{placed} orders placed in the shop; all of them in the ERP", _are_all_sent)
    await _settle_orders(stage)
    # What comes late must not undo it.
    await asyncio.sleep(_CALM_SECONDS)
    tallies = await _stock(stage), await _orders(stage)
    show_tallies(stage.console, f"After {moved} movements and {placed} orders", *tallies)
    return all(tally.is_equal for tally in tallies)


async def _settle_orders(stage: Stage) -> None:
    """Most are shipped, step by step; one is cancelled on either side; the rest stays as it is."""
    orders = await stage.erp.everything("/orders", "orders")
    # By the shop's numbers: in which order they came to the ERP is nobody's choice.
    orders.sort(key=lambda order: (len(order["numero_ecommerce"]), order["numero_ecommerce"]))
    parcels, here, there = orders[:_SHIPPED], orders[_SHIPPED : _SHIPPED + 1], orders[_SHIPPED + 1 : _SHIPPED + 2]
    for situation in _BEFORE_SHIPPED:
        await backoffice.move_on(stage, parcels, situation)
        await _wait(stage, f'{len(parcels)} orders "{situation}" in the ERP; both sides agree', _do_agree)
    await backoffice.ship(stage, parcels)
    await _wait(stage, f"{len(parcels)} orders shipped with a tracking code; both sides agree", _do_agree)
    await backoffice.move_on(stage, here, "cancelado")
    cancelled = await shoppers.cancel(stage, [order["numero_ecommerce"] for order in there])
    await _wait(stage, f"{len(here)} order cancelled in the ERP, {cancelled} in the shop; both sides agree", _do_agree)


async def _wait(stage: Stage, what: str, reached: Callable[[Stage], Awaitable[bool]]) -> None:
    """For a while; if it does not come, the comparison at the end says what is missing."""
    began = time.monotonic()
    if await stage.until(lambda: reached(stage), _PATIENCE_SECONDS, every=0.25):
        stage.console.print(f"{what} after {time.monotonic() - began:.1f} s")
    else:
        stage.console.print(f"[red]{what}: not after {_PATIENCE_SECONDS:.0f} s[/]")


async def _is_stock_told(stage: Stage) -> bool:
    return not (await _stock(stage)).differences


async def _are_all_sent(stage: Stage) -> bool:
    placed, sent = await _placed(stage), await stage.erp.everything("/orders", "orders")
    return {str(order["number"]) for order in placed} <= {order["numero_ecommerce"] for order in sent}


async def _do_agree(stage: Stage) -> bool:
    # No difference is enough on the way: before the first parcel there is no tracking code to compare.
    return not (await _orders(stage)).differences and await _is_stock_told(stage)


async def _stock(stage: Stage) -> Tally:
    return compare_stock(
        await stage.erp.all_products("/products"), await stage.shop.all_products(f"{stage.store_path}/products")
    )


async def _orders(stage: Stage) -> Tally:
    contacts = await stage.erp.everything("/contacts", "contacts")
    erp = ErpSales(
        orders=await stage.erp.everything("/orders", "orders"),
        contacts={contact["id"]: contact for contact in contacts},
        codes=_codes(await stage.erp.all_products("/products")),
    )
    return compare_orders(erp, await _placed(stage))


def _codes(products: list[dict[str, Any]]) -> dict[int, str]:
    return {
        leaf["id"]: str(leaf["codigo"]).strip() for product in products for leaf in [product, *product["variacoes"]]
    }


async def _placed(stage: Stage) -> list[dict[str, Any]]:
    return await stage.shop.everything(f"{stage.store_path}/orders", "orders")
