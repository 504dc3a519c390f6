"""Which orders a list holds (§10.9): filters and order of the query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import schemas
from fake_webstore.errors import Invalid
from fake_webstore.formats import parse_time
from fake_webstore.orders.records import Order
from fake_webstore.shapes import detail

_TIMES = ("created_at_min", "created_at_max", "updated_at_min", "updated_at_max")
PARAMETERS = frozenset(
    {"status", "payment_status", "number", "channel", *_TIMES, "since_id", "imported", "sort"},
)
_CHANNELS = ("storefront", "marketplace", "manual")
_SORTS = ("-id", "id", "updated_at")
_DEFINED = schemas.load("webstore/common")["$defs"]
_STATUSES = tuple(_DEFINED["OrderStatus"]["enum"])
_PAYMENT_STATUSES = tuple(_DEFINED["PaymentStatus"]["enum"])
_MOST_DIGITS = 18

Test = Callable[[Order], bool]


def found(orders: Iterable[Order], query: Mapping[str, str]) -> list[Order]:
    """The orders that pass every filter, in the order asked for. Raises Invalid."""
    tests = [_test(key, text) for key, text in query.items() if key in PARAMETERS and key != "sort"]
    sort = _one_of("sort", query.get("sort", "-id"), _SORTS)
    # Orders are kept in order of their ids.
    left = [order for order in orders if all(test(order) for test in tests)]
    if sort == "updated_at":
        return sorted(left, key=lambda order: (order.updated_at, order.id))
    return left if sort == "id" else left[::-1]


def _test(key: str, text: str) -> Test:
    if key == "status":
        statuses = {_one_of(key, one.strip(), _STATUSES) for one in text.split(",")}
        return lambda order: order.status in statuses
    if key == "payment_status":
        statuses = {_one_of(key, one.strip(), _PAYMENT_STATUSES) for one in text.split(",")}
        return lambda order: order.payment_status in statuses
    if key == "channel":
        channel = _one_of(key, text, _CHANNELS)
        return lambda order: order.channel == channel
    if key == "imported":
        imported = _one_of(key, text, ("true", "false")) == "true"
        return lambda order: order.imported is imported
    if key in _TIMES:
        return _time_test(key, text)
    number = _whole_number(key, text)
    return (lambda order: order.number == number) if key == "number" else (lambda order: order.id > number)


def _time_test(key: str, text: str) -> Test:
    moment, is_updated = _time(key, text), key.startswith("updated")

    def time_of(order: Order) -> datetime:
        return order.updated_at if is_updated else order.created_at

    if key.endswith("_min"):
        return lambda order: time_of(order) >= moment
    return lambda order: time_of(order) <= moment


def _one_of(key: str, text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise Invalid(detail("not_allowed_value", key))
    return text


def _whole_number(key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise Invalid(detail("invalid_format", key))
    return int(text)


def _time(key: str, text: str) -> datetime:
    try:
        return parse_time(text)
    except ValueError:
        raise Invalid(detail("invalid_format", key)) from None
