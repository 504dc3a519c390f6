"""Door: orders as they truly are, and what a merchant does to an order."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fake_erp import trade
from fake_erp.door.asked import order_of, shown, world_of
from fake_erp.sales_truth import order_truth
from fake_erp.situations import DESCRIPTIONS, situation_named
from fake_erp.worlds import ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer, read_object

# Names of the despatch service (orders §9), and those by which an order is read.
_TRACKING = {
    "codigoRastreamento": "codigo_rastreamento",
    "urlRastreamento": "url_rastreamento",
    "transportadora": "nome_transportador",
    "formaEnvio": "forma_envio",
    "formaFrete": "forma_frete",
}


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show(request: web.Request) -> web.Response:
        return answer(shown(request, "orders", list(world_of(request, worlds).orders), order_truth))

    async def show_one(request: web.Request) -> web.Response:
        return answer(order_truth(order_of(world_of(request, worlds), request.match_info["id"])))

    async def set_situation(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        order = order_of(world, request.match_info["id"])
        document = await read_object(request, {"situacao"})
        situacao = situation_named(str(document.get("situacao", "")))
        if situacao is None:
            raise DoorError(f"situacao must be one of {', '.join(DESCRIPTIONS)}")
        trade.set_situation(world, order, situacao, by=trade.DOOR)
        return answer(order_truth(order))

    async def set_tracking(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        order = order_of(world, request.match_info["id"])
        tracking = _tracking(await read_object(request, set(_TRACKING)))
        trade.set_tracking(world, order, tracking, by=trade.DOOR)
        return answer(order_truth(order))

    base = f"{PREFIX}/worlds/{{world}}"
    app.router.add_get(f"{base}/orders", show)
    app.router.add_get(f"{base}/orders/{{id}}", show_one)
    app.router.add_post(f"{base}/orders/{{id}}/situation", set_situation)
    app.router.add_post(f"{base}/orders/{{id}}/tracking", set_tracking)


def _tracking(document: dict[str, Any]) -> dict[str, str]:
    if not document:
        raise DoorError(f"nothing to set: give one of {', '.join(_TRACKING)}")
    for name, value in document.items():
        if not isinstance(value, str):
            raise DoorError(f"{name} must be a text")
    return {_TRACKING[name]: value for name, value in document.items()}
