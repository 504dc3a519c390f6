"""Door: the catalogue as it truly is, and what a merchant does to it."""

from __future__ import annotations

from aiohttp import web

from fake_erp import editing
from fake_erp.door.asked import product_of, whole_number, world_of
from fake_erp.truth import truth
from fake_erp.worlds import ErpWorlds
from scenarios.harness.door import PREFIX, answer, read_object


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        offset, limit = whole_number(request, "offset", 0), whole_number(request, "limit", 1000)
        products = list(world.catalogue.parents())
        return answer(
            {"total": len(products), "products": [truth(world, p) for p in products[offset : offset + limit]]}
        )

    async def show_one(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        return answer(truth(world, product_of(world, request.match_info["id"])))

    async def add(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        document = await read_object(request, set(editing.ON_CREATION))
        product = editing.create(world, document)
        return answer(truth(world, product), 201)

    async def add_variation(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        product = product_of(world, request.match_info["id"])
        child = editing.add_variation(world, product, await read_object(request, set(editing.OF_VARIATION)))
        return answer(truth(world, child), 201)

    async def change(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        product = product_of(world, request.match_info["id"])
        document = await read_object(request, set(editing.ON_CHANGE))
        editing.change(world, product, document)
        return answer(truth(world, product))

    async def delete(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        product = product_of(world, request.match_info["id"])
        editing.change(world, product, {"situacao": "E"})
        return answer(truth(world, product))

    path = f"{PREFIX}/worlds/{{world}}/products"
    app.router.add_get(path, show)
    app.router.add_post(path, add)
    app.router.add_get(f"{path}/{{id}}", show_one)
    app.router.add_post(f"{path}/{{id}}/variations", add_variation)
    app.router.add_patch(f"{path}/{{id}}", change)
    app.router.add_delete(f"{path}/{{id}}", delete)
