"""How much of what waits for a shop that refused us is tried once it answers again (webstore-api §12)."""

from __future__ import annotations

from connector.core.reasons import Reason

# What may pass without anybody telling us. A revoked token ends with an installation; a suspended shop parks nothing.
PASSING = (Reason.SHOP_CLOSED, Reason.SHOP_FORBIDDEN)


def most_to_try(parked_for: Reason, trouble: str | None) -> int | None:
    """How many pieces of work parked for a reason to try, now that a call was answered; None for all.

    A closed shop answers no call. One that forbids something may answer others: one piece goes ahead, and the rest
    follows if nothing was forbidden (`trouble`) until the next look. A scope that is missing costs one call an hour.
    """
    return 1 if parked_for is Reason.SHOP_FORBIDDEN and trouble == Reason.SHOP_FORBIDDEN else None
