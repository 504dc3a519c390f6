"""The fake within another program: on its event loop (`serving`), or in a thread of its own (`RunningWebstore`)."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from fake_webstore.app import FakeWebstore
from scenarios.harness.clock import Clock, RealClock
from scenarios.harness.running import Addresses, Ports, Running, listening


def serving(fake: FakeWebstore, ports: Ports | None = None) -> AbstractAsyncContextManager[Addresses]:
    """Listen until the block ends, then close every world. Raises CannotListen."""
    return listening(fake.site(), fake.door(), fake.close, ports or Ports())


class RunningWebstore(Running):
    """A private fake in a thread of its own. A context manager.

    `site` is where API and panel are, `http://host:port`; `door` is the control door, with `/__fake__/` at its end.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__()
        self.fake = FakeWebstore(clock or RealClock())
        self.site = ""

    def serving(self) -> AbstractAsyncContextManager[Addresses]:
        return serving(self.fake)

    def found(self, addresses: Addresses) -> None:
        self.site = addresses.api
        self.fake.listens_at(addresses.api)

    def platform(self, name: str = "demo", **settings: Any) -> World:
        """A new platform; the settings are those of `POST /__fake__/worlds`. Raises DoorRefused."""
        return World(self, name, self.ask("POST", "worlds", {"name": name, **settings}))

    def load(self, document: Any, *, name: str | None = None) -> World:
        """The platform of a snapshot, under another name if one is given. Raises DoorRefused."""
        made = self.ask("POST", "snapshots", {"snapshot": document} | ({"name": name} if name else {}))
        return World(self, made["name"], made)


@dataclass(frozen=True)
class World:
    """One platform of a running fake; `about` is what the control door said of it, secrets included."""

    running: RunningWebstore
    name: str
    about: dict[str, Any]

    def ask(self, method: str, path: str = "", document: Any = None) -> Any:
        """What the control door answers about this platform; `path` such as `/statistics`. Raises DoorRefused."""
        return self.running.ask(method, f"worlds/{self.name}{path}", document)

    def at_store(self, method: str, path: str, document: Any = None, *, store: int = 0) -> Any:
        """The same about one of its stores, by its place in `about["stores"]`."""
        return self.ask(method, f"/stores/{self.about['stores'][store]['id']}{path}", document)

    def order(self, *, store: int = 0, **wish: Any) -> dict[str, Any]:
        """Place one order through the checkout and return it."""
        placed: dict[str, Any] = self.at_store("POST", "/orders", wish, store=store)["orders"][0]
        return placed

    def snapshot(self) -> dict[str, Any]:
        """The whole platform as one document, with its secrets. Raises DoorRefused while something is under way."""
        saved: dict[str, Any] = self.ask("GET", "/snapshot")
        return saved

    def advance(self, seconds: float) -> None:
        """Move the platform's time forward, and have everything sent that is due then."""
        self.ask("POST", "/clock/advance", {"seconds": seconds})
        self.ask("POST", "/webhooks/flush")
