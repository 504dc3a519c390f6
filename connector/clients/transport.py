"""Sends a request and reads the whole answer, within a time limit. Says only what became of the bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
from yarl import URL

from connector.core.errors import Transient
from connector.core.reasons import Reason
from connector.wire.exchange import Request, Response


class NotSent(Transient):
    """No connection was made, so that nothing can have happened."""


# Shorter than servers keep one, so that none is used that the other side is about to close.
KEEPS = 15.0


class Transport:
    """One HTTP session for one side. Raises Transient(`unreachable`); its texts name no address.

    `at` is told before and after each call (see `connector.crash`). `keeps` is how many seconds of the wall an idle
    connection is kept; None where time is virtual, as the wall's must not show then.
    """

    def __init__(
        self,
        unreachable: Reason,
        timeout_seconds: float,
        at: Callable[[str], None] = lambda _: None,
        connections: int = 64,
        keeps: float | None = KEEPS,
    ) -> None:
        self._at = at
        self._unreachable = unreachable
        self._timeout = timeout_seconds
        self._connections = connections
        self._keeps = keeps
        self._session: aiohttp.ClientSession | None = None

    async def send(self, base: str, request: Request) -> Response:
        """The answer, whatever its status. The limit covers reading the body: an ERP may stall after the headers."""
        if self._session is None:
            # The total below is the only limit; cookies of an API are nothing that we want to keep.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=self._keeps),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        self._at(f"before-call:{request.name}")
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._exchange(self._session, _join(base, request.path), request)
        except aiohttp.ClientConnectorError as error:
            raise NotSent(self._unreachable, f"{request.name}: {type(error).__name__}") from None
        except TimeoutError:
            raise Transient(self._unreachable, f"{request.name}: no answer in {self._timeout:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Transient(self._unreachable, f"{request.name}: {type(error).__name__}") from None
        self._at(f"after-call:{request.name}")
        return response

    async def _exchange(self, session: aiohttp.ClientSession, address: str, request: Request) -> Response:
        async with session.request(
            request.method,
            URL(address, encoded=True),
            data=request.body,
            headers=dict(request.headers),
            allow_redirects=False,
        ) as answer:
            body = await answer.read()
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(status=answer.status, headers=headers, body=body)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _join(base: str, path: str) -> str:
    return base.rstrip("/") + ("/" + path.lstrip("/") if path else "")
