"""What a call of the ERP is made for: by it the calls of an account are counted and set against what they achieved."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """Calls are counted by it, and so is what was dealt with, for those in `DEALT_WITH`."""

    PRODUCT = "product"
    ORDER = "order"
    SITUATION = "situation"
    MESSAGE = "message"
    FEED = "feed"
    RECONCILE = "reconcile"
    ACCOUNT = "account"


# Of these it is counted how many were dealt with, so that calls for each one can be told.
DEALT_WITH = (Purpose.PRODUCT, Purpose.ORDER, Purpose.SITUATION, Purpose.MESSAGE)
