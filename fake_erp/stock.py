"""Balances: what a product has in each depot, and movements (contract, products §3 and §4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fake_erp.records import ZERO, Depot, Product

# Balance (an absolute count), in, out (products §0.1).
BALANCE, IN, OUT = "B", "E", "S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A product's stock: each depot's balance and what open orders have reserved."""

    depots: tuple[tuple[Depot, Decimal], ...]
    reserved: Decimal

    @property
    def physical(self) -> Decimal:
        """The sum of the depots that count."""
        return sum((amount for depot, amount in self.depots if not depot.ignored), start=ZERO)


def level_of(product: Product, depots: tuple[Depot, ...]) -> Level:
    return Level(depots=tuple(zip(depots, product.balances, strict=True)), reserved=product.reserved)


def sum_of(levels: list[Level], depots: tuple[Depot, ...]) -> Level:
    """Several products' stock as one."""
    summed = tuple(
        (depot, sum((level.depots[number][1] for level in levels), start=ZERO)) for number, depot in enumerate(depots)
    )
    return Level(depots=summed, reserved=sum((level.reserved for level in levels), start=ZERO))


def move(product: Product, depot: int, kind: str, quantity: Decimal) -> None:
    """B sets, E adds, S subtracts; a balance may become negative (observed, Writes)."""
    before = product.balances[depot]
    after = {BALANCE: quantity, IN: before + quantity, OUT: before - quantity}[kind]
    product.balances = (*product.balances[:depot], after, *product.balances[depot + 1 :])
