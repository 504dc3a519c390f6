"""The way back from the shop's installation page (webstore-api §3.2)."""

from __future__ import annotations

from aiohttp import web

from connector.core.errors import ConnectorError
from connector.flows import install
from connector.web.context import ENV, LOG


async def callback(request: web.Request) -> web.Response:
    """Exchange the code and send the merchant back to the app's page in the panel."""
    env = request.app[ENV]
    code = request.query.get("code", "")
    if not code:
        raise web.HTTPBadRequest(text="Falta o código da instalação. Comece de novo no painel: Aplicativos > ERP.")
    try:
        store_id = await install.install(env, code)
    except ConnectorError as error:
        request.app[LOG].warning("install_failed", reason=error.reason, what=error.detail)
        raise web.HTTPBadGateway(
            text="A loja não confirmou a instalação. O código vale por cinco minutos e uma só vez: "
            "comece de novo no painel, em Aplicativos > ERP > Instalar."
        ) from None
    raise web.HTTPFound(f"{env.host.base}/painel/{store_id}/aplicativos/erp/configurar")
