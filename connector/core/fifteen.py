"""The fifteen fields of the article (webstore-api §7.4), and which of them a merchant keeps to the shop.

The code is one of them, and no other field can be told without it: it is always synchronised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

STOCK, IMAGES, NAME, PRICE = "stock", "images", "name", "price"

SWITCHABLE = (
    NAME,
    STOCK,
    "description",
    "gtin",
    "unit",
    "ncm",
    PRICE,
    "net_weight",
    "gross_weight",
    "height",
    "width",
    "length",
    IMAGES,
    "related",
)


@dataclass(frozen=True, kw_only=True)
class Lock:
    """What of one product stays as it is in the shop; `fields` is None for all of it."""

    code: str
    fields: tuple[str, ...] | None = None

    @property
    def holds_stock(self) -> bool:
        return self.fields is None or STOCK in self.fields


def kept(off: Collection[str], lock: Lock | None) -> frozenset[str]:
    """The fields that a synchronisation leaves alone: those switched off, and those of the product's lock."""
    locked: Iterable[str] = () if lock is None else SWITCHABLE if lock.fields is None else lock.fields
    return frozenset(off) | frozenset(locked)
