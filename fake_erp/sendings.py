"""What came of products that a person sent to a platform (contract, stock webhook §4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

# Taken by the platform; refused by it; answered, but nothing that names it; not sent, as one before it was refused.
MAPPED, REFUSED, IGNORED, NOT_SENT = "mapped", "refused", "ignored", "not_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the screen shows of one product or variation. `delivery` is the number of its message, 0 without one."""

    product: int
    state: str
    text: str = ""
    idMapeamento: int = 0
    skuMapeamento: str = ""
    delivery: int = 0


@dataclass(kw_only=True, slots=True)
class Sending:
    """One click on *Enviar para o e-commerce*, with its two options."""

    id: int
    integration: int
    at: datetime
    update_stock: bool
    stop_on_refusal: bool
    outcomes: list[Outcome] = field(default_factory=list)
