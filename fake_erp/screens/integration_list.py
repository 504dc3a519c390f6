"""Configurações → E-commerce → Integrações: the list, and adding one."""

from __future__ import annotations

from aiohttp import web

from fake_erp import integrating
from fake_erp.editing import BadField
from fake_erp.screens.visit import Visit


async def show(visit: Visit) -> web.StreamResponse:
    return _list(visit, done=visit.done)


async def add(visit: Visit) -> web.StreamResponse:
    form = await visit.form()
    try:
        integration = integrating.add(visit.world, form.get("nome", ""))
    except BadField as error:
        return _list(visit, status=422, problem=str(error))
    return visit.go(f"/configuracoes/integracoes/{integration.id}", "adicionada")


def _list(visit: Visit, status: int = 200, problem: str = "", done: str = "") -> web.Response:
    states = {each.id: integrating.state_of(visit.world, each) for each in visit.world.integrations}
    return visit.page(
        "integrations.html",
        section="settings",
        status=status,
        integrations=list(visit.world.integrations),
        states=states,
        problem=problem,
        done=done,
    )
