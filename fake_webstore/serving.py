"""The fake within another program: on its event loop (`serving`), or in a thread of its own (`RunningWebstore`)."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

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
        self.site = self.fake.public_url = addresses.api
