"""Situations move forward: what the connector tells either side of an order never leads back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from scenarios.runner.proofs.ledgers import Ledgers, Shop, moment
from scenarios.runner.scene import Document, Look
from scenarios.runner.statuses import SITUATIONS, is_backwards

_APP, _API = "app:erp", "api"
# Somebody else may change an order after the connector has read it and before it writes.
_RACE = timedelta(minutes=1)


async def only_forward(ledgers: Ledgers, shop: Shop) -> Look:
    """Orders that the connector led back, or tried to; what people do by hand is theirs."""
    moves = [(order, line) for order in shop.orders for line in order["history"] if line["actor"] == _APP]
    wrong = [line for order in shop.orders for line in _led_back(order)]
    wrong += [line for entry in shop.calls for line in _tried(entry, shop)]
    wrong += [line for entry in ledgers.account_of(shop).journal for line in _led_back_in_erp(entry)]
    return Look(len(moves), f"{len(moves)} moves of {len(shop.orders)} orders", tuple(wrong))


def _led_back(order: Document) -> Iterator[str]:
    for before, after in pairwise(order["history"]):
        if after["actor"] == _APP and is_backwards(before["status"], after["status"]):
            yield f"order {order['number']}: the connector led it from {before['status']} to {after['status']}"


def _tried(entry: Document, shop: Shop) -> Iterator[str]:
    """The shop refuses such a move: that it was asked for is the mistake."""
    if entry["call"] != "PUT /orders/{id}/status" or entry.get("error") != "invalid_transition":
        return
    order = next((one for one in shop.orders if entry["path"].endswith(f"/orders/{one['id']}/status")), None)
    wanted = _status(entry.get("body") or "")
    if order is None or wanted is None:
        return
    lines = [line for line in order["history"] if _recorded(line) <= moment(entry)]
    if not lines or (lines[-1]["actor"] != _APP and moment(entry) - _recorded(lines[-1]) < _RACE):
        return
    if is_backwards(lines[-1]["status"], wanted):
        yield f"order {order['number']}: the connector wanted it back from {lines[-1]['status']} to {wanted}"


def _recorded(line: Document) -> datetime:
    return datetime.fromisoformat(line["recorded_at"])


def _status(body: str) -> str | None:
    try:
        document: Any = json.loads(body)
    except ValueError:
        return None
    return str(document["status"]) if isinstance(document, dict) and "status" in document else None


def _led_back_in_erp(entry: Document) -> Iterator[str]:
    if entry["kind"] != "order_situation" or entry["by"] != _API:
        return
    before, after = entry["before"], entry["situacao"]
    is_reopened = before == "cancelado"
    if is_reopened or (before in SITUATIONS and after in SITUATIONS and _place(after) < _place(before)):
        yield f"ERP order {entry['id']}: the connector led it from {before} to {after}"


def _place(situation: str) -> int:
    return SITUATIONS.index(situation)
