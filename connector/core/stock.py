"""What level of stock the shop shall show, by the ERP's balance or by its messages (decisions §5–7, architecture §5).

A message holds an absolute balance, but no id, time or sequence, and a retry may come ten hours late.
So a message is trusted while every claim of the last ten hours agrees with it, and the ERP is asked
when they disagree; an answer of the ERP stands for all that was claimed before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from connector.core import fields
from connector.core.catalogue import ErpStock, Skip
from connector.core.reasons import Reason


class StockMode(StrEnum):
    """The balance that is shown: all that lies there, or what open orders have not reserved."""

    PHYSICAL = "physical"
    AVAILABLE = "available"


def level(stock: ErpStock, mode: StockMode, depot: str | None) -> Decimal | Skip:
    """The level to show, by mode and depot; Skip if the depot named in the settings does not exist."""
    found = balance(stock, mode, depot)
    return found if isinstance(found, Skip) else fields.quantity(found)


def balance(stock: ErpStock, mode: StockMode, depot: str | None) -> Decimal | Skip:
    """The ERP's balance by mode and depot, as its messages would state it: may be negative."""
    total = stock.balance
    if depot is not None:
        wanted = depot.strip().casefold()
        found = [d.balance for d in stock.depots if d.name.strip().casefold() == wanted]
        if not found:
            return Skip(reason=Reason.DEPOT_UNKNOWN, detail=", ".join(d.name for d in stock.depots))
        total = sum(found, Decimal(0))
    return total - stock.reserved if mode is StockMode.AVAILABLE else total


def relevelled(
    kept: ErpStock, mode: StockMode, depot: str | None, shown: Decimal | None, *, is_outdated: bool
) -> Decimal | None:
    """The level by another mode or depot, from the balance that the ERP answered last; None if there is no such depot.

    Where messages came since that answer, no more than is shown, until the ERP has answered anew.
    """
    found = level(kept, mode, depot)
    if isinstance(found, Skip):
        return None
    return min(found, shown) if is_outdated and shown is not None else found


# A retry may trail its message by the sum of all waits: 5 + 10 + … + 75 minutes (erp-stock-webhook §2.4), and by what
# the fifteen attempts before it took to fail, for which no limit is documented: two minutes each.
LATE_WINDOW = timedelta(minutes=sum(range(5, 80, 5)) + 15 * 2)

# How long messages of one product gather before the ERP is asked: a burst is one question.
SETTLE = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A balance that was claimed of a product: by a message, or by the ERP's answer to a question.

    An answer's `received_at` is when it was asked: it knows of nothing later.
    """

    received_at: datetime
    balance: Decimal
    is_answer: bool = False


@dataclass(frozen=True)
class Keep:
    """The shop shows it already."""


@dataclass(frozen=True)
class Apply:
    """Show this level."""

    level: Decimal


@dataclass(frozen=True)
class Recheck:
    """Ask the ERP; show `now` at once, if given: a lower level can only prevent a sale of what is not there."""

    now: Decimal | None = None


Decision = Keep | Apply | Recheck


def decide(claim: Claim, earlier: Sequence[Claim], shown: Decimal | None, *, knows_window: bool = True) -> Decision:
    """Say what a message calls for. `earlier` are the claims before it, oldest first; `shown` is the shop's level.

    Where some of its late window may be forgotten already (`knows_window`), nobody can know that all agree with it.
    """
    history = _since_last_answer(earlier)
    recent = [c for c in history if claim.received_at - c.received_at <= LATE_WINDOW]
    level = fields.quantity(claim.balance)
    if not knows_window or any(c.balance != claim.balance for c in recent):
        return Recheck(now=level if shown is not None and level < shown else None)
    return Keep() if level == shown else Apply(level)


def after_answer(answer: Claim, later: Sequence[Claim], shown: Decimal | None) -> Decision:
    """Say what the ERP's answer calls for, when messages (`later`) came in while it was asked.

    Where they disagree, the lowest of all is shown meanwhile, also above what is shown: the answer was true a moment
    ago. Otherwise a product that moves during every question would only ever go down.
    """
    level = fields.quantity(answer.balance)
    if any(c.balance != answer.balance for c in later):
        lowest = min([level, *(fields.quantity(c.balance) for c in later)])
        return Recheck(now=lowest if lowest != shown else None)
    return Keep() if level == shown else Apply(level)


def agreed(claims: Sequence[Claim]) -> Claim | None:
    """The ERP's last answer, if every claim since then agrees with it."""
    history = _since_last_answer(claims)
    if not history or not history[0].is_answer or any(c.balance != history[0].balance for c in history):
        return None
    return history[0]


def _since_last_answer(claims: Sequence[Claim]) -> Sequence[Claim]:
    """The last answer and what was claimed after it."""
    answers = [place for place, claim in enumerate(claims) if claim.is_answer]
    return claims[answers[-1] :] if answers else claims
