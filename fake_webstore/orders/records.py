"""What the platform remembers of an order (§10.2)."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import orjson

import schemas
from fake_webstore.packing import Packing

Fields = dict[str, Any]


@cache
def _packing() -> Packing:
    """By the contract's example of an order."""
    example = (schemas.ROOT / "webstore/examples/Order/valid-sample.json").read_bytes()
    return Packing(orjson.dumps(orjson.loads(example)))


class Order:
    """An order: its document packed, as products keep theirs, and beside it what lists filter by.

    `fields` is a new dictionary at every reading, with the keys and values that the API answers; an
    order changes by being assigned a whole one. `history` has the lines of §10.8, oldest first.
    """

    __slots__ = (
        *("_packed", "channel", "created_at", "history", "id", "imported", "number"),
        *("paid_before", "payment_status", "status", "updated_at", "version"),
    )

    def __init__(self, fields: Fields) -> None:
        self.history: list[Fields] = []
        # `order.paid` is announced once per order (§11.1).
        self.paid_before = False
        self.fields = fields

    @property
    def fields(self) -> Fields:
        return _packing().unpack(self._packed)

    @fields.setter
    def fields(self, fields: Fields) -> None:
        self._packed = _packing().pack(fields)
        self.id, self.number, self.version = int(fields["id"]), int(fields["number"]), int(fields["version"])
        self.status, self.payment_status = str(fields["status"]), str(fields["payment_status"])
        self.channel = str(fields["channel"])
        self.imported = fields["external_reference"] is not None
        self.created_at = datetime.fromisoformat(fields["created_at"])
        self.updated_at = datetime.fromisoformat(fields["updated_at"])
