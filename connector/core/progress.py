"""How far a pull has come: products done, calls and time that remain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """What is still to be read from the ERP.

    `parents_unread` counts products with variations whose record has not been read, so that the number
    of their variations is known only from the listing (`variations_listed` in all of them), if at all.
    """

    pages: int
    simple_records: int
    parents_unread: int
    variations_listed: int
    variation_records: int
    stocks: int


# Until a parent has been read: what a variation costs (its record and its stock), and how many there are.
_CALLS_PER_VARIATION = 2
_USUAL_VARIATIONS = 4


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Counts for the merchant; `seconds_left` is None until the account's limit is known."""

    total: int
    done: int
    calls_left: int
    seconds_left: float | None


def progress(total: int, done: int, remaining: Remaining, calls_per_minute: int | None) -> Progress:
    """The estimate: exact for what was read, by the listing or the usual number for the rest."""
    unseen = remaining.variations_listed or remaining.parents_unread * _USUAL_VARIATIONS
    calls = (
        remaining.pages
        + remaining.simple_records
        + remaining.parents_unread
        + unseen * _CALLS_PER_VARIATION
        + remaining.variation_records
        + remaining.stocks
    )
    seconds = calls * 60 / calls_per_minute if calls_per_minute else None
    return Progress(total=total, done=done, calls_left=calls, seconds_left=seconds)
