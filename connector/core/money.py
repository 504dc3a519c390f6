"""The money of an order, proved to the cent before it is sent: the ERP must come to the shop's own total.

The ERP computes items − discount + freight + other expenses, each line rounded by itself (erp-orders §2.3). Where
a quantity is no whole number the shop may have rounded a line the other way: such a cent, and no more than one for
each of these lines, is sent as an expense or a discount of the whole order. Cents that instalments lack or have too
much go to the first one, which is where the shop puts them (webstore-api §10.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from connector.core.orders import Instalment, Line, ShopOrder

_CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """What is sent: the whole order's discount and expenses, and its instalments. `goods` is what the lines cost."""

    goods: Decimal
    discount: Decimal
    surcharge: Decimal
    instalments: tuple[Instalment, ...]


@dataclass(frozen=True)
class Unproved:
    """The sums do not meet; `arithmetic` shows it."""

    arithmetic: str


def prove(order: ShopOrder) -> Amounts | Unproved:
    """The amounts by which the ERP comes to exactly `order.total`, or why there are none."""
    goods = goods_of(order)
    discount = sum((line.discount for line in order.lines), order.discount)
    surcharge = order.surcharge
    total = goods - discount + order.freight + surcharge
    missing = order.total - total
    if missing and missing != _rounded_otherwise(order.lines):
        return Unproved(f"{goods} - {discount} + {order.freight} + {surcharge} = {total} ≠ {order.total}")
    surcharge += max(Decimal(0), missing)
    discount += max(Decimal(0), -missing)
    instalments = _spread(order.instalments, order.total)
    if isinstance(instalments, Unproved):
        return instalments
    return Amounts(goods=goods, discount=discount, surcharge=surcharge, instalments=instalments)


def goods_of(order: ShopOrder) -> Decimal:
    """What the lines cost before any discount, each rounded to the cent."""
    return sum((_rounded(line) for line in order.lines), Decimal(0))


def _rounded(line: Line) -> Decimal:
    return (line.quantity * line.unit_price).quantize(_CENT, ROUND_HALF_UP)


def _rounded_otherwise(lines: Sequence[Line]) -> Decimal | None:
    """The cents by which the shop's own line totals exceed ours; None where a line differs for another reason."""
    more = Decimal(0)
    for line in lines:
        differs = line.total - (_rounded(line) - line.discount)
        is_exact = line.quantity * line.unit_price == _rounded(line)
        if abs(differs) > (Decimal(0) if is_exact else _CENT):
            return None
        more += differs
    return more


def _spread(parts: tuple[Instalment, ...], total: Decimal) -> tuple[Instalment, ...] | Unproved:
    """The instalments, the first one with the cents that the others leave over: one for each part at most."""
    if not parts:
        return parts
    paid = sum((part.amount for part in parts), Decimal(0))
    left = total - paid
    first = parts[0].amount + left
    if abs(left) > _CENT * len(parts) or first < 0:
        return Unproved(f"parcelas {paid} ≠ {total}")
    return (replace(parts[0], amount=first), *parts[1:])
