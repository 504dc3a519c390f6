"""Door: save a world, and make one of what was saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from fake_erp import snapshot
from fake_erp.door.accounts import described
from fake_erp.door.asked import world_of
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer, read_object
from scenarios.harness.snapshot import SnapshotError


def add_routes(app: web.Application, worlds: ErpWorlds, load: Callable[..., ErpWorld]) -> None:
    async def save(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        return answer(_done(lambda: snapshot.save(world)))

    async def restore(request: web.Request) -> web.Response:
        document = await read_object(request, {"snapshot", "name", "token"})
        for key in ("name", "token"):
            if not isinstance(document.get(key, ""), str):
                raise DoorError(f"{key} must be a text")
        given = {key: document[key] for key in ("name", "token") if document.get(key)}
        return answer(described(_done(lambda: load(document.get("snapshot"), **given))), 201)

    app.router.add_get(f"{PREFIX}/worlds/{{world}}/snapshot", save)
    app.router.add_post(f"{PREFIX}/snapshots", restore)


def _done(deed: Callable[[], Any]) -> Any:
    try:
        return deed()
    except SnapshotError as error:
        raise DoorError(str(error)) from None
