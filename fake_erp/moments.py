"""How the ERP writes moments: Brasília time, no offset (contract, transport §2.5)."""

from __future__ import annotations

import re
from datetime import datetime

from scenarios.harness.clock import BRASILIA

_MOMENT = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: (\d{2}):(\d{2}):(\d{2}))?", re.ASCII)


def write_moment(moment: datetime) -> str:
    """`dd/mm/yyyy hh:mm:ss`."""
    return moment.astimezone(BRASILIA).strftime("%d/%m/%Y %H:%M:%S")


def parse_moment(text: str) -> datetime:
    """The moment of a text with or without time of day. Raises ValueError."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"no date: {text!r}")
    day, month, year, hour, minute, second = (int(part) if part else 0 for part in match.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=BRASILIA)
