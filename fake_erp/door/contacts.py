"""Door: contacts as they truly are, and what a merchant does to them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fake_erp import registering
from fake_erp.contacts import Contact
from fake_erp.door.asked import NotThere, shown, world_of
from fake_erp.editing import BadField
from fake_erp.sales_truth import contact_truth
from fake_erp.services.call import whole
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.door import PREFIX, answer, read_object

_KEYS = {*registering.SIZES, "situacao", "tipos_contato", "pessoas_contato"}


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show(request: web.Request) -> web.Response:
        return answer(shown(request, "contacts", world_of(request, worlds).contacts.all(), contact_truth))

    async def add(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        sent = _understood(world, await read_object(request, _KEYS))
        return answer(contact_truth(registering.include(world, sent)), 201)

    async def change(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        contact = _contact(world, request)
        registering.replace(world, contact, _understood(world, await read_object(request, _KEYS)))
        return answer(contact_truth(contact))

    async def delete(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        contact = _contact(world, request)
        registering.remove(world, contact)
        return answer(contact_truth(contact))

    path = f"{PREFIX}/worlds/{{world}}/contacts"
    app.router.add_get(path, show)
    app.router.add_post(path, add)
    app.router.add_put(f"{path}/{{id}}", change)
    app.router.add_delete(f"{path}/{{id}}", delete)


def _contact(world: ErpWorld, request: web.Request) -> Contact:
    contact = world.contacts.get(whole(request.match_info["id"]))
    if contact is None:
        raise NotThere(f"no contact {request.match_info['id'][:18]} in world {world.name!r}")
    return contact


def _understood(world: ErpWorld, document: dict[str, Any]) -> registering.Sent:
    sent = registering.read(world, {"situacao": "A", **document})
    if sent.reasons:
        raise BadField("; ".join(text for text, _ in sent.reasons))
    return sent
