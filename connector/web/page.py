"""The merchant's page: connection, progress, problems, settings, the address for the ERP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp_jinja2
import sqlalchemy as sa
from aiohttp import web

from connector import texts
from connector.core.fifteen import Lock
from connector.core.progress import Progress, progress
from connector.flows import levels
from connector.flows import preferences as preferences_flow
from connector.store import alarms, inbox, items, locks, outages, pulls, sales, stores, work
from connector.store.alarms import Alarm
from connector.store.engine import Connection
from connector.store.outages import Outage
from connector.store.pulls import Pull
from connector.store.sales import Sale
from connector.store.stores import Store
from connector.web import preferences, session
from connector.web.context import ENV

SECRET: web.AppKey[str] = web.AppKey("app_secret", str)


# What is said on top of the page after a form was taken, by the address's query.
_DONE = {
    "salvo": "Configurações salvas.",
    "tentado": "O pedido voltou para a fila.",
    "confirmado": "A sincronização continua.",
    "descartado": "A sincronização foi descartada.",
    "trocado": "O endereço foi trocado. Cole o novo no ERP.",
    "visto": "Aviso encerrado.",
    "retomado": "O que estava parado voltou para a fila.",
}


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
    alarms: list[Alarm]
    locks: list[Lock]
    outages: list[Outage]


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


def _outcomes(c: Connection, store_id: int, latest: Pull | None) -> dict[str, int]:
    """How products ended; while a pull is under way only those that it has done, as the others are of an older one."""
    if latest is None or latest.finished_at is not None:
        return items.outcomes(c, store_id)
    return {} if latest.is_dry else items.outcomes(c, store_id, latest.id)


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
        outcomes=_outcomes(c, store_id, latest),
        troubled=items.troubled(c, store_id),
        stopped=stopped,
        numbers=sales.numbers(c, store_id, about_orders),
        pending=work.pending(c, store_id, now),
        orders=orders_of(c, store_id),
        depots=levels.depots(c, store_id),
        messages=inbox.without_effect(c, store_id),
        alarms=alarms.open_ones(c, store_id),
        locks=locks.everyone(c, store_id),
        outages=outages.under_way(c, store_id, now),
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
        "choices": preferences,
        "fields": preferences.saved(found.store, found.locks),
        "wrong_field": None,
        "refuses_writes": env.db.refuses_writes,
        "done": None,
        "error": None,
        "now": env.clock.now(),
        **more,
    }


async def show(request: web.Request) -> web.Response:
    """The whole page."""
    done = next((sentence for name, sentence in _DONE.items() if request.query.get(name) == "1"), None)
    return aiohttp_jinja2.render_template("page.html", request, await _context(request, done=done))


async def back(request: web.Request) -> web.StreamResponse:
    """The address of the settings' form, which stays in the browser after a mistake and is opened again from there."""
    raise web.HTTPSeeOther(f"/app/{request.match_info['store_id']}")


async def show_progress(request: web.Request) -> web.Response:
    """The part that changes, for the page's script."""
    return aiohttp_jinja2.render_template("progress.html", request, await _context(request))


async def save(request: web.Request) -> web.StreamResponse:
    """The merchant's settings."""
    store_id, form, env = await session.checked_form(request)
    try:
        wanted, locked = preferences.read(form), preferences.read_locks(form)
    except preferences.Mistake as mistake:
        # What was typed stays, so that only the mistake has to be mended.
        context = await _context(request, error=str(mistake), wrong_field=mistake.field, fields=preferences.typed(form))
        return aiohttp_jinja2.render_template("page.html", request, context, status=400)
    await env.db.write(preferences_flow.save, env, store_id, wanted, locked)
    raise web.HTTPSeeOther(f"/app/{store_id}?salvo=1")
