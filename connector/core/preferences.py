"""What a merchant chooses: how stock is shown, how orders are written, what becomes of retired products."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.core.stock import StockMode


class Retiring(StrEnum):
    """What the shop does with a product that is inactive or excluded in the ERP."""

    KEEP = "keep"
    HIDE = "hide"
    REMOVE = "remove"


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """All of them. Natures of operation are the ERP's, by name; `brake_percent` is a share of the catalogue.

    `fields_off` are those of the fifteen fields that are not synchronised.
    """

    integrator_id: str | None = None
    depot: str | None = None
    stock_mode: StockMode = StockMode.PHYSICAL
    overwrite_customer: bool = True
    nature: str | None = None
    contributor_nature: str | None = None
    erp_notifies: bool = False
    inactive_action: Retiring = Retiring.KEEP
    excluded_action: Retiring = Retiring.KEEP
    brake_percent: int = 20
    fields_off: tuple[str, ...] = ()
