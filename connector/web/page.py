"""The merchant's page: connection, progress, problems, settings, the address for the ERP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp_jinja2
import sqlalchemy as sa
from aiohttp import web

from connector import texts
from connector.core.progress import Progress, progress
from connector.core.stock import StockMode
from connector.flows import levels, pull
from connector.store import inbox, items, pulls, stores, work
from connector.store.engine import Connection
from connector.store.pulls import Pull
from connector.store.stores import Store
from connector.web import session
from connector.web.context import ENV

SECRET: web.AppKey[str] = web.AppKey("app_secret", str)


@dataclass(frozen=True, kw_only=True)
class Status:
    """All that the page shows of a store."""

    store: Store
    pull: Pull | None
    progress: Progress | None
    outcomes: dict[str, int]
    troubled: list[sa.Row[Any]]
    stopped: list[sa.Row[Any]]
    work: dict[str, int]
    depots: list[str]
    messages: list[sa.Row[Any]]


def status(c: Connection, store_id: int) -> Status | None:
    """What there is to tell of a store."""
    store = stores.by_id(c, store_id)
    if store is None or store.uninstalled_at is not None:
        return None
    latest = pulls.latest(c, store_id)
    running = latest is not None and latest.finished_at is None
    return Status(
        store=store,
        pull=latest,
        progress=progress(latest.total, latest.done, pulls.remaining(c, latest), store.calls_per_minute)
        if latest is not None and running
        else None,
        outcomes=items.outcomes(c, store_id),
        troubled=items.troubled(c, store_id),
        stopped=work.stopped(c, store_id),
        work=work.counts(c, store_id),
        depots=levels.depots(c, store_id),
        messages=inbox.without_effect(c, store_id),
    )


async def enter(request: web.Request) -> web.Response:
    """The panel's signed link."""
    if not session.is_link_good(request, request.app[SECRET]):
        raise web.HTTPForbidden(text="Este link expirou. Volte ao painel da loja e abra a página do conector de novo.")
    store_id = int(request.query["store_id"])
    response = web.HTTPFound(f"/app/{store_id}")
    session.open_session(request, response, store_id)
    raise response


async def _context(request: web.Request, **more: Any) -> dict[str, Any]:
    env = request.app[ENV]
    found = await env.db.read(status, session.store_of(request))
    if found is None:
        raise web.HTTPNotFound(text="O aplicativo não está instalado nesta loja.")
    return {
        "status": found,
        "texts": texts,
        "connection": texts.connection(found.store.connection, found.store.reason, found.store.company_name),
        "door": env.door_url(found.store),
        "form_token": session.form_token(request),
        "modes": [(str(StockMode.PHYSICAL), "Saldo físico"), (str(StockMode.AVAILABLE), "Saldo disponível")],
        "error": None,
        **more,
    }


async def show(request: web.Request) -> web.Response:
    """The whole page."""
    saved = request.query.get("salvo") == "1"
    return aiohttp_jinja2.render_template("page.html", request, await _context(request, saved=saved))


async def show_progress(request: web.Request) -> web.Response:
    """The part that changes, for the page's script."""
    return aiohttp_jinja2.render_template("progress.html", request, await _context(request))


async def save(request: web.Request) -> web.StreamResponse:
    """The merchant's settings."""
    store_id, form, env = session.store_of(request), await request.post(), request.app[ENV]
    session.check_form(request, str(form.get("form_token", "")))
    integrator, depot = str(form.get("integrator_id", "")).strip(), str(form.get("depot", "")).strip()
    mode = str(form.get("stock_mode", ""))
    error = _problem(integrator, depot, mode)
    if error is not None:
        context = await _context(request, saved=False, error=error)
        return aiohttp_jinja2.render_template("page.html", request, context, status=400)
    await env.db.write(levels.save_settings, env, store_id, integrator or None, depot or None, StockMode(mode))
    raise web.HTTPSeeOther(f"/app/{store_id}?salvo=1")


def _problem(integrator: str, depot: str, mode: str) -> str | None:
    if integrator and not (integrator.isascii() and integrator.isdigit() and len(integrator) <= 18):
        return "O identificador do integrador é um número. Copie-o da tela da integração no ERP."
    if len(depot) > 120 or not (depot.isprintable() or not depot):
        return "O nome do depósito tem no máximo 120 letras, em uma só linha."
    if mode not in list(StockMode):
        return "Escolha o saldo físico ou o saldo disponível."
    return None


async def synchronise(request: web.Request) -> web.StreamResponse:
    """Pull the catalogue now."""
    store_id, form, env = session.store_of(request), await request.post(), request.app[ENV]
    session.check_form(request, str(form.get("form_token", "")))
    await env.db.write(pull.request, env, store_id)
    raise web.HTTPSeeOther(f"/app/{store_id}")
