"""Price lists: a percentage for everything, and fixed prices for some products (contract, products §10)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_erp.records import Product

FIRST_LIST_ID = 41
FIRST_EXCEPTION_ID = 9001
_CENT = Decimal("0.01")


@dataclass(slots=True, kw_only=True)
class PriceException:
    """A product's own price in a list; `preco_promocional` "0.00" is none."""

    id: int
    list_id: int
    product_id: int
    preco: str
    preco_promocional: str = "0.00"


@dataclass(slots=True, kw_only=True)
class PriceList:
    """`percent` is signed: negative is a discount."""

    id: int
    descricao: str
    percent: Decimal


class PriceLists:
    """The lists of one account and their exceptions."""

    def __init__(self) -> None:
        self.lists: dict[int, PriceList] = {}
        self.exceptions: list[PriceException] = []

    def add(self, descricao: str, percent: Decimal) -> PriceList:
        made = PriceList(id=FIRST_LIST_ID + len(self.lists), descricao=descricao, percent=percent)
        self.lists[made.id] = made
        return made

    def except_product(self, list_id: int, product_id: int, preco: str, promotional: str) -> PriceException:
        """A fixed price; the product's former one in this list is replaced."""
        self.exceptions = [e for e in self.exceptions if (e.list_id, e.product_id) != (list_id, product_id)]
        number = max((each.id for each in self.exceptions), default=FIRST_EXCEPTION_ID - 1) + 1
        made = PriceException(
            id=number, list_id=list_id, product_id=product_id, preco=preco, preco_promocional=promotional
        )
        self.exceptions.append(made)
        return made

    def of(self, list_id: int, product_id: int = 0) -> list[PriceException]:
        """The exceptions of a list, of one product if one is given."""
        return [e for e in self.exceptions if e.list_id == list_id and product_id in (0, e.product_id)]

    def prices(self, chosen: PriceList, product: Product) -> tuple[str, str]:
        """Price and promotional price in a list: the exception, else the percentage on both (§10, inferred)."""
        own = self.of(chosen.id, product.id)
        if own:
            return own[0].preco, own[0].preco_promocional
        factor = 1 + chosen.percent / 100
        return _times(product.preco, factor), _times(product.preco_promocional, factor)


def _times(amount: str, factor: Decimal) -> str:
    return str((Decimal(amount) * factor).quantize(_CENT, ROUND_HALF_UP))
