"""What forms say of amounts and lists, and pages of long lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from fake_erp.editing import BadField
from fake_erp.screens.visit import Visit, page_number

_A_PAGE = 50
T = TypeVar("T")


def amount(text: str, label: str) -> Decimal:
    """A number as a person types it: 1.234,5 or 1234.5. Raises BadField."""
    plain = text.replace(".", "").replace(",", ".") if "," in text else text
    try:
        number = Decimal(plain)
        if not number.is_finite() or abs(number) > Decimal(10) ** 12:
            raise InvalidOperation
        return number
    except InvalidOperation:
        raise BadField(f"{label}: informe um número, como 12 ou 5,25") from None


@dataclass(frozen=True)
class Shown(Generic[T]):
    """One page of a list."""

    records: Sequence[T]
    page: int
    pages: int
    total: int


def page_of(visit: Visit, found: Sequence[T]) -> Shown[T]:
    """The page that was asked for; the last where it is beyond the end."""
    pages = max(1, -(-len(found) // _A_PAGE))
    page = min(page_number(visit.request), pages)
    return Shown(found[(page - 1) * _A_PAGE : page * _A_PAGE], page, pages, len(found))
