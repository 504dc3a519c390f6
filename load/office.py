"""What goes on beside the stock messages: buyers order in the shop, people move orders on in the ERP.

Both are done at the fakes' control doors; the fakes then send their own webhooks to the connector.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import gevent

from load.sender import Post, Sender
from load.targets import Account

# The ERP's situations in the order in which people set them (orders §13.1).
_NEXT = {
    "aberto": "aprovado",
    "aprovado": "preparando_envio",
    "preparando_envio": "faturado",
    "faturado": "pronto_envio",
    "pronto_envio": "enviado",
}
_PAGE = 200


@dataclass(kw_only=True)
class Office:
    """Orders and steps of orders in so many a second, over all accounts that have both doors."""

    accounts: Sequence[Account]
    sender: Sender
    random: Random
    seconds: float
    orders: float
    situations: float
    placed: int = 0
    refused: int = 0
    moved: int = 0
    stayed: int = 0
    _waiting: deque[tuple[Account, int, str]] = field(default_factory=deque)
    _read: dict[str, int] = field(default_factory=dict)

    def done(self) -> dict[str, int]:
        """Orders placed and refused, steps of orders that were taken and those that were refused."""
        return {"placed": self.placed, "refused": self.refused, "moved": self.moved, "stayed": self.stayed}

    def start(self, post: Post) -> list[gevent.Greenlet[Any, Any]]:
        """Both kinds, each at its own times."""
        kinds = ((self.orders, self._order), (self.situations, self._step))
        return [gevent.spawn(self._keep_doing, rate, act, post) for rate, act in kinds if rate > 0]

    def _keep_doing(self, rate: float, act: Any, post: Post) -> None:
        at = self.random.expovariate(rate)
        while at < self.seconds:
            if (left := at - self.sender.now()) > 0:
                gevent.sleep(left)
            if self.sender.is_over:
                # What is done while a run is judged would look lost.
                return
            act(self.random.choice(self.accounts), post)
            at += self.random.expovariate(rate)

    def _order(self, account: Account, post: Post) -> None:
        answer = post("POST", f"{account.shop}/orders", "fake Webstore: order", {"seed": self.random.randrange(10**9)})
        # Refused where nothing is left that could be bought.
        self.placed, self.refused = self.placed + (answer is not None), self.refused + (answer is None)

    def _step(self, account: Account, post: Post) -> None:
        """The oldest order that nobody has looked at for the longest time goes one step on."""
        if not self._waiting:
            self._look(account, post)
        if not self._waiting:
            return
        owner, number, situation = self._waiting.popleft()
        address = f"{owner.erp}/orders/{number}/situation"
        is_moved = post("POST", address, "fake ERP: situation", {"situacao": situation}) is not None
        self.moved, self.stayed = self.moved + is_moved, self.stayed + (not is_moved)
        if further := _NEXT.get(situation):
            self._waiting.append((owner, number, further))

    def _look(self, account: Account, post: Post) -> None:
        offset = self._read.get(account.name, 0)
        answer = post("GET", f"{account.erp}/orders?offset={offset}&limit={_PAGE}", "fake ERP: orders", None)
        found = json.loads(answer)["orders"] if answer else []
        self._read[account.name] = offset + len(found)
        for order in found:
            if (following := _NEXT.get(order["situacao"])) is not None:
                self._waiting.append((account, order["id"], following))
