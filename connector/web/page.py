"""The merchant's page: connection, progress, problems, settings, the address for the ERP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp_jinja2
import sqlalchemy as sa
from aiohttp import web

from connector import texts
from connector.core.progress import Progress, progress
from connector.core.stock import StockMode
from connector.flows import levels, pull
from connector.flows.env import Env
from connector.store import inbox, items, pulls, sales, stores, work
from connector.store.engine import Connection
from connector.store.pulls import Pull
from connector.store.sales import Sale
from connector.store.stores import Store
from connector.store.work import Priority
from connector.web import session
from connector.web.context import ENV

SECRET: web.AppKey[str] = web.AppKey("app_secret", str)


# What is said on top of the page after a form was taken, by the address's query.
_DONE = {"salvo": "Configurações salvas.", "tentado": "O pedido voltou para a fila."}


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What the page tells of a store's orders."""

    sent: int
    queued: int
    unpaid: int
    held: int
    in_doubt: int
    waiting: list[Sale]
    latest: list[Sale]


@dataclass(frozen=True, kw_only=True)
class Status:
    """All that the page shows of a store."""

    store: Store
    pull: Pull | None
    progress: Progress | None
    outcomes: dict[str, int]
    troubled: list[sa.Row[Any]]
    stopped: list[sa.Row[Any]]
    numbers: dict[int, str]
    pending: dict[str, int]
    orders: Orders
    depots: list[str]
    messages: list[sa.Row[Any]]


def orders_of(c: Connection, store_id: int) -> Orders:
    """Counts, the orders that somebody should know of, and the latest that went well."""
    counts, queued = sales.counts(c, store_id), sales.count_queued(c, store_id)
    return Orders(
        sent=counts.get(sales.SENT, 0),
        queued=queued,
        unpaid=counts.get(sales.READY, 0) - queued,
        held=counts.get(sales.HELD, 0),
        in_doubt=counts.get(sales.SENDING, 0),
        waiting=sales.waiting(c, store_id),
        latest=sales.latest_sent(c, store_id),
    )


def status(c: Connection, store_id: int, now: datetime) -> Status | None:
    """What there is to tell of a store."""
    store = stores.by_id(c, store_id)
    if store is None or store.uninstalled_at is not None:
        return None
    latest = pulls.latest(c, store_id)
    running = latest is not None and latest.finished_at is None
    stopped = sales.stopped_beside(c, store_id)
    about_orders = [int(row.key) for row in stopped if row.kind in ("order", "situation")]
    return Status(
        store=store,
        pull=latest,
        progress=progress(latest.total, latest.done, pulls.remaining(c, latest), store.calls_per_minute)
        if latest is not None and running
        else None,
        outcomes=items.outcomes(c, store_id),
        troubled=items.troubled(c, store_id),
        stopped=stopped,
        numbers=sales.numbers(c, store_id, about_orders),
        pending=work.pending(c, store_id, now),
        orders=orders_of(c, store_id),
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
    found = await env.db.read(status, session.store_of(request), env.clock.now())
    if found is None:
        raise web.HTTPNotFound(text="O aplicativo não está instalado nesta loja.")
    return {
        "status": found,
        "texts": texts,
        "connection": texts.connection(found.store.connection, found.store.reason, found.store.company_name),
        "door": env.door_url(found.store),
        "form_token": session.form_token(request),
        "modes": [(str(StockMode.PHYSICAL), "Saldo físico"), (str(StockMode.AVAILABLE), "Saldo disponível")],
        "done": None,
        "error": None,
        **more,
    }


async def show(request: web.Request) -> web.Response:
    """The whole page."""
    done = next((sentence for name, sentence in _DONE.items() if request.query.get(name) == "1"), None)
    return aiohttp_jinja2.render_template("page.html", request, await _context(request, done=done))


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
        context = await _context(request, error=error)
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


async def retry_order(request: web.Request) -> web.StreamResponse:
    """Have an order that is held looked at now."""
    store_id, form, env = session.store_of(request), await request.post(), request.app[ENV]
    session.check_form(request, str(form.get("form_token", "")))
    is_queued = await env.db.write(_retry_order, env, store_id, int(request.match_info["order_id"]))
    raise web.HTTPSeeOther(f"/app/{store_id}{'?tentado=1' if is_queued else ''}")


def _retry_order(c: Connection, env: Env, store_id: int, order_id: int) -> bool:
    """Queue an order that waits for a person. The flow reads and checks it anew, so once too often does no harm."""
    found = sales.by_order(c, store_id, order_id)
    is_held = found is not None and found.state == sales.HELD
    if not is_held and not work.is_dead(c, store_id, "order", str(order_id)):
        return False
    work.enqueue(c, store_id, "order", env.clock.now(), priority=Priority.ORDERS, key=str(order_id))
    return True
