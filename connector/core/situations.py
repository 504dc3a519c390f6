"""Situations move forward only (webstore-api §10.1): what a situation of the ERP calls for in the shop."""

from __future__ import annotations

from dataclasses import dataclass

# The shop's chain; what comes later in it may be reached by skipping.
_CHAIN = ("paid", "preparing", "invoiced", "ready_to_ship", "shipped", "delivered")

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


@dataclass(frozen=True, kw_only=True)
class Move:
    """Set this status."""

    status: str


@dataclass(frozen=True)
class Stay:
    """Nothing to do: it is there already, or the ERP's word is older than the shop's."""


@dataclass(frozen=True)
class Conflict:
    """Both sides say what cannot both be: a person decides."""


def decide(shown: str, situation: str) -> Move | Stay | Conflict:
    """What the ERP's `situation` calls for while the shop shows status `shown`."""
    wanted = _MEANS[situation]
    if wanted is None or wanted == shown:
        return Stay()
    if shown == "cancelled":
        # Before the goods leave, the shop's cancellation is on its way to the ERP.
        return Conflict() if wanted in ("shipped", "delivered", "not_delivered") else Stay()
    if shown == "delivered":
        return Conflict() if wanted == "cancelled" else Stay()
    if wanted == "cancelled":
        return Conflict() if shown == "shipped" else Move(status=wanted)
    if wanted == "not_delivered":
        return Move(status=wanted) if shown == "shipped" else Stay()
    if shown == "not_delivered":
        return Move(status=wanted) if wanted == "shipped" else Stay()
    if shown not in _CHAIN:
        # The ERP moved an order that the shop still awaits payment for.
        return Stay()
    return Move(status=wanted) if _CHAIN.index(wanted) > _CHAIN.index(shown) else Stay()
