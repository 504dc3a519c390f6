"""All routes of the API. Paths are matched undecoded, so that a code may hold `%2F` (§7.1)."""

from __future__ import annotations

import re

from aiohttp import web

from fake_webstore.api import orders, own, products, stock
from fake_webstore.api.access import get_installations, post_token
from fake_webstore.api.call import Endpoint
from fake_webstore.api.gate import Gate

ENDPOINTS: tuple[Endpoint, ...] = (*products.ENDPOINTS, *stock.ENDPOINTS, *orders.ENDPOINTS, *own.ENDPOINTS)
TOKEN, INSTALLATIONS = "POST /oauth/token", "GET /installations"
CALLS = (*(endpoint.name for endpoint in ENDPOINTS), TOKEN, INSTALLATIONS)


def add_routes(router: web.UrlDispatcher, gate: Gate) -> None:
    """Put the API into a site's router."""

    async def token(request: web.Request) -> web.StreamResponse:
        return await gate.pass_call(request, TOKEN, post_token)

    async def installations(request: web.Request) -> web.StreamResponse:
        return await gate.pass_call(request, INSTALLATIONS, get_installations)

    for endpoint in ENDPOINTS:
        path = f"/{{world}}/api/v1/stores/{{store_id:[0-9]{{1,18}}}}{_typed(endpoint.path)}"
        router.add_route(endpoint.method, path, gate.handler(endpoint))
    router.add_post("/{world}/oauth/token", token)
    router.add_get("/{world}/api/v1/installations", installations, allow_head=False)


def _typed(path: str) -> str:
    """Ids are digits; a code is anything but an unencoded slash."""
    path = re.sub(r"\{((?:variant_)?id)\}", r"{\1:[0-9]{1,18}}", path)
    return path.replace("{code}", "{code:[^/]+}")
