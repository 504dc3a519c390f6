"""Door: the webhooks that were made and every attempt to deliver them."""

from __future__ import annotations

from aiohttp import web

from fake_erp.door.asked import shown, world_of
from fake_erp.worlds import ErpWorlds
from scenarios.harness.door import PREFIX, answer


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        state, tipo = request.query.get("state"), request.query.get("tipo")
        log = [d for d in world.courier.log if state in (None, d.state) and tipo in (None, d.tipo)]
        listed = shown(request, "deliveries", log, lambda one: one.as_dict(world.sender.masked(one)))
        return answer({**listed, "waiting": world.courier.waiting})

    async def flush(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        attempts = await world.courier.flush()
        return answer({"attempts": attempts, "waiting": world.courier.waiting})

    path = f"{PREFIX}/worlds/{{world}}/deliveries"
    app.router.add_get(path, show)
    app.router.add_post(f"{path}/flush", flush)
