"""What the ERP has to tell a platform: one message, the calendar of its retries and what came of it.

Contract: stock webhook §2.4, order webhooks §2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

WAITING, DELIVERED, LOST, DROPPED = "waiting", "delivered", "lost", "dropped"


def _growing(retries: int) -> tuple[timedelta, ...]:
    """Each wait is five minutes longer than the one before."""
    return tuple(timedelta(minutes=5 * number) for number in range(1, retries + 1))


# 15 for stock and situation (5 + 10 + … + 75 minutes = ten hours); of tracking 2 is an assumption (§2).
WAITS: dict[str, tuple[timedelta, ...]] = {
    "estoque": _growing(15),
    "situacao_pedido": _growing(15),
    "rastreio": _growing(2),
}


@dataclass(kw_only=True, eq=False, slots=True)
class Delivery:
    """One message. Every attempt sends these same bytes. Those of one `lane` are never under way together."""

    id: int
    tipo: str
    # The integration that it is sent for.
    channel: int
    lane: str
    message: dict[str, Any]
    body: bytes
    content_type: str
    made: datetime
    due: datetime
    state: str = WAITING
    # How often it was tried, and what was sent: a fault can send twice in one try.
    tries: int = 0
    attempts: list[dict[str, Any]] = field(default_factory=list)
    # What to do with the body of the answer that confirmed it.
    confirmed: Callable[[bytes], None] | None = None
    # A fault held this one back already: it meets none on leaving.
    excused: bool = False
    held: bool = False

    @property
    def next_wait(self) -> timedelta | None:
        """What is waited after the latest try, if there is to be another."""
        waits = WAITS[self.tipo]
        return waits[self.tries - 1] if self.tries <= len(waits) else None

    def as_dict(self, address: str) -> dict[str, Any]:
        """As the door shows it; the address is masked already."""
        return {
            "id": self.id,
            "tipo": self.tipo,
            "url": address,
            "message": self.message,
            "made": self.made.isoformat(),
            "state": self.state,
            "due": self.due.isoformat() if self.state == WAITING else None,
            "attempts": self.attempts,
        }
