"""Door: how far the separation of an order is, and what is in the expedition."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from fake_erp.door.asked import NotThere, order_of, world_of
from fake_erp.shipping import SEPARATION_STATES, Expedition
from fake_erp.worlds import ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer, read_object


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show(request: web.Request) -> web.Response:
        return answer([_shown(each) for each in world_of(request, worlds).shipping])

    async def set_state(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        order = order_of(world, request.match_info["id"])
        state = (await read_object(request, {"situacao"})).get("situacao")
        if state not in SEPARATION_STATES:
            known = ", ".join(f"{number} ({text})" for number, text in SEPARATION_STATES.items())
            raise DoorError(f"situacao must be one of {known}")
        if order.id not in world.shipping.separations:
            raise NotThere(f"order {order.id} is not in separation: it was never approved")
        world.journal.append("separation", id=order.id, situacao=state)
        world.shipping.separations[order.id] = (state, world.shipping.separations[order.id][1])
        return answer({"id": order.id, "situacao": state})

    base = f"{PREFIX}/worlds/{{world}}"
    app.router.add_get(f"{base}/expeditions", show)
    app.router.add_post(f"{base}/orders/{{id}}/separation", set_state)


def _shown(expedition: Expedition) -> dict[str, Any]:
    return {**asdict(expedition), "day": expedition.day.isoformat()}
