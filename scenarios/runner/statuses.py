"""The statuses of an order in the shop and their order (webstore-api §10.1), and the ERP's situations that it shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

UNPAID = ("awaiting_payment", "payment_review")
CHAIN = ("paid", "preparing", "invoiced", "ready_to_ship", "shipped", "delivered")
ENDS = ("not_delivered", "cancelled")

# In these an order is to be in the ERP (§10.9).
IMPORTED = CHAIN[:5]

# The ERP's situations that the shop shows (§10.1), by the ERP's codes (orders §13.1).
_SHOWN = {
    "preparando_envio": "preparing",
    "faturado": "invoiced",
    "pronto_envio": "ready_to_ship",
    "enviado": "shipped",
    "entregue": "delivered",
}
SITUATIONS = ("aberto", "aprovado", *_SHOWN)

_FINAL = frozenset({"delivered", *ENDS})


def shown_for(situation: object) -> str | None:
    """The status that shows a situation of the ERP; None for one that the shop does not follow step by step."""
    return _SHOWN.get(str(situation))


def rank(status: str) -> int:
    """How far an order has come; what is not paid comes before everything."""
    return CHAIN.index(status) if status in CHAIN else -1


def is_backwards(before: str, after: str) -> bool:
    """Whether no order may go so: to an earlier link of the chain, or out of an end."""
    if before == after or (before, after) in (("not_delivered", "shipped"), ("not_delivered", "cancelled")):
        return False
    if before in _FINAL:
        return True
    return after in (*UNPAID, *CHAIN) and rank(after) < rank(before)


def is_reached(history: Iterable[dict[str, Any]], status: str, by: datetime) -> bool:
    """Whether an order had come so far by a moment, or had ended."""
    return any(
        line["status"] in _FINAL or rank(line["status"]) >= rank(status)
        for line in history
        if datetime.fromisoformat(line["recorded_at"]) <= by
    )
