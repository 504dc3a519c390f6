"""What is told instead of a traceback where a run was asked for wrongly."""

from __future__ import annotations

from typing import Any

_LONG = 60


class Mistake(Exception):
    """The text says what is wrong, where, and what to do. It never quotes an address: the stock door's is a secret."""


def brief(value: Any) -> str:
    """What was given, for a line that says what is wrong with it."""
    try:
        text = repr(value)
    except ValueError:
        # A whole number of more digits than Python writes.
        return "a number of so many digits"
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
