"""Door: trouble that lasts for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from fake_erp import faults
from fake_erp.door.asked import world_of
from fake_erp.outages import Outage, require_sense
from fake_erp.worlds import ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer, asked_number, read_object


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        return answer([_shown(each) for each in world.outages.active(world.clock.now())])

    async def order(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        document = await read_object(request, {"what", "seconds", "calls_per_minute"})
        what, seconds, calls = document.get("what"), document.get("seconds"), document.get("calls_per_minute", 0)
        require_sense(what, seconds, calls, faults.LASTING)
        world.journal.append("outage_ordered", what=what, seconds=seconds, calls_per_minute=calls)
        until = world.clock.now() + timedelta(seconds=float(str(seconds)))
        outage = Outage(what=str(what), until=until, calls_per_minute=int(str(calls)))
        world.outages.order(outage)
        return answer(_shown(outage), 201)

    async def clear(request: web.Request) -> web.Response:
        ordered, number = world_of(request, worlds).outages, asked_number(request)
        if number is None:
            ordered.ordered.clear()
        elif not ordered.take_back(number):
            raise DoorError(f"no outage has the number {number}: GET lists those that last")
        return answer({})

    path = f"{PREFIX}/worlds/{{world}}/outages"
    app.router.add_get(path, show)
    app.router.add_post(path, order)
    app.router.add_delete(path, clear)


def _shown(outage: Outage) -> dict[str, Any]:
    return {
        "number": outage.number,
        "what": outage.what,
        "until": outage.until.isoformat(),
        "calls_per_minute": outage.calls_per_minute,
    }
