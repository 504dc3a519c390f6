"""Lengths of time as stories say them: `30s`, `10m`, `11h`, `2d`, or together, `1h30m`."""

from __future__ import annotations

import re

# Each part once, the longest first; the lookahead refuses an empty text.
PATTERN = r"^(?=.)([0-9]{1,4}d)?([0-9]{1,4}h)?([0-9]{1,4}m)?([0-9]{1,4}s)?$"
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def has_too_many_digits(text: str) -> bool:
    """Whether it would be a length of time if its numbers were shorter."""
    return bool(re.fullmatch(PATTERN.replace("{1,4}", "+"), text))


def seconds(text: str) -> int:
    """The seconds of a text that fits PATTERN."""
    return sum(int(count) * _SECONDS[unit] for count, unit in re.findall(r"([0-9]+)([dhms])", text))


def words(count: float) -> str:
    """Whole seconds as a story would say them: 5400 → `1h30m`."""
    left, parts = int(count), []
    for unit, size in _SECONDS.items():
        amount, left = divmod(left, size)
        parts += [f"{amount}{unit}"] if amount else []
    return "".join(parts) or "0s"


def on_the_clock(count: float) -> str:
    """Time since a story began, as a clock shows it: `00:02:13`, beyond a day `1d 02:00:00`."""
    days, left = divmod(int(count), 86_400)
    shown = f"{left // 3600:02}:{left // 60 % 60:02}:{left % 60:02}"
    return f"{days}d {shown}" if days else shown
