"""How long a change of stock in the ERP takes to stand in the shop, by the fakes' journals alone.

A change is a `stock_moved` of the ERP's journal, for each product of a shop that the ERP's product was mapped to by
then. Its new balance is what the ERP's next message about the product says, or the quantity of a movement that sets
the balance. It stands in the shop with the first `POST /stock/batch` after it that is answered 200 and writes this
quantity.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from scenarios.runner.record import Evidence
from scenarios.runner.report.events import Entry, seconds

# A movement of this kind sets the balance instead of changing it.
_SETS = "B"
_WRITE = "POST /stock/batch"
# The journal cuts long bodies: what is whole in them is read all the same.
_ITEM = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """Seconds of each change that was seen to arrive, in order; and how many were not.

    `overtaken` = a newer change of the same product came first; `unseen` = no such write is on record, or the balance
    is not.
    """

    seconds: tuple[float, ...]
    overtaken: int
    unseen: int

    def percentile(self, share: int) -> float | None:
        """The nearest rank: the smallest of them that so many of a hundred do not exceed."""
        if not self.seconds:
            return None
        return self.seconds[max(0, math.ceil(share / 100 * len(self.seconds)) - 1)]


@dataclass(frozen=True)
class _Change:
    at: float
    target: str
    balance: Decimal | None


def freshness(evidence: Evidence) -> Freshness:
    """Of all accounts and shops of a story together."""
    changes: dict[str, list[_Change]] = defaultdict(list)
    for source, entries in evidence.journals.items():
        if source.startswith("erp:"):
            for change in _changes(entries, evidence.began):
                changes[change.target].append(change)
    writes = _writes(evidence)
    found: list[float] = []
    overtaken = unseen = 0
    for target, own in changes.items():
        for change, newer in zip(own, [*own[1:], None], strict=True):
            arrived = next((at for at, level in writes[target] if at >= change.at and level == change.balance), None)
            if arrived is not None and (newer is None or arrived <= newer.at):
                found.append(arrived - change.at)
            elif newer is not None:
                overtaken += 1
            else:
                unseen += 1
    return Freshness(seconds=tuple(sorted(found)), overtaken=overtaken, unseen=unseen)


def _changes(entries: list[Entry], began: datetime) -> Iterator[_Change]:
    targets: dict[str, set[str]] = defaultdict(set)
    waiting = _balances_told(entries)
    for entry in entries:
        product = str(entry.get("idProduto"))
        if entry["kind"] == "mapped" and entry["skuMapeamento"]:
            targets[product].add(str(entry["skuMapeamento"]))
        elif entry["kind"] == "stock_moved":
            told = next((level for seq, level in waiting[product] if seq > entry["seq"]), None)
            balance = _shown(entry["quantidade"]) if entry["tipo"] == _SETS else told
            for target in sorted(targets[product]):
                yield _Change(seconds(entry["at"], began), target, balance)


def _balances_told(entries: list[Entry]) -> dict[str, list[tuple[int, Decimal]]]:
    told: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
    for entry in entries:
        if entry["kind"] == "webhook" and entry.get("tipo") == "estoque" and "saldo" in entry["dados"]:
            told[str(entry["dados"]["idProduto"])].append((entry["seq"], _shown(entry["dados"]["saldo"])))
    return told


def _writes(evidence: Evidence) -> dict[str, list[tuple[float, Decimal]]]:
    """What was written successfully, by the shop's number of the product or variation."""
    written: dict[str, list[tuple[float, Decimal]]] = defaultdict(list)
    for entry in evidence.journals.get("shop", ()):
        if (entry["kind"], entry.get("call"), entry.get("status")) == ("api", _WRITE, 200):
            for item in _items(entry.get("body", "")):
                target = item.get("variant_id") or item.get("product_id")
                written[str(target)].append((seconds(entry["at"], evidence.began), _shown(item["quantity"])))
    return written


def _items(body: str) -> Iterator[dict[str, Any]]:
    for text in _ITEM.findall(body):
        item = json.loads(text)
        if "quantity" in item:
            yield item


def _shown(quantity: Any) -> Decimal:
    """As the shop shows it: never negative, three decimals (decisions, section 7)."""
    return max(Decimal(0), Decimal(str(quantity))).quantize(Decimal("0.001"), ROUND_DOWN)
