"""Door: announce products on the platform and take announcements back (the "anúncios" tab)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from fake_erp.door.asked import integration_of, product_of, read_entries, world_of
from fake_erp.records import Mapping, Product
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer, read_object

_KEYS = {"idProduto", "skuMapeamento", "skuMapeamentoPai", "idEcommerce"}


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show(request: web.Request) -> web.Response:
        return answer([asdict(mapping) for mapping in world_of(request, worlds).catalogue.all_mappings()])

    async def announce(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        given = await read_entries(request, _KEYS)
        # All are read before the first is done, so that a wrong one leaves nothing half done.
        wanted = [_announcement(world, document) for document in given.entries]
        made = [asdict(_map(world, *each)) for each in wanted]
        return answer(made if given.many else made[0], 201)

    async def remove(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        document = await read_object(request, {"idProduto"})
        product = product_of(world, document.get("idProduto"))
        world.journal.append("unmapped", idProduto=product.id)
        return answer({"removed": world.catalogue.unmap(product.id)})

    path = f"{PREFIX}/worlds/{{world}}/mappings"
    app.router.add_get(path, show)
    app.router.add_post(path, announce)
    app.router.add_delete(path, remove)


def _announcement(world: ErpWorld, document: dict[str, Any]) -> tuple[Product, int, str, str]:
    product = product_of(world, document.get("idProduto"))
    sku, parent_sku = document.get("skuMapeamento"), document.get("skuMapeamentoPai") or ""
    if not isinstance(sku, str) or not isinstance(parent_sku, str):
        raise DoorError("skuMapeamento must be a text: the product's identifier on the platform")
    return product, integration_of(world, document.get("idEcommerce")).id, sku, parent_sku


def _map(world: ErpWorld, product: Product, integration: int, sku: str, parent_sku: str) -> Mapping:
    world.journal.append("mapped", idProduto=product.id, skuMapeamento=sku)
    return world.catalogue.map(product, integration, sku, parent_sku)
