"""A fake that listens: on the event loop of a program (`listening`), or in a thread of its own (`Running`)."""

from __future__ import annotations

import asyncio
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import orjson
from aiohttp import web

from scenarios.harness.door import PREFIX

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


class DoorRefused(ValueError):
    """The control door did not do what it was asked; the text is its own."""


@dataclass(frozen=True)
class Ports:
    """Where to listen; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    door_port: int = 0
    tls: ssl.SSLContext | None = None


@asynccontextmanager
async def listening(
    api: web.Application, door: web.Application, close: Callable[[], Awaitable[None]], ports: Ports
) -> AsyncIterator[Addresses]:
    """Listen until the block ends, then `close`. Raises CannotListen."""
    runners: list[web.AppRunner] = []
    try:
        api_at = await _listen(api, ports.host, ports.port, ports.tls, runners)
        yield Addresses(api_at, await _listen(door, ports.host, ports.door_port, None, runners))
    finally:
        for runner in runners:
            await runner.cleanup()
        await close()


async def _listen(
    app: web.Application, host: str, port: int, tls: ssl.SSLContext | None, runners: list[web.AppRunner]
) -> str:
    # No access log: secrets may stand in addresses.
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


class Running(ABC):
    """A private fake in a thread of its own, for programs that are not asynchronous. A context manager.

    `door` is the control door's address, with `/__fake__/` at its end.
    """

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)
        self.door = ""

    @abstractmethod
    def serving(self) -> AbstractAsyncContextManager[Addresses]:
        """Listen until the block ends."""

    @abstractmethod
    def found(self, addresses: Addresses) -> None:
        """It listens now."""

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise RuntimeError(f"{type(self).__name__} did not start within {_START_SECONDS:.0f} seconds")
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

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
        async with self.serving() as addresses, aiohttp.ClientSession() as self._session:
            self.door = f"{addresses.door}{PREFIX}/"
            self.found(addresses)
            self._ready.set()
            await self._stop.wait()
