"""The second half of the demo: stock moves, shoppers buy, the ERP's operator ships and cancels.

Everybody acts through the fakes' control doors; what the connector has made of it is compared at the end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from connector.demo import backoffice, shoppers
from connector.demo.compare import compare_stock
from connector.demo.compare_orders import ErpSales, compare_orders
from connector.demo.report import show_tallies
from connector.demo.stage import SEED, Stage
from connector.demo.tally import Tally

_PATIENCE_SECONDS = 30.0
_LEAST_SECONDS = 2.0
_CALM_SECONDS = 2.0
_SHIPPED = 10
_BEFORE_SHIPPED = ("preparando_envio", "faturado")


async def trade(stage: Stage) -> bool:
    """Play it; whether both sides agree about stock and orders at the end."""
    random, patience = Random(SEED), _Patience(stage)
    announced = await backoffice.open_integration(stage)
    stage.console.print(f"Entered in the ERP: the webhooks' address and {announced} anúncios")
    # Before the orders: the first stock message tells the integration's number, which orders carry.
    moved = await backoffice.move_stock(stage, random)
    await patience.wait(f"Moved the stock of {moved} products in the ERP; the shop shows it", _is_stock_told)
    placed = await shoppers.place_orders(stage, random)
    await patience.wait(f"{placed} orders placed in the shop; all of them in the ERP", _are_all_sent)
    await _settle_orders(stage, patience)
    # What comes late must not undo it.
    await asyncio.sleep(_CALM_SECONDS)
    tallies = await _stock(stage), await _orders(stage)
    show_tallies(stage.console, f"After {moved} movements and {placed} orders", *tallies)
    return all(tally.is_equal for tally in tallies)


async def _settle_orders(stage: Stage, patience: _Patience) -> None:
    """Most are shipped, step by step; one is cancelled on either side; the rest stays as it is."""
    orders = await stage.erp.everything("/orders", "orders")
    # By the shop's numbers: in which order they came to the ERP is nobody's choice.
    orders.sort(key=lambda order: (len(order["numero_ecommerce"]), order["numero_ecommerce"]))
    parcels, here, there = orders[:_SHIPPED], orders[_SHIPPED : _SHIPPED + 1], orders[_SHIPPED + 1 : _SHIPPED + 2]
    for situation in _BEFORE_SHIPPED:
        await backoffice.move_on(stage, parcels, situation)
        await patience.wait(f'{len(parcels)} orders "{situation}" in the ERP; both sides agree', _do_agree)
    await backoffice.ship(stage, parcels)
    await patience.wait(f"{len(parcels)} orders shipped with a tracking code; both sides agree", _do_agree)
    await backoffice.move_on(stage, here, "cancelado")
    cancelled = await shoppers.cancel(stage, [order["numero_ecommerce"] for order in there])
    await patience.wait(f"{len(here)} order cancelled in the ERP, {cancelled} in the shop; both sides agree", _do_agree)


@dataclass
class _Patience:
    """For all waits together: what never comes costs its time once, and not again at every step after it."""

    stage: Stage
    left: float = _PATIENCE_SECONDS

    async def wait(self, what: str, reached: Callable[[Stage], Awaitable[bool]]) -> None:
        """If it does not come, the comparison at the end says what is missing."""
        began, seconds = time.monotonic(), max(self.left, _LEAST_SECONDS)
        came = await self.stage.until(lambda: reached(self.stage), seconds, every=0.25)
        waited = time.monotonic() - began
        self.left -= waited
        words = f"{what} after {waited:.1f} s" if came else f"[red]{what}: not after {waited:.0f} s[/]"
        self.stage.console.print(words)


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
