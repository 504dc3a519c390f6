"""How values look on the wire (§2): times, decimals, quantities. Text in, value out, and back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

# The offset itself and not the zone: answers have no summer time, also for days that had one (§2).
_OFFSET = timezone(timedelta(hours=-3))
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def time_text(moment: datetime | None) -> str | None:
    """RFC 3339 with the offset of Brasília."""
    return moment.astimezone(_OFFSET).isoformat(timespec="seconds") if moment else None


def parse_time(text: str) -> datetime:
    """A moment from RFC 3339 with any offset; ValueError otherwise."""
    if not _RFC3339.fullmatch(text):
        raise ValueError(f"{text!r} is no RFC 3339 time with an offset")
    return datetime.fromisoformat(text.upper())


def centimetres(text: str) -> str:
    """One spelling for equal lengths: one decimal unless the second says something."""
    value = Decimal(text)
    return f"{value:.1f}" if value == value.quantize(Decimal("0.1")) else f"{value:.2f}"


def parse_quantity(value: int | float) -> Decimal:
    """A quantity with at most three decimals; ValueError otherwise."""
    try:
        quantity = Decimal(str(value))
        exact = quantity == quantity.quantize(Decimal("0.001"))
    except InvalidOperation:
        raise ValueError("too many digits") from None
    if not exact:
        raise ValueError("at most three decimals")
    return quantity


def quantity_number(quantity: Decimal) -> int | float:
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def is_web_address(text: str) -> bool:
    """Whether the text is an absolute http or https address."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        return False
