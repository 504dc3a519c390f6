"""Sending hostile requests and listening: what comes back, what is logged, what the event loop complains of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp.http_exceptions import BadHttpMethod
from yarl import URL

from scenarios.hostile.mangling import Raw
from scenarios.hostile.report import Report

# A request that is not answered by then is never answered.
_PATIENCE_SECONDS = 20


class _Heard(logging.Handler):
    """Keeps what is logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # aiohttp's word on what is no HTTP, when it comes in more than one piece; nothing of ours was reached.
        if record.exc_info and isinstance(record.exc_info[1], BadHttpMethod):
            return
        self.lines.append(self.format(record))


class Listener:
    """Puts into a report whatever was logged since the last look."""

    def __init__(self, report: Report) -> None:
        self.heard = _Heard()
        self._report = report

    def look(self, number: int) -> None:
        self._report.wrong += [f"logged: {line} at request {number}" for line in self.heard.lines]
        self.heard.lines.clear()


@asynccontextmanager
async def listening_to_logs(report: Report) -> AsyncIterator[Listener]:
    """While the block runs nothing that goes wrong in this process goes unheard."""
    listener = Listener(report)
    asyncio.get_running_loop().set_exception_handler(lambda _, context: report.wrong.append(f"loop: {context}"))
    logging.getLogger().addHandler(listener.heard)
    try:
        yield listener
    finally:
        logging.getLogger().removeHandler(listener.heard)
        asyncio.get_running_loop().set_exception_handler(None)


def client(jar: aiohttp.abc.AbstractCookieJar | None = None) -> aiohttp.ClientSession:
    """A connection of its own for each request: what one leaves behind is not the next one's."""
    connector = aiohttp.TCPConnector(force_close=True)
    # An empty jar is false.
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar() if jar is None else jar)


async def knock(session: aiohttp.ClientSession, origin: str, raw: Raw, report: Report) -> tuple[int, bytes]:
    """Send one request and judge its answer; status 0 for a connection that the server's parser ended."""
    try:
        status, body = await asyncio.wait_for(_sent(session, origin, raw), _PATIENCE_SECONDS)
    except aiohttp.ClientError:
        # Whether the server lives, the next request shows.
        status, body = 0, b""
    except TimeoutError:
        report.wrong.append(f"no answer to {raw}")
        return 0, b""
    report.take(status, body, str(raw))
    return status, body


async def _sent(session: aiohttp.ClientSession, origin: str, raw: Raw) -> tuple[int, bytes]:
    address = URL(origin + raw.target, encoded=True)
    async with session.request(
        raw.method, address, data=raw.body or None, headers=raw.headers, allow_redirects=False
    ) as answer:
        return answer.status, await answer.read()
