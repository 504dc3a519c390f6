"""What the ERP has to tell a platform: one message, the calendar of its retries and what came of it.

Contract: stock webhook §2.4, order webhooks §2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

WAITING, DELIVERED, LOST, DROPPED = "waiting", "delivered", "lost", "dropped"

# The channel of the account's own notifications; any other is the number of an integration.
ACCOUNT = 0

PRODUCT = "produto"

# How often a message of each kind is sent again; "conta:" is the account's family.
RETRIES: dict[str, int] = {
    "estoque": 15,
    "situacao_pedido": 15,
    # Not told; 2 is the contract's assumption (order webhooks §2).
    "rastreio": 2,
    "nota_fiscal": 2,
    "precos": 2,
    # Two attempts at most, and somebody waits for them (stock webhook §4.2).
    PRODUCT: 1,
    "conta:inclusao_pedido": 10,
    "conta:atualizacao_pedido": 10,
    "conta:estoque": 10,
}


def kind_of(channel: int, tipo: str) -> str:
    """What a message is called where both families meet: `estoque`, `conta:estoque`."""
    return tipo if channel != ACCOUNT else f"conta:{tipo}"


def retries_of(kind: str, *, two_in_all: bool) -> int:
    """How often it is sent again; `two_in_all` = "at most 2" counts the first attempt."""
    retries = RETRIES[kind]
    return 1 if retries == 2 and two_in_all else retries


@dataclass(kw_only=True, eq=False, slots=True)
class Delivery:
    """One message. Every attempt sends these same bytes. Those of one `lane` are never under way together."""

    id: int
    tipo: str
    # The integration that it is sent for, or ACCOUNT.
    channel: int
    lane: str
    message: dict[str, Any]
    body: bytes
    content_type: str
    made: datetime
    due: datetime
    retries: int
    # The id of the order, product or invoice that it tells of.
    subject: int = 0
    state: str = WAITING
    # How often it was tried, and what was sent: a fault can send twice in one try.
    tries: int = 0
    attempts: list[dict[str, Any]] = field(default_factory=list)
    # What was done to it on its way: `what`, and `by` a fault or the world's profile.
    disturbed: list[dict[str, Any]] = field(default_factory=list)
    # It was held back already: it meets nothing on leaving.
    excused: bool = False
    held: bool = False

    @property
    def kind(self) -> str:
        return kind_of(self.channel, self.tipo)

    @property
    def content(self) -> dict[str, Any]:
        """The message without its envelope; a bare product has none."""
        content: dict[str, Any] = self.message.get("dados", self.message)
        return content

    @property
    def next_wait(self) -> timedelta | None:
        """What is waited after the latest try, if there is to be another: five minutes more each time."""
        return timedelta(minutes=5 * self.tries) if self.tries <= self.retries else None

    def as_dict(self, address: str) -> dict[str, Any]:
        """As the door shows it; the address is masked already."""
        return {
            "id": self.id,
            "tipo": self.tipo,
            "channel": self.channel,
            "url": address,
            "message": self.message,
            "made": self.made.isoformat(),
            "state": self.state,
            "due": self.due.isoformat() if self.state == WAITING else None,
            "attempts": self.attempts,
            "disturbed": self.disturbed,
        }
