"""What every handler can reach, and the middleware around them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry

from connector import texts
from connector.flows.env import Env
from connector.store.engine import REFUSALS

ENV = web.AppKey("env", Env)
LOG: web.AppKey[Any] = web.AppKey("log", Any)
METRICS = web.AppKey("metrics", CollectorRegistry)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Our pages load nothing from elsewhere and are shown in no frame.
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def route_of(request: web.Request) -> str:
    """The route without its values: the path of a door is a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(unknown)"


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log by route, never by path; turn a mistake of ours into a plain 500 without a traceback."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(_HEADERS)
        raise
    except web.RequestPayloadError:
        response = web.Response(status=400, text="the body is not encoded as its headers say")
    except REFUSALS:
        request.app[LOG].exception("no_database", method=request.method, route=route_of(request))
        response = web.Response(status=503, text=texts.NO_DATABASE)
    except Exception:
        request.app[LOG].exception("mistake", method=request.method, route=route_of(request))
        response = web.Response(status=500, text="Erro interno. Tente de novo em instantes.")
    response.headers.update(_HEADERS)
    return response
