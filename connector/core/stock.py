"""What level of stock the shop shall show (decisions §7)."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from connector.core import fields
from connector.core.catalogue import ErpStock, Skip
from connector.core.reasons import Reason


class StockMode(StrEnum):
    """The balance that is shown: all that lies there, or what open orders have not reserved."""

    PHYSICAL = "physical"
    AVAILABLE = "available"


def level(stock: ErpStock, mode: StockMode, depot: str | None) -> Decimal | Skip:
    """The level to show, by mode and depot; Skip if the depot named in the settings does not exist."""
    balance = stock.balance
    if depot is not None:
        wanted = depot.strip().casefold()
        found = [d.balance for d in stock.depots if d.name.strip().casefold() == wanted]
        if not found:
            return Skip(reason=Reason.DEPOT_UNKNOWN, detail=", ".join(d.name for d in stock.depots))
        balance = sum(found, Decimal(0))
    if mode is StockMode.AVAILABLE:
        balance -= stock.reserved
    return fields.quantity(balance)
