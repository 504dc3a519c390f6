"""Door: invoices, and what a person and the tax office do to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from fake_erp import invoices, trade
from fake_erp.door.asked import NotThere, order_of, world_of
from fake_erp.invoices import Note
from fake_erp.records import money
from fake_erp.services.call import whole
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.bodies import Handler
from scenarios.harness.door import PREFIX, DoorError, answer, read_object


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show(request: web.Request) -> web.Response:
        return answer([_shown(note) for note in world_of(request, worlds).notes])

    async def generate(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        order = order_of(world, request.match_info["id"])
        model = (await read_object(request, {"modelo"})).get("modelo", "NFe")
        if model not in invoices.MODELS:
            raise DoorError(f"modelo must be one of {', '.join(invoices.MODELS)}")
        return answer(_shown(_done(lambda: invoices.generate(world, order, model, by=trade.DOOR))), 201)

    def act(change: Callable[..., None]) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            world = world_of(request, worlds)
            note = _note(world, request)
            _done(lambda: change(world, note, by=trade.DOOR))
            return answer(_shown(note))

        return handle

    base = f"{PREFIX}/worlds/{{world}}"
    app.router.add_get(f"{base}/invoices", show)
    app.router.add_post(f"{base}/orders/{{id}}/invoice", generate)
    app.router.add_post(f"{base}/invoices/{{id}}/authorise", act(invoices.authorise))
    app.router.add_post(f"{base}/invoices/{{id}}/cancel", act(invoices.cancel))


def _done(deed: Callable[[], Any]) -> Any:
    try:
        return deed()
    except invoices.NoteError as error:
        raise DoorError(str(error)) from None


def _note(world: ErpWorld, request: web.Request) -> Note:
    note = world.notes.get(whole(request.match_info["id"]))
    if note is None:
        raise NotThere(f"no invoice {request.match_info['id'][:18]} in world {world.name!r}")
    return note


def _shown(note: Note) -> dict[str, Any]:
    return {**asdict(note), "issued": note.issued.isoformat(), "valor": money(note.valor)}
