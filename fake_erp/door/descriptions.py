"""Door: API and control door as OpenAPI, for programs that read it."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from fake_erp import openapi
from scenarios.harness.bodies import Handler
from scenarios.harness.door import PREFIX

_API, _DOOR = f"{PREFIX}/openapi/api.json", f"{PREFIX}/openapi/door.json"
LINKS = (("OpenAPI of the API", _API), ("OpenAPI of this door", _DOOR))


def add_routes(app: web.Application) -> None:
    def show(document: Callable[[], bytes]) -> Handler:
        async def handle(_: web.Request) -> web.Response:
            return web.Response(body=document(), content_type="application/json")

        return handle

    app.router.add_get(_API, show(openapi.api))
    app.router.add_get(_DOOR, show(openapi.door))
