"""The control door's routes that save a world, and make one of what was saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from fake_webstore import snapshot
from fake_webstore.world import Platform
from scenarios.harness.door import PREFIX, DoorError, answer, read_object
from scenarios.harness.snapshot import SnapshotError
from scenarios.harness.worlds import Worlds

Load = Callable[..., Platform]


def add_routes(
    router: web.UrlDispatcher, worlds: Worlds[Platform], load: Load, describe: Callable[[Platform], dict[str, Any]]
) -> None:
    """Put the routes into the door."""

    async def save(request: web.Request) -> web.Response:
        try:
            return answer(snapshot.save(worlds.get(request.match_info["world"])))
        except SnapshotError as error:
            raise DoorError(str(error)) from None

    async def restore(request: web.Request) -> web.Response:
        document = await read_object(request, {"snapshot", "name"})
        name = document.get("name")
        if not isinstance(name, str | None):
            raise DoorError("name must be a text")
        try:
            return answer(describe(load(document.get("snapshot"), name=name)), 201)
        except SnapshotError as error:
            raise DoorError(str(error)) from None

    router.add_get(f"{PREFIX}/worlds/{{world}}/snapshot", save)
    router.add_post(f"{PREFIX}/snapshots", restore)
