"""One integration: its five tabs, and what stands behind the three dots (stock webhook §2.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from fake_erp import extensions, integrating
from fake_erp.editing import BadField
from fake_erp.integrations import KINDS, Integration
from fake_erp.natures import NATURES
from fake_erp.screens.visit import Visit
from fake_erp.settings import read_address
from scenarios.harness.worlds import WorldError

TABS = {
    "integracao": "Integração",
    "configuracoes": "Configurações",
    "estoque": "Estoque",
    "dados-fiscais": "Dados Fiscais",
    "notificacoes": "Notificações",
}
_FIRST = "integracao"


async def show(visit: Visit) -> web.StreamResponse:
    tab = visit.request.query.get("aba", _FIRST)
    return _page(visit, _integration(visit), tab if tab in TABS else _FIRST)


async def save(visit: Visit) -> web.StreamResponse:
    """*Salvar* of one tab. A value that makes no sense is named above the form, and nothing is saved."""
    integration, tab = _integration(visit), visit.request.match_info["tab"]
    if tab not in _SAVING:
        raise web.HTTPNotFound
    form = await visit.form()
    try:
        await _SAVING[tab](visit, integration, form)
    except BadField as error:
        return _page(visit, integration, tab, problem=str(error), typed=form)
    return visit.go(f"/configuracoes/integracoes/{integration.id}?aba={tab}", "salvo")


async def remove_announcements(visit: Visit) -> web.StreamResponse:
    """*Excluir todos os anúncios*: only with the box ticked that says it cannot be undone."""
    integration, form = _integration(visit), await visit.form()
    if form.get("ciente") != "S":
        problem = "Marque que você está ciente: a exclusão dos anúncios não pode ser desfeita."
        return _page(visit, integration, _FIRST, problem=problem)
    integrating.remove_announcements(visit.world, integration)
    return visit.go(f"/configuracoes/integracoes/{integration.id}", "anuncios")


async def remove(visit: Visit) -> web.StreamResponse:
    integration, form = _integration(visit), await visit.form()
    if form.get("ciente") != "S":
        return _page(visit, integration, _FIRST, problem="Marque que você está ciente para excluir a integração.")
    integrating.remove(visit.world, integration)
    return visit.go("/configuracoes/integracoes", "removida")


def _integration(visit: Visit) -> Integration:
    integration = visit.world.integrations.get(int(visit.request.match_info["integration"]))
    if integration is None:
        raise web.HTTPNotFound
    return integration


def _page(
    visit: Visit, integration: Integration, tab: str, *, problem: str = "", typed: dict[str, str] | None = None
) -> web.Response:
    world = visit.world
    return visit.page(
        "integration.html",
        section="settings",
        status=422 if problem else 200,
        integration=integration,
        state=integrating.state_of(world, integration),
        announcements=integrating.announcements(world, integration),
        tabs=TABS,
        tab=tab,
        kinds=KINDS,
        natures=[("", "A padrão da empresa"), *((name, name) for name in NATURES.values())],
        depots=[depot.nome for depot in world.depots] if world.has(extensions.DEPOTS) else [],
        problem=problem,
        typed=typed or {},
        done=visit.done,
    )


async def _save_integration(visit: Visit, integration: Integration, form: dict[str, str]) -> None:
    integrating.change(visit.world, integration, nome=form.get("nome", ""), active=form.get("ativa") == "S")


async def _save_settings(visit: Visit, integration: Integration, form: dict[str, str]) -> None:
    integrating.change(
        visit.world,
        integration,
        send_preparation_days=form.get("dias_preparacao") == "S",
        email_shipped=form.get("email_enviado") == "S",
        email_delivered=form.get("email_entregue") == "S",
    )


async def _save_stock(visit: Visit, integration: Integration, form: dict[str, str]) -> None:
    changes: dict[str, Any] = {"send_physical": form.get("saldo_fisico") == "S"}
    if visit.world.has(extensions.DEPOTS):
        changes["depot"] = form.get("deposito", "")
    integrating.change(visit.world, integration, **changes)


async def _save_fiscal(visit: Visit, integration: Integration, form: dict[str, str]) -> None:
    integrating.change(
        visit.world, integration, nature=form.get("natureza", ""), contributor_nature=form.get("natureza_icms", "")
    )


async def _save_addresses(visit: Visit, integration: Integration, form: dict[str, str]) -> None:
    """The addresses that differ are probed before any is saved (stock webhook §1)."""
    wanted = {}
    for tipo, name in KINDS.items():
        text = form.get(tipo, integration.addresses.get(tipo, ""))
        try:
            wanted[tipo] = read_address(text)
        except WorldError:
            raise BadField(f"{name}: informe um endereço que comece com http:// ou https://") from None
    for tipo, address in wanted.items():
        changed = address and address != integration.addresses.get(tipo, "")
        if changed and not await visit.world.sender.probe(address):
            raise BadField(f"{KINDS[tipo]}: Não foi possível acessar a URL")
    integrating.change(visit.world, integration, addresses=wanted)


_SAVING: dict[str, Callable[[Visit, Integration, dict[str, str]], Awaitable[None]]] = {
    "integracao": _save_integration,
    "configuracoes": _save_settings,
    "estoque": _save_stock,
    "dados-fiscais": _save_fiscal,
    "notificacoes": _save_addresses,
}
