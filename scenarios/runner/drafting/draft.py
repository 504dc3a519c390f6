"""A story that is being drafted: steps with the time between them, and what could not be said.

Nothing of a person, an account or a token is taken over: products, orders and codes get names of the draft's own.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from scenarios.runner import durations
from scenarios.runner.drafting.reading import Entry
from scenarios.runner.scene import Document
from scenarios.runner.writing import Line, text_of

_WITHIN = "2h"
# The statuses of the shop by the ERP's situations, in our words; those that the shop does not show are not there.
_SHOWN = {
    "preparing": "preparing",
    "invoiced": "invoiced",
    "ready": "ready_to_ship",
    "shipped": "shipped",
    "delivered": "delivered",
    "not_delivered": "not_delivered",
    "cancelled": "cancelled",
}


class Draft:
    """`kinds` are those of all entries: what another entry tells better is not told twice."""

    def __init__(self, found: list[Entry]) -> None:
        self.kinds = frozenset(entry["kind"] for entry in found)
        self.is_of_physical = True
        self._products: dict[str, str] = {}
        self._orders: dict[str, str] = {}
        self._situations: dict[str, str] = {}
        # Paid and not cancelled: what the ERP is to have at the end.
        self._due: set[str] = set()
        self._lines: list[Line] = []
        self._remarks: list[str] = []
        self._last: datetime | None = None
        self._moves_stock = False
        self._unsettled = False

    def say(self, entry: Entry, step: Document, *remarks: str) -> None:
        """One more step, as long after the one before as the entries were apart."""
        at = _moment(entry)
        if at is not None and self._last is not None and (seconds := int((at - self._last).total_seconds())) > 0:
            step = {**step, "after": durations.words(seconds)}
        self._last = at or self._last
        self._append(step, *remarks)

    def leave(self, entry: Entry, reason: str) -> None:
        """Something that no step says."""
        at = f" at {entry['at']}" if isinstance(entry.get("at"), str) else ""
        self._remarks.append(f"left out: {entry['kind']}{at}: {reason}")

    def _append(self, step: Document, *remarks: str) -> None:
        self._lines.append(Line(step, (*self._remarks, *remarks)))
        self._remarks = []

    def product(self, known_as: object) -> str:
        """The draft's code of a product, by what the records call it."""
        return self._products.setdefault(str(known_as), f"PRODUTO-{len(self._products) + 1}")

    def moves_stock(self, entry: Entry, known_as: object, how: Document, *remarks: str) -> None:
        """A movement of a product."""
        self._moves_stock = True
        self.say(entry, {"operator": "moves_stock", "code": self.product(known_as), **how}, *remarks)

    def order(self, entry: Entry, known_as: object, **more: object) -> str:
        """The draft's name of an order, which is placed here if it was not before."""
        if (key := str(known_as)) not in self._orders:
            self._orders[key] = f"order-{len(self._orders) + 1}"
            self.say(entry, {"shopper": "orders", "as": self._orders[key], **more})
            if more.get("paid", True):
                self._is_due(self._orders[key])
        return self._orders[key]

    def same_order(self, known_as: object, other: object) -> None:
        """The records have two names for an order."""
        self._orders[str(other)] = self._orders[str(known_as)]

    def pays(self, entry: Entry, order: str) -> None:
        """The buyer pays an order that was placed unpaid."""
        self.say(entry, {"shopper": "pays", "order": order})
        self._is_due(order)

    def cancels(self, entry: Entry, order: str, *remarks: str) -> None:
        """The buyer cancels."""
        self.say(entry, {"shopper": "cancels", "order": order}, *remarks)
        self._due.discard(order)
        self._situations[order] = "cancelled"

    def _is_due(self, order: str) -> None:
        self._due.add(order)
        self._unsettled = True

    def order_in_erp(self, entry: Entry, known_as: object) -> str:
        """The same where the ERP must have it by now."""
        name = self.order(entry, known_as)
        if self._unsettled:
            self._append({"eventually": "orders_in_erp_once", "within": _WITHIN})
            self._unsettled = False
        return name

    def reaches(self, order: str, situation: str) -> None:
        """The ERP has moved an order: the shop shows the furthest that it has come to."""
        if situation in _SHOWN:
            before = self._situations.get(order, situation)
            self._situations[order] = max(before, situation, key=[*_SHOWN].index)

    def has_reached(self, order: str, situation: str) -> bool:
        """Whether it is there already: a step before has moved it too."""
        return self._situations.get(order) == situation

    @property
    def last_order(self) -> str | None:
        return next(reversed(self._orders.values()), None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happens in it."""
        return not self._lines

    def text(self, path: Path, of: str) -> str:
        """The whole file, to stand at `path`; `of` is what it was made from."""
        account = {"products": 3, "variations": 0, **({} if self.is_of_physical else {"send_physical": False})}
        head: Document = {
            "title": f"drafted from {of}"[:120],
            "needs": "virtual",
            "settle": _WITHIN,
            "worlds": {"accounts": {"matriz": account}},
        }
        lines = [*self._beginning(), *self._lines, *self._end()]
        remarks = ("A draft: say what it shows in its title, and look at what was left out.",)
        return text_of(path, remarks, head, lines, self._remarks)

    def _beginning(self) -> list[Line]:
        """A shop that is connected, with the products that are spoken of."""
        steps: list[Document] = [
            *({"operator": "adds_product", "code": code, "stock": 10} for code in self._products.values()),
            {"merchant": "connects"},
            {"eventually": "pulled", "within": "10m"},
            {"operator": "announces_products"},
            {"operator": "saves_webhook_addresses"},
            {"operator": "moves_stock", "any": 1},
            {"eventually": "stock_equal", "within": "10m"},
        ]
        return [Line(step) for step in steps]

    def _end(self) -> list[Line]:
        steps: list[Document] = []
        if self._due:
            steps += [{"eventually": "orders_in_erp_once", "within": _WITHIN}, {"expect": "totals_equal"}]
        steps += [
            {"eventually": "order_in_shop", "order": order, "status": _SHOWN[situation], "within": _WITHIN}
            for order, situation in self._situations.items()
        ]
        if self._moves_stock:
            steps.append({"eventually": "stock_equal", "within": _WITHIN})
        return [Line(step) for step in steps]


def _moment(entry: Entry) -> datetime | None:
    try:
        return datetime.fromisoformat(entry["at"])
    except (KeyError, TypeError, ValueError):
        return None
