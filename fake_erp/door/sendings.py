"""Door: send chosen products to a platform, and see what came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from fake_erp import product_sending
from fake_erp.door.asked import integration_of, product_of, shown, world_of
from fake_erp.sendings import Sending
from fake_erp.worlds import ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer, read_object

_OPTIONS = ("update_stock", "stop_on_refusal")


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def send(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        document = await read_object(request, {"products", "idEcommerce", *_OPTIONS})
        given = document.get("products")
        if not isinstance(given, list) or not given:
            raise DoorError("products must be a list of products' ids")
        products = [product_of(world, each) for each in given]
        integration = integration_of(world, document.get("idEcommerce"))
        update_stock, stop_on_refusal = (_option(document, name) for name in _OPTIONS)
        done = await product_sending.send(
            world, integration, products, update_stock=update_stock, stop_on_refusal=stop_on_refusal
        )
        return answer(_described(done), 201)

    async def show(request: web.Request) -> web.Response:
        return answer(shown(request, "sendings", world_of(request, worlds).sendings, _described))

    path = f"{PREFIX}/worlds/{{world}}/sendings"
    app.router.add_get(path, show)
    app.router.add_post(path, send)


def _option(document: dict[str, Any], name: str) -> bool:
    value = document.get(name, False)
    if not isinstance(value, bool):
        raise DoorError(f"{name} must be true or false")
    return value


def _described(sending: Sending) -> dict[str, Any]:
    return asdict(sending)
