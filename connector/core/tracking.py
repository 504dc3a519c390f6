"""Tracking: a code with or without an address, an address without a code, and either of them changed later."""

from __future__ import annotations

from dataclasses import dataclass

# Contract, webstore-api section 10.8: closed, or not paid yet, an order takes no shipment.
_TAKES_NONE = ("awaiting_payment", "payment_review", "delivered", "cancelled")

# The shop's sizes (webstore-api section 10.7).
_CODE, _CARRIER = 60, 60


@dataclass(frozen=True, kw_only=True)
class Tracking:
    """Where a parcel can be followed; empty texts where nothing is known."""

    code: str
    url: str
    carrier: str = ""


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """What to tell the shop. An address of None is taken back; one that is empty stays as it is."""

    code: str
    url: str | None
    carrier: str


def clean(tracking: Tracking) -> Tracking:
    """As the shop takes it: whole web addresses only, since one that it refuses must not hold back the code."""
    url = tracking.url if tracking.url.startswith(("https://", "http://")) else ""
    return Tracking(code=tracking.code[:_CODE], url=url, carrier=tracking.carrier[:_CARRIER])


def to_tell(shown: Tracking, told: Tracking, status: str) -> Shipment | None:
    """What the shop, which shows `shown`, is to be told of the ERP's word; None for nothing new."""
    if status in _TAKES_NONE:
        return None
    has_new_code, has_new_url = told.code not in ("", shown.code), told.url not in ("", shown.url)
    if not (has_new_code or has_new_url):
        return None
    # The address of another code would lead to another parcel.
    is_stale = has_new_code and bool(shown.code) and not told.url
    return Shipment(code=told.code, url=None if is_stale else told.url, carrier=told.carrier)
