"""Money as decimals: the wire's text, cents, parts."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def rounded(amount: Decimal) -> Decimal:
    """Half up to cents (§2)."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def percent(amount: Decimal, share: Decimal) -> Decimal:
    return rounded(amount * share / 100)


def text(amount: Decimal) -> str:
    return f"{amount:.2f}"


def parts(amount: Decimal, count: int) -> list[Decimal]:
    """Equal parts; cents left over go to the first (§10.6)."""
    each, left = divmod(int(amount * 100), count)
    return [Decimal(each + (left if place == 0 else 0)).scaleb(-2) for place in range(count)]
