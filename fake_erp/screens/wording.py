"""How the screens write amounts, moments and states."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from fake_erp.moments import write_moment
from fake_erp.records import plain


def _amount(value: Decimal | str) -> str:
    """12.5 → 12,5 as a person writes it."""
    return plain(Decimal(value)).replace(".", ",")


def _money(value: Decimal | str) -> str:
    """1234.5 → 1.234,50."""
    return f"{Decimal(value):,.2f}".translate(str.maketrans(",.", ".,"))


def _moment(value: datetime | None) -> str:
    return write_moment(value) if value else "—"


def _pair(value: str) -> tuple[str, str]:
    """An option that is shown as it is sent."""
    return value, value


FILTERS: dict[str, Callable[..., Any]] = {"amount": _amount, "money": _money, "moment": _moment, "pair": _pair}
