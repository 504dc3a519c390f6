"""What is told instead of a traceback where a run was asked for wrongly."""

from __future__ import annotations


class Mistake(Exception):
    """The text says what is wrong, where, and what to do. It never quotes an address: the stock door's is a secret."""
