"""The fake within another program: on its event loop (`serving`), or in a thread of its own (`RunningErp`).

async with serving(FakeErp(RealClock())) as addresses: ...

with RunningErp() as erp:
    account = erp.account(products=10)
    ...  # calls to f"{erp.api}info.php" with account.token
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from fake_erp.api import PREFIX
from fake_erp.app import FakeErp
from scenarios.harness.clock import Clock, RealClock
from scenarios.harness.running import Addresses, Ports, Running, listening


def serving(fake: FakeErp, ports: Ports | None = None) -> AbstractAsyncContextManager[Addresses]:
    """Listen until the block ends, then close every world. Raises CannotListen."""
    return listening(fake.api(), fake.door(), fake.worlds.close, ports or Ports())


class RunningErp(Running):
    """A private fake in a thread of its own, for programs that are not asynchronous. A context manager.

    `api` is what a client is pointed at, with `/api2/` at its end; `door` is the control door, with `/__fake__/`.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__()
        self.fake = FakeErp(clock or RealClock())
        self.api = ""

    def serving(self) -> AbstractAsyncContextManager[Addresses]:
        return serving(self.fake)

    def found(self, addresses: Addresses) -> None:
        self.api = f"{addresses.api}{PREFIX}"

    def account(self, name: str = "loja", **settings: Any) -> Account:
        """A new account; the settings are those of `POST /__fake__/worlds`. Raises DoorRefused."""
        made = self.ask("POST", "worlds", {"name": name, **settings})
        return Account(self, name, made["token"])

    def load(self, snapshot: Any, name: str = "", token: str = "") -> Account:
        """The account that `Account.snapshot` gave, under another name or token if one is given. Raises DoorRefused."""
        made = self.ask("POST", "snapshots", {"snapshot": snapshot, "name": name, "token": token})
        return Account(self, made["name"], made["token"])


@dataclass(frozen=True)
class Account:
    """One account of a running fake."""

    erp: RunningErp
    name: str
    token: str

    def ask(self, method: str, path: str = "", document: Any = None) -> Any:
        """What the control door answers about this account; `path` such as `/orders`. Raises DoorRefused."""
        return self.erp.ask(method, f"worlds/{self.name}{path}", document)

    def snapshot(self) -> Any:
        """The whole account as a JSON document, with its token."""
        return self.ask("GET", "/snapshot")

    def change(self, **settings: Any) -> None:
        """Change settings while it runs."""
        self.ask("PATCH", "", settings)

    def fault(self, call: str, what: str, *, first: int = 1, calls: int = 1) -> None:
        """Have something happen to exactly these calls: `first` counts from the next one."""
        self.ask("POST", "/faults", {"call": call, "what": what, "first": first, "calls": calls})

    def advance(self, seconds: float) -> None:
        """Move the account's time forward."""
        self.ask("POST", "/clock/advance", {"seconds": seconds})

    def flush(self) -> None:
        """Have every webhook sent that is due, and wait for it."""
        self.ask("POST", "/deliveries/flush")

    def journal(self, kind: str = "call") -> list[dict[str, Any]]:
        """Everything of one kind that is on record, oldest first."""
        entries: list[dict[str, Any]] = self.ask("GET", f"/journal?kind={kind}")
        return entries

    def products(self) -> list[dict[str, Any]]:
        """The products as they truly are, variations nested."""
        listed: list[dict[str, Any]] = self.ask("GET", "/products?limit=1000000")["products"]
        return listed

    def orders(self) -> list[dict[str, Any]]:
        """The orders as they truly are."""
        listed: list[dict[str, Any]] = self.ask("GET", "/orders?limit=1000000")["orders"]
        return listed
