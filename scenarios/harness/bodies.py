"""Request bodies: those that break off or are not packed as their headers say, and JSON of any depth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

# PHP's bound; much beyond it, even quoting a document in a message would fail.
_DEEPEST = 512

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def refuse_unreadable(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The handler's own answer, or a plain 400; then the connection ends, as the body's rest is unknown.

    Who calls may die before the end of the body: that is no error of ours, and nobody is there to read an answer.
    """
    try:
        response = await handler(request)
    except (web.RequestPayloadError, ConnectionResetError):
        response = web.Response(status=400, text="Bad Request")
    except web.HTTPException as error:
        response = web.Response(status=error.status, headers=error.headers, text=error.text)
    try:
        # What nobody has read would otherwise be met by the server, which takes it for an error of ours.
        await request.release()
    except web.RequestPayloadError:
        await end_with(request, response)
    except ConnectionResetError:
        pass
    return response


async def end_with(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Send an answer and end the connection."""
    await response.prepare(request)
    await response.write_eof()
    request.protocol.force_close()
    return response


def parse_json(text: bytes | str, deepest: int = _DEEPEST) -> Any:
    """A JSON document. ValueError for what is none, or is nested deeper than that."""
    document = orjson.loads(text)
    raw = text.encode() if isinstance(text, str) else text
    if raw.count(b"[") + raw.count(b"{") > deepest and _is_too_deep(document, deepest):
        raise ValueError(f"nested more than {deepest} deep")
    return document


def _is_too_deep(document: Any, deepest: int) -> bool:
    containers = [document]
    for _ in range(deepest):
        inner = (each for outer in containers for each in (outer.values() if isinstance(outer, dict) else outer))
        containers = [each for each in inner if isinstance(each, (dict, list))]
        if not containers:
            return False
    return True
