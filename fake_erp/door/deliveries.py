"""Door: the webhooks that were made and every attempt to deliver them."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from fake_erp.door.asked import shown, whole_number, world_of
from fake_erp.worlds import ErpWorlds
from scenarios.harness.door import PREFIX, answer


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        state, tipo = request.query.get("state"), request.query.get("tipo")
        channel = whole_number(request, "channel", 0) if "channel" in request.query else None
        log = [
            each
            for each in world.courier.log
            if state in (None, each.state) and tipo in (None, each.tipo) and channel in (None, each.channel)
        ]
        listed = shown(request, "deliveries", log, lambda one: one.as_dict(world.sender.masked(one)))
        dropped = [asdict(each) for each in world.failures.dropped]
        return answer({**listed, "waiting": world.courier.waiting, "dropped_addresses": dropped})

    async def flush(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        attempts = await world.courier.flush()
        return answer({"attempts": attempts, "waiting": world.courier.waiting})

    path = f"{PREFIX}/worlds/{{world}}/deliveries"
    app.router.add_get(path, show)
    app.router.add_post(f"{path}/flush", flush)
