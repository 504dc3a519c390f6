"""The routes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp_jinja2
import jinja2
import prometheus_client
import sqlalchemy as sa
from aiohttp import web
from babel.dates import format_datetime
from babel.numbers import format_decimal
from prometheus_client import CollectorRegistry

from connector.flows.env import Env
from connector.store import backlog, tally
from connector.web import actions, doors, install, measures, page
from connector.web.addresses import Addresses
from connector.web.context import ENV, LOG, METRICS, guard

_HERE = Path(__file__).parent
_BRASILIA = ZoneInfo("America/Sao_Paulo")


async def health(request: web.Request) -> web.Response:
    """200 while the database answers."""
    try:
        await request.app[ENV].db.read(lambda c: c.execute(sa.text("SELECT 1")))
    except sa.exc.SQLAlchemyError:
        return web.json_response({"status": "database unavailable"}, status=503)
    return web.json_response({"status": "ok"})


def serving(app: web.Application, shutdown_timeout: float) -> web.AppRunner:
    """How the application is served. Bodies come as they were sent: what is packed wrongly must not be lost."""
    # No access log: the path of a door is a secret. Requests are counted by route.
    return web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=shutdown_timeout)


async def metrics(request: web.Request) -> web.Response:
    """Prometheus' text format."""
    env = request.app[ENV]
    now = env.clock.now()
    today = tally.day_of(now)
    usage = await env.db.read(tally.usage, today)
    left = await env.db.read(backlog.backlog, now)
    # Around midnight a process whose clock is a little ahead has begun the next day.
    calls = measures.of_usage(row for row in usage if row.day == today)
    body = prometheus_client.generate_latest(request.app[METRICS]) + calls + measures.of_backlog(left, now)
    return web.Response(body=body, headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST})


def _moment(value: datetime | None) -> str:
    return format_datetime(value, "dd/MM/yyyy HH:mm", tzinfo=_BRASILIA, locale="pt_BR") if value else "ainda não"


def _number(value: int | Decimal) -> str:
    return format_decimal(value, locale="pt_BR")


def site(env: Env, keep: doors.Keep, app_secret: str, log: Any, registry: CollectorRegistry) -> web.Application:
    """The application with all routes. `keep` takes the ERP's messages."""
    app = web.Application(middlewares=[guard], client_max_size=2**20)
    app[ENV], app[LOG], app[METRICS], app[page.SECRET] = env, log, registry, app_secret
    app[doors.KEEP], app[doors.ADDRESSES] = keep, Addresses(env)
    env.db.on_doors = app[doors.ADDRESSES].forget
    jinja = aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True)
    jinja.filters.update(moment=_moment, number=_number)
    app.router.add_get("/health", health)
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/oauth/callback", install.callback)
    app.router.add_post("/webstore/eventos", doors.shop_event)
    app.router.add_route("GET", "/erp/estoque/{secret}", doors.stock_probe)
    app.router.add_route("HEAD", "/erp/estoque/{secret}", doors.stock_probe)
    app.router.add_route("OPTIONS", "/erp/estoque/{secret}", doors.stock_probe)
    app.router.add_post("/erp/estoque/{secret}", doors.stock_message)
    app.router.add_get("/app/entrar", page.enter)
    app.router.add_get(r"/app/{store_id:\d+}", page.show)
    app.router.add_get(r"/app/{store_id:\d+}/progresso", page.show_progress)
    app.router.add_post(r"/app/{store_id:\d+}/configuracoes", page.save)
    app.router.add_get(r"/app/{store_id:\d+}/configuracoes", page.back)
    app.router.add_post(r"/app/{store_id:\d+}/sincronizar", actions.synchronise)
    app.router.add_post(r"/app/{store_id:\d+}/pedidos/{order_id:\d{1,18}}/tentar", actions.retry_order)
    app.router.add_post(r"/app/{store_id:\d+}/endereco/trocar", actions.rotate_door)
    app.router.add_post(r"/app/{store_id:\d+}/sincronizacao/confirmar", actions.confirm_pull)
    app.router.add_post(r"/app/{store_id:\d+}/sincronizacao/descartar", actions.discard_pull)
    app.router.add_post(r"/app/{store_id:\d+}/parado/tentar", actions.revive_all)
    app.router.add_post(r"/app/{store_id:\d+}/parado/{work_id:\d{1,18}}/tentar", actions.revive_one)
    app.router.add_post(r"/app/{store_id:\d+}/avisos/{alarm_id:\d{1,18}}/encerrar", actions.close_alarm)
    app.router.add_static("/static", _HERE / "static")
    return app
