"""Situations move forward only (webstore-api §10.1): what a situation of the ERP calls for on either side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

# Contract, webstore-api section 10.1: what may follow a status, without `paid`, which is the gateway's word.
_CHAIN = ("paid", "preparing", "invoiced", "ready_to_ship", "shipped", "delivered")
_AFTER: dict[str, tuple[str, ...]] = {
    "awaiting_payment": ("cancelled",),
    "payment_review": ("cancelled",),
    **{status: (*_CHAIN[place + 1 :], "cancelled") for place, status in enumerate(_CHAIN[:4])},
    "shipped": ("delivered", "not_delivered"),
    "not_delivered": ("shipped", "cancelled"),
    "delivered": (),
    "cancelled": (),
}

# From the contract's table of both sides' words, by the wire's neutral names.
_MEANS = {
    "open": None,
    "incomplete": None,
    "approved": None,
    "preparing": "preparing",
    "invoiced": "invoiced",
    "ready": "ready_to_ship",
    "shipped": "shipped",
    "delivered": "delivered",
    "not_delivered": "not_delivered",
    "cancelled": "cancelled",
}

# The goods are with the carrier or the buyer: a cancellation is a person's decision.
_GONE = ("shipped", "delivered")

# How often a message that came before its order is looked at again.
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=10)

# What an order is inserted with: the ERP's own word of it is the echo of our insert.
_INSERTED = "approved"


@dataclass(frozen=True)
class Move:
    """Set these statuses, one after the other."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Stay:
    """Nothing to do: it is there already, or the ERP's word is older than the shop's."""


@dataclass(frozen=True)
class Cancel:
    """The shop has cancelled it: the ERP is to follow."""


@dataclass(frozen=True)
class Conflict:
    """Both sides say what cannot both be: a person decides."""


Decision = Move | Stay | Cancel | Conflict


def decide(shown: str, situation: str, *, was_cancelled: bool = False) -> Decision:
    """What the ERP's `situation` calls for while the shop shows status `shown`.

    `was_cancelled`: the ERP has had it cancelled before.
    """
    wanted = _MEANS[situation]
    if shown == "cancelled":
        return _beside_a_cancellation(situation, was_cancelled)
    if wanted is None or wanted == shown:
        return Stay()
    if path := _path(shown, wanted):
        return Move(path)
    return Conflict() if wanted == "cancelled" else Stay()


def _beside_a_cancellation(situation: str, was_cancelled: bool) -> Decision:
    if situation == "cancelled":
        return Stay()
    # Reopened in the ERP after both sides had cancelled it, or gone before the cancellation came: a person decides.
    return Conflict() if was_cancelled or situation in _GONE else Cancel()


def _path(shown: str, wanted: str) -> tuple[str, ...]:
    """The shortest way there; empty where there is none forward."""
    if wanted in _AFTER[shown]:
        return (wanted,)
    # Delivered at the second attempt, or not at all, with the news of the despatch lost: it was shipped all the same.
    return ("shipped", wanted) if "shipped" in _AFTER[shown] and wanted in _AFTER["shipped"] else ()


def pair(status: str, situation: str) -> str:
    """A disagreement as it is kept, shown and accepted."""
    return f"loja: {status}, ERP: {situation}"


def is_news(told: str | None, known: str | None, *, is_cancelling: bool) -> bool:
    """Whether a message tells what is neither known nor our own doing.

    `told` is None for a word that nobody knows; `known` is None where nothing was heard of it since its insert.
    """
    if told is None:
        return True
    return told != (known or _INSERTED) and not (is_cancelling and told == "cancelled")


def expects_more(situation: str, *, has_invoice: bool, has_tracking: bool) -> bool:
    """Whether papers that come with this situation are still missing, so that a change may have brought them."""
    return (situation == "invoiced" and not has_invoice) or (situation == "shipped" and not has_tracking)


def next_hearing(age: timedelta) -> timedelta:
    """When to look again at a message whose order has no id in the ERP yet: the wait doubles with its age."""
    return min(max(age, _SOONEST), _LATEST)
