"""The control door as OpenAPI 3.1."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from fake_webstore import moods, profiles
from fake_webstore.control.stores import PRODUCT_KEYS, STATUSES
from fake_webstore.orders import editing, generator, wish
from scenarios.harness.openapi import (
    AMOUNT,
    LIST,
    NUMBER,
    NUMBERED,
    SWITCH,
    TEXT,
    Operation,
    Schema,
    door_document,
    fields,
)


@cache
def door() -> bytes:
    """The control door, as a JSON document."""
    return orjson.dumps(door_document("Control door of the fake Webstore", _OPERATIONS), option=orjson.OPT_INDENT_2)


_ONE, _STORE = "/worlds/{world}", "/worlds/{world}/stores/{store}"
_PRODUCT, _ORDER = f"{_STORE}/products/{{product}}", f"{_STORE}/orders/{{order}}"
_ANYTHING: Schema = {}
_APP = fields(redirect_uri=TEXT, home_url=TEXT, client_secret=TEXT, app_id=NUMBER, scopes={"type": "array"})
_A_STORE = fields(name=TEXT, products=NUMBER, orders=NUMBER, installed=SWITCH, first_order_number=NUMBER)
_DISORDER: dict[str, Schema] = {
    "moods": {"anyOf": [SWITCH, {"type": "array", "items": {"enum": list(moods.NAMES)}}]},
    "call_profile": {"enum": list(profiles.CALLS)},
    "delivery_profile": {"enum": list(profiles.DELIVERIES)},
}
_CHANGEABLE: dict[str, Schema] = {
    "app": _APP,
    "bucket": SWITCH,
    "image_fetching": fields(allow={"type": "array", "items": TEXT}, hosts={"type": "object"}, seconds=NUMBER),
    **_DISORDER,
}
_FAULT = {"what": TEXT, "first": NUMBER, "calls": NUMBER, "with": {"type": "object"}}
_WISH: dict[str, Schema] = {
    **dict.fromkeys(sorted(wish.KEYS), _ANYTHING),
    "payment": {"enum": list(wish.PAYMENTS)},
    "status": {"enum": list(wish.STATUSES)},
    "channel": {"enum": list(wish.CHANNELS)},
    "delivery": {"enum": list(wish.DELIVERIES)},
}


def _operation(method: str, path: str, says: str, body: Schema | None = None, **more: Any) -> Operation:
    return Operation(method=method, path=path, says=says, body=body, **more)


_OPERATIONS = (
    _operation("GET", "/openapi/api.json", "API and messages as OpenAPI."),
    _operation("GET", "/openapi/door.json", "This control door as OpenAPI."),
    _operation(
        *("POST", "/worlds", "Make a platform with its stores."),
        fields(
            *("name",),
            name=TEXT,
            seed=NUMBER,
            stores={"type": "array", "items": _A_STORE},
            public_url=TEXT,
            **_CHANGEABLE,
        ),
        status=201,
    ),
    _operation("GET", _ONE, "A platform, with the secrets of its app and the log-ins of its merchants."),
    _operation("PATCH", _ONE, "Change settings.", fields(**_CHANGEABLE)),
    _operation("GET", f"{_ONE}/snapshot", "The whole platform as one document, with its secrets."),
    _operation(
        *("POST", "/snapshots", "Make a platform of what was saved."),
        fields("snapshot", snapshot={"type": "object"}, name=TEXT),
        status=201,
    ),
    _operation("GET", f"{_ONE}/statistics", "Counts of calls and answers, and of sales of what the ERP had not."),
    _operation("GET", f"{_ONE}/deliveries", "The attempts of every store."),
    _operation(
        *("POST", f"{_ONE}/webhooks/faults", "Order a fault of messages, by event or for any."),
        fields("what", call=TEXT, **_FAULT),
        status=201,
    ),
    _operation("GET", f"{_ONE}/webhooks/faults", "The faults of messages that were ordered."),
    _operation(
        "DELETE", f"{_ONE}/webhooks/faults", "Take back the fault of messages of a number, or all.", query=NUMBERED
    ),
    _operation("POST", f"{_ONE}/webhooks/flush", "Send and fetch what is due now, and wait for it."),
    _operation("POST", f"{_ONE}/stores", "Add a store.", _A_STORE, status=201),
    _operation("GET", _STORE, "A store, with its merchant's log-in and the app's token."),
    _operation("PATCH", _STORE, "Open, suspend or close it.", fields("status", status={"enum": list(STATUSES)})),
    _operation(
        "GET", f"{_STORE}/settings", "What the merchant saved and the app reported.", query={"secrets": {"enum": ["1"]}}
    ),
    _operation("GET", f"{_STORE}/deliveries", "Attempts to every subscription of the store."),
    _operation(
        *("PUT", f"{_STORE}/erp-stock", "Tell what the ERP has, by code: sales of more than that are counted."),
        {"type": "object", "additionalProperties": {"type": "number"}},
    ),
    _operation("GET", f"{_STORE}/oversold", "Sales of what the ERP had not, with how long it had known."),
    _operation("GET", f"{_STORE}/products", "Products in full, deleted ones besides.", query=LIST),
    _operation(
        *("POST", f"{_STORE}/products", "Add a product; what is left out is invented."),
        fields(**dict.fromkeys(sorted(PRODUCT_KEYS), _ANYTHING)),
        status=201,
    ),
    _operation(
        *("PATCH", _PRODUCT, "Edit a product in the shop; `deleted` removes or restores it."),
        fields(**dict.fromkeys(sorted(PRODUCT_KEYS), _ANYTHING)),
    ),
    _operation("GET", f"{_STORE}/orders", "Orders in full, with their history.", query=LIST),
    _operation(
        *("POST", f"{_STORE}/orders", "Place orders through the checkout; what is left out is drawn."),
        fields(**_WISH),
        status=201,
    ),
    _operation("GET", _ORDER, "One order with its history."),
    _operation(
        *("PATCH", _ORDER, "Edit an order that is not imported yet."),
        fields(**dict.fromkeys(sorted(editing.EDITABLE), _ANYTHING)),
    ),
    _operation("POST", f"{_ORDER}/pay", "The gateway confirms the payment."),
    _operation("POST", f"{_ORDER}/refuse", "The gateway refuses it."),
    _operation("POST", f"{_ORDER}/refund", "Money is given back, in part or all.", fields(amount=AMOUNT)),
    _operation("POST", f"{_ORDER}/chargeback", "The buyer's bank takes the money back."),
    _operation(
        *("POST", f"{_ORDER}/cancel", "Cancelled by the buyer or the merchant."),
        fields(reason={"enum": list(editing.REASONS)}),
    ),
    _operation(
        *("POST", f"{_STORE}/trade", "Orders at a rate, drawn from a seed."),
        fields(*("per_hour", "orders"), **dict.fromkeys(sorted(generator.KEYS), _ANYTHING)),
        status=201,
    ),
    _operation("GET", f"{_STORE}/trade", "How far it has come."),
    _operation("DELETE", f"{_STORE}/trade", "Place no more."),
)
