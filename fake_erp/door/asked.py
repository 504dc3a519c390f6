"""Reading what the control door is asked for, and saying what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from aiohttp import web

from fake_erp.editing import BadField
from fake_erp.integrations import Integration
from fake_erp.orders import Order
from fake_erp.records import Product
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.bodies import Handler, parse_json
from scenarios.harness.door import DoorError, answer, read_body, read_object

_LONGEST_NUMBER = 18
_LARGEST_AMOUNT = Decimal(10) ** 12


class NotThere(LookupError):
    """What a request names does not exist; the text goes to the caller with 404."""


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """404 for what is not there, 400 for a field that the ERP would not take; the harness's own explains the rest."""
    try:
        return await handler(request)
    except BadField as error:
        return answer({"error": str(error)}, 400)
    except NotThere as error:
        return answer({"error": str(error)}, 404)


def world_of(request: web.Request, worlds: ErpWorlds) -> ErpWorld:
    return worlds.get(request.match_info["world"])


def product_of(world: ErpWorld, given: object) -> Product:
    """The product or variation with this id, a number or digits."""
    text = str(given)
    if isinstance(given, bool) or not (text.isascii() and text.isdigit()):
        raise DoorError(f"a product's id is a whole number, not {given!r}")
    product = world.catalogue.get(int(text)) if len(text) <= _LONGEST_NUMBER else None
    if product is None:
        raise NotThere(f"no product {text[:_LONGEST_NUMBER]} in world {world.name!r}")
    return product


def order_of(world: ErpWorld, text: str) -> Order:
    """The order with this id, which is not its number."""
    if not (text.isascii() and text.isdigit()):
        raise DoorError(f"an order's id is a whole number, not {text[:40]!r}")
    order = world.orders.get(int(text)) if len(text) <= _LONGEST_NUMBER else None
    if order is None:
        raise NotThere(f"no order {text[:_LONGEST_NUMBER]} in world {world.name!r}")
    return order


def integration_of(world: ErpWorld, given: object) -> Integration:
    """The integration with this number; the main one where none is named."""
    known = list(world.integrations)
    found = next((each for each in known if given is None or each.id == given), None)
    if found is None:
        numbers = ", ".join(str(each.id) for each in known)
        raise DoorError(f"no integration {given!r}; known: {numbers or 'none yet: add one first'}")
    return found


@dataclass(frozen=True)
class Entries:
    """One or more objects that were sent; `many` = as a list."""

    entries: list[dict[str, Any]]
    many: bool


async def read_entries(request: web.Request, known: set[str]) -> Entries:
    """The request's JSON object, or its list of objects."""
    raw = await read_body(request)
    if not raw.lstrip().startswith(b"["):
        return Entries([await read_object(request, known)], many=False)
    try:
        entries = parse_json(raw)
    except ValueError as error:
        raise DoorError(f"the body is no JSON: {error}") from None
    for entry in entries:
        if not isinstance(entry, dict):
            raise DoorError("the body must be a JSON object or a list of them")
        if unknown := sorted(set(entry) - known):
            raise DoorError(f"unknown key {unknown[0]!r}; known: {', '.join(sorted(known))}")
    return Entries(entries, many=True)


def whole_number(request: web.Request, name: str, default: int) -> int:
    """A parameter of the query."""
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise DoorError(f"{name} must be a whole number from 0, not {text[:40]!r}")
    return int(text)


T = TypeVar("T")


def shown(request: web.Request, name: str, records: list[T], truth: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """A part of a list, by `offset` and `limit`, with how many there are in all."""
    offset, limit = whole_number(request, "offset", 0), whole_number(request, "limit", 1000)
    return {"total": len(records), name: [truth(record) for record in records[offset : offset + limit]]}


def amount(value: Any, name: str) -> Decimal:
    """A decimal given as number or as text with a point."""
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise InvalidOperation
        number = Decimal(str(value))
        if not number.is_finite() or abs(number) > _LARGEST_AMOUNT:
            raise InvalidOperation
    except InvalidOperation:
        raise DoorError(f"{name} must be a decimal such as 12 or '5.25', not {value!r}") from None
    return number
