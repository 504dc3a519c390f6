"""Door: API and control door as OpenAPI, for programs that read it."""

from __future__ import annotations

from aiohttp import web

from scenarios.harness.bodies import Handler
from scenarios.harness.door import PREFIX

_API, _DOOR = f"{PREFIX}/openapi/api.json", f"{PREFIX}/openapi/door.json"
LINKS = (("OpenAPI of the API", _API), ("OpenAPI of this door", _DOOR))


def add_routes(app: web.Application) -> None:
    def show(name: str) -> Handler:
        async def handle(_: web.Request) -> web.Response:
            # Imported here: it reads every schema, and most runs are never asked.
            from fake_erp import openapi

            body = {"api": openapi.api, "door": openapi.door}[name]()
            return web.Response(body=body, content_type="application/json")

        return handle

    app.router.add_get(_API, show("api"))
    app.router.add_get(_DOOR, show("door"))
