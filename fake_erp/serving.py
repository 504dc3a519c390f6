"""The fake within another program: on its event loop (`serving`), or in a thread of its own (`RunningErp`).

async with serving(FakeErp(RealClock())) as addresses: ...

with RunningErp() as erp:
    account = erp.account(products=10)
    ...  # calls to f"{erp.api}info.php" with account.token
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

import aiohttp
import orjson
from aiohttp import web

from fake_erp.api import PREFIX
from fake_erp.app import FakeErp
from scenarios.harness.clock import Clock, RealClock
from scenarios.harness.door import PREFIX as DOOR_PREFIX

# Calls that are held by a fault end at once; others have this long to finish.
_SHUTDOWN_SECONDS = 1.0
_START_SECONDS = 10.0

T = TypeVar("T")


@dataclass(frozen=True)
class Addresses:
    """Where a fake listens: `http://host:port` without a path, or `https://` where it has a certificate."""

    api: str
    door: str


class CannotListen(OSError):
    """An address cannot be listened at; `of_door` says which."""

    def __init__(self, error: OSError, *, of_door: bool) -> None:
        super().__init__(error.errno, error.strerror)
        self.of_door = of_door


@asynccontextmanager
async def serving(
    fake: FakeErp, host: str = "127.0.0.1", port: int = 0, door_port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Addresses]:
    """Listen until the block ends, then close every world. Port 0 takes a free one. Raises CannotListen."""
    runners: list[web.AppRunner] = []
    try:
        api = await _listen(fake.api(), host, port, tls, runners)
        door = await _listen(fake.door(), host, door_port, None, runners)
        yield Addresses(api, door)
    finally:
        for runner in runners:
            await runner.cleanup()
        await fake.worlds.close()


async def _listen(
    app: web.Application, host: str, port: int, tls: ssl.SSLContext | None, runners: list[web.AppRunner]
) -> str:
    # No access log: tokens may stand in addresses (transport §2.1).
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    runners.append(runner)
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls).start()
    except OSError as error:
        raise CannotListen(error, of_door=len(runners) > 1) from None
    bound_host, bound_port = runner.addresses[0][:2]
    shown = f"[{bound_host}]" if ":" in bound_host else bound_host
    return f"{'https' if tls else 'http'}://{shown}:{bound_port}"


class RunningErp:
    """A private fake in a thread of its own, for programs that are not asynchronous. A context manager.

    `api` is what a client is pointed at, with `/api2/` at its end; `door` is the control door, with `/__fake__/`.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.fake = FakeErp(clock or RealClock())
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="fake ERP", daemon=True)
        self.api = self.door = ""

    def __enter__(self) -> RunningErp:
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise RuntimeError(f"the fake ERP did not start within {_START_SECONDS:.0f} seconds")
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def account(self, name: str = "loja", **settings: Any) -> Account:
        """A new account; the settings are those of `POST /__fake__/worlds`. Raises DoorRefused."""
        made = self.ask("POST", "worlds", {"name": name, **settings})
        return Account(self, name, made["token"])

    def load(self, snapshot: Any, name: str = "", token: str = "") -> Account:
        """The account that `Account.snapshot` gave, under another name or token if one is given. Raises DoorRefused."""
        made = self.ask("POST", "snapshots", {"snapshot": snapshot, "name": name, "token": token})
        return Account(self, made["name"], made["token"])

    def ask(self, method: str, path: str, document: Any = None) -> Any:
        """What the control door answers; `path` is what follows `/__fake__/`. Raises DoorRefused."""
        return self._in_thread(self._asked(method, path, document))

    async def _asked(self, method: str, path: str, document: Any) -> Any:
        body = None if document is None else orjson.dumps(document)
        async with self._session.request(method, self.door + path, data=body) as answer:
            shown = orjson.loads(await answer.read())
        if answer.status >= 400:
            raise DoorRefused(f"{method} {path}: {shown['error']}")
        return shown

    def _in_thread(self, deed: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(deed, self._loop).result()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failed = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with serving(self.fake) as addresses, aiohttp.ClientSession() as self._session:
            self.api, self.door = f"{addresses.api}{PREFIX}", f"{addresses.door}{DOOR_PREFIX}/"
            self._ready.set()
            await self._stop.wait()


class DoorRefused(ValueError):
    """The control door did not do what it was asked; the text is its own."""


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
