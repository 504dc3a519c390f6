"""Routes of the control door that this fake adds to those of the harness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from fake_webstore import making
from fake_webstore.control import snapshots, stores
from fake_webstore.world import Platform
from scenarios.harness.door import PREFIX, answer, control_door, read_object, take_back
from scenarios.harness.worlds import Worlds

_WORLD_KEYS = {"name", "seed", "app", "stores", "bucket", "public_url", "image_fetching", *making.DISORDER_KEYS}


class Door:
    """The handlers about a world as a whole."""

    def __init__(self, worlds: Worlds[Platform], create_world: Callable[..., Platform]) -> None:
        self._worlds = worlds
        self._create_world = create_world

    async def create(self, request: web.Request) -> web.Response:
        return answer(world_document(self._create_world(**await read_object(request, _WORLD_KEYS))), 201)

    async def change(self, request: web.Request) -> web.Response:
        world = self._worlds.get(request.match_info["world"])
        document = await read_object(request, {"app", "bucket", "image_fetching", *making.DISORDER_KEYS})
        if "app" in document:
            making.set_app(world, document["app"])
        if "bucket" in document:
            making.set_bucket(world, document["bucket"])
        making.set_image_fetching(world, document.get("image_fetching"))
        making.set_disorder(world, {key: document[key] for key in making.DISORDER_KEYS if key in document})
        return answer(world_document(world))

    async def show(self, request: web.Request) -> web.Response:
        return answer(world_document(self._worlds.get(request.match_info["world"])))

    async def statistics(self, request: web.Request) -> web.Response:
        return answer(self._worlds.get(request.match_info["world"]).statistics())

    async def deliveries(self, request: web.Request) -> web.Response:
        """The attempts of every store."""
        world = self._worlds.get(request.match_info["world"])
        return answer([{"store_id": s.id, **one} for s in world.stores.values() for one in stores.attempts(s)])

    async def webhook_fault(self, request: web.Request) -> web.Response:
        world = self._worlds.get(request.match_info["world"])
        document = await read_object(request, {"call", "what", "first", "calls", "with"})
        world.journal.require_room()
        fault = world.courier.faults.order({"call": "*", **document})
        world.journal.append("webhook_fault_ordered", **fault.as_dict())
        return answer(fault.as_dict(), 201)

    async def webhook_faults(self, request: web.Request) -> web.Response:
        return answer(self._worlds.get(request.match_info["world"]).courier.faults.as_list())

    async def take_webhook_faults_back(self, request: web.Request) -> web.Response:
        return take_back(request, self._worlds.get(request.match_info["world"]).courier.faults)

    async def flush(self, request: web.Request) -> web.Response:
        world = self._worlds.get(request.match_info["world"])
        world.agenda.run_due()
        sent = await world.courier.flush()
        if world.fetcher is not None:
            await world.fetcher.settled()
        return answer({"attempts": sent, "waiting": world.courier.waiting})


_API_DOCUMENT, _DOOR_DOCUMENT = f"{PREFIX}/openapi/api.json", f"{PREFIX}/openapi/door.json"


_DOCUMENTS = [("OpenAPI of the API", _API_DOCUMENT), ("OpenAPI of this door", _DOOR_DOCUMENT)]


def world_document(world: Platform) -> dict[str, Any]:
    """What a caller needs to use the world; the door is the one place that shows secrets."""
    return {
        "name": world.name,
        "seed": world.seed,
        "base_url": f"{world.public_url or ''}/{world.name}",
        "app_id": world.app.app_id,
        "client_secret": world.app.client_secret,
        "redirect_uri": world.app.redirect_uri,
        "home_url": world.app.home_url,
        "bucket": world.bucket_on,
        "image_fetching": world.fetcher is not None,
        "moods": sorted(world.moods),
        "call_profile": world.call_profile,
        "delivery_profile": world.courier.profile,
        "stores": [stores.summary(store) for store in world.stores.values()],
    }


def build_door(
    worlds: Worlds[Platform], create_world: Callable[..., Platform], load_world: snapshots.Load
) -> web.Application:
    """The harness's routes and ours."""
    app = control_door(worlds, "Fake Webstore", _DOCUMENTS)
    door = Door(worlds, create_world)
    world = f"{PREFIX}/worlds/{{world}}"
    app.router.add_post(f"{PREFIX}/worlds", door.create)
    app.router.add_get(world, door.show)
    app.router.add_patch(world, door.change)
    app.router.add_get(f"{world}/statistics", door.statistics)
    app.router.add_get(f"{world}/deliveries", door.deliveries)
    app.router.add_post(f"{world}/webhooks/faults", door.webhook_fault)
    app.router.add_get(f"{world}/webhooks/faults", door.webhook_faults)
    app.router.add_delete(f"{world}/webhooks/faults", door.take_webhook_faults_back)
    app.router.add_post(f"{world}/webhooks/flush", door.flush)
    app.router.add_get(_API_DOCUMENT, show_api)
    app.router.add_get(_DOOR_DOCUMENT, show_door)
    stores.add_routes(app.router, world, worlds)
    snapshots.add_routes(app.router, worlds, load_world, world_document)
    return app


async def show_api(_: web.Request) -> web.Response:
    """The API as OpenAPI."""
    # Imported here: it reads every schema, and most runs are never asked.
    from fake_webstore import openapi

    return web.Response(body=openapi.api(), content_type="application/json")


async def show_door(_: web.Request) -> web.Response:
    """This control door as OpenAPI."""
    from fake_webstore.control import described

    return web.Response(body=described.door(), content_type="application/json")
