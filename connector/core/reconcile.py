"""What differs between both sides, and why as far as it can be known: by what was told to the shop last.

Works on field → text without knowing the fields. The wire makes the texts, so that two spellings of one value are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from connector.core import situations
from connector.core.situations import Cancel, Conflict, Stay


class Topic(StrEnum):
    """What is compared."""

    STOCK = "stock"
    FIELDS = "fields"
    ORDERS = "orders"
    SITUATIONS = "situations"


class Cause(StrEnum):
    """How a difference came about, as far as what is remembered can tell."""

    MESSAGE_LOST = "message_lost"
    EDITED_IN_SHOP = "edited_in_shop"
    EDITED_IN_ERP = "edited_in_erp"
    REMOVED_IN_SHOP = "removed_in_shop"
    GONE_IN_ERP = "gone_in_erp"
    NEVER_TOLD = "never_told"
    NEVER_SENT = "never_sent"
    NOT_LINKED = "not_linked"
    NOT_REFERENCED = "not_referenced"
    DOUBLED_IN_ERP = "doubled_in_erp"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Both sides' values of a field, as texts; an empty `field` is the whole."""

    field: str = ""
    erp: str
    shop: str
    cause: Cause


# An order may be this old before its absence is a difference: its event, its payment and its call take their time.
GRACE = timedelta(minutes=15)

# Contract, webstore-api section 10.1: what becomes an order of the ERP, and what only may have.
_EXPECTED = ("paid", "preparing", "invoiced", "ready_to_ship", "shipped")


def cause(erp: str, told: str | None, shop: str, *, unheard: Cause) -> Cause:
    """Which side has moved away from what the shop was told; `unheard` is the word for the ERP's."""
    if told is None:
        return Cause.NEVER_TOLD
    if shop == told:
        return unheard
    return Cause.EDITED_IN_SHOP if erp == told else Cause.UNKNOWN


def level(erp: Decimal, told: Decimal | None, shop: Decimal) -> Difference | None:
    """The ERP's level against the quantity that the shop has written."""
    if erp == shop:
        return None
    texts = (_number(erp), None if told is None else _number(told), _number(shop))
    return Difference(erp=texts[0], shop=texts[2], cause=cause(*texts, unheard=Cause.MESSAGE_LOST))


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f")


def fields(
    wanted: Mapping[str, str], told: Mapping[str, str], shown: Mapping[str, str], *, off: frozenset[str]
) -> list[Difference]:
    """The fields that differ, without those that are `off`.

    One that is empty in the ERP and was never written is the merchant's own.
    """
    found = []
    for name, erp in wanted.items():
        shop = shown.get(name, "")
        if erp == shop or whole_field(name) in off or not (erp or told.get(name)):
            continue
        why = cause(erp, told.get(name), shop, unheard=Cause.EDITED_IN_ERP)
        found.append(Difference(field=name, erp=erp, shop=shop, cause=why))
    return found


def whole_field(name: str) -> str:
    """Of the fifteen fields the one to which a part such as `related.brand` belongs."""
    return name.partition(".")[0]


def is_expected(status: str) -> bool:
    """Whether an order with this status is to be in the ERP."""
    return status in _EXPECTED


def total(erp: Decimal | None, told: Decimal | None, shop: Decimal) -> Difference | None:
    """An order's total in the ERP against the shop's."""
    if erp is None or erp == shop:
        return None
    texts = (str(erp), None if told is None else str(told), str(shop))
    why = cause(*texts, unheard=Cause.EDITED_IN_ERP) if told is not None else Cause.UNKNOWN
    return Difference(field="total", erp=texts[0], shop=texts[2], cause=why)


def situation(status: str, in_erp: str, *, was_cancelled: bool, accepted: str | None) -> Difference | None:
    """Whether the ERP's situation calls for anything in the shop that has not been done, or the other way round."""
    decision = situations.decide(status, in_erp, was_cancelled=was_cancelled)
    if isinstance(decision, Stay) or situations.pair(status, in_erp) == accepted:
        return None
    if isinstance(decision, Conflict):
        why = Cause.CONFLICT
    else:
        why = Cause.EDITED_IN_SHOP if isinstance(decision, Cancel) else Cause.MESSAGE_LOST
    return Difference(field="situation", erp=in_erp, shop=status, cause=why)
