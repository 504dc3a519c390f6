"""Invoices of the ERP: which of them a shop may show (erp-orders §10.2, webstore-api §10.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

VALID, VOID, PENDING = "valid", "void", "pending"

_SOONEST, _LATEST = timedelta(minutes=5), timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """An invoice as it was read; None where the ERP says nothing, or nothing that can be read."""

    invoice_id: str
    order_id: str
    state: str
    key: str
    number: int | None
    series: int | None
    issued_on: date | None
    amount: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What the shop is told of an invoice."""

    key: str
    number: int
    series: int
    issued_on: date
    amount: Decimal


def is_key(key: str) -> bool:
    """Whether it is an access key: 44 digits, the last of which checks the others (webstore-api §16.5)."""
    if len(key) != 44 or not (key.isascii() and key.isdigit()):
        return False
    # The weights run from 2 to 9, from the right.
    rest = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(key[:43]))) % 11
    return int(key[43]) == (0 if rest < 2 else 11 - rest)


def paper_of(invoice: Invoice) -> Paper | str:
    """What to tell of a valid invoice; or what is wrong with it, in one word."""
    if not is_key(invoice.key):
        return "key"
    if invoice.number is None or not 1 <= invoice.number <= 999_999_999:
        return "number"
    if invoice.series is None or not 0 <= invoice.series <= 999:
        return "series"
    if invoice.issued_on is None:
        return "date"
    if invoice.amount is None or invoice.amount < 0:
        return "amount"
    return Paper(
        key=invoice.key,
        number=invoice.number,
        series=invoice.series,
        issued_on=invoice.issued_on,
        amount=invoice.amount,
    )


def next_look(age: timedelta) -> timedelta:
    """When to look again at an invoice that is not authorised yet, so that the wait doubles with its age."""
    return min(max(age, _SOONEST), _LATEST)


def is_abandoned(age: timedelta) -> bool:
    """Whether nobody is going to authorise it; the order's next change has it looked at once more."""
    return age > timedelta(days=7)
