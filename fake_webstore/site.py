"""The site: API, panel and storefront in one application, with an error page for people and one for programs."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from fake_webstore.api.gate import Gate, error_answer
from fake_webstore.api.routes import add_routes
from fake_webstore.bucket import FULL_HEADERS
from fake_webstore.errors import ApiError
from fake_webstore.panel.routes import Panel
from fake_webstore.storefront.routes import Storefront
from fake_webstore.world import Platform
from scenarios.harness.bodies import refuse_unreadable
from scenarios.harness.worlds import Worlds

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_log = logging.getLogger(__name__)
# §13.
MAX_BODY = 2 * 2**20


def build_site(worlds: Worlds[Platform]) -> web.Application:
    """API, panel and storefront of every world."""
    panel, storefront = Panel(worlds), Storefront(worlds)

    @web.middleware
    async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
        parts = request.path.split("/")
        if len(parts) > 2 and parts[2] == "painel":
            return await panel.explain(request, handler)
        if len(parts) > 2 and parts[2] == "loja":
            return await storefront.explain(request, handler)
        return await _explain_api(request, handler)

    app = web.Application(middlewares=[refuse_unreadable, explain], client_max_size=MAX_BODY)
    add_routes(app.router, Gate(worlds))
    panel.attach(app)
    storefront.attach(app.router)
    return app


async def _explain_api(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Unknown paths and methods in the one error shape (§12)."""
    try:
        return await handler(request)
    except web.HTTPMethodNotAllowed as error:
        allow = {"Allow": ", ".join(sorted(error.allowed_methods))}
        return _answer(ApiError(405, "method_not_allowed", headers=allow))
    except web.HTTPNotFound:
        return _answer(ApiError(404, "not_found"))
    except (web.HTTPException, web.RequestPayloadError):
        raise
    except Exception:
        # The outermost place: a bug of this fake still answers in the contract's shape (§12), and is seen.
        _log.exception("%s %s failed", request.method, request.rel_url.raw_path)
        return _answer(ApiError(500, "internal_error"))


def _answer(error: ApiError) -> web.Response:
    response = error_answer(error, "req_unrouted")
    response.headers.update({**FULL_HEADERS, "X-Request-Id": "req_unrouted"})
    return response
