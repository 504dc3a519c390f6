"""Error pages in Portuguese, for panel and storefront."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from fake_webstore.panel.visit import render
from fake_webstore.world import Platform
from scenarios.harness.journal import JournalFull
from scenarios.harness.worlds import Worlds

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_log = logging.getLogger(__name__)

_ERRORS = {
    400: ("Pedido inválido", "Os dados enviados não puderam ser lidos. Volte e tente novamente."),
    403: ("Acesso negado", "Você não tem acesso a esta página, ou o formulário expirou. Volte e tente novamente."),
    404: ("Página não encontrada", "O endereço não existe ou foi removido."),
    405: ("Ação não permitida", "Esta página não aceita esse tipo de pedido."),
    413: ("Formulário grande demais", "Os dados enviados passam do limite."),
    507: ("Registro cheio", "O registro deste ambiente de testes está cheio; reinicie o ambiente."),
}


async def explain(
    request: web.Request, handler: Handler, worlds: Worlds[Platform], template: str
) -> web.StreamResponse:
    """What the handler answers, or the page that says in Portuguese why it cannot."""
    try:
        return await handler(request)
    except web.HTTPError as error:
        status = error.status
    except (web.HTTPException, web.RequestPayloadError):
        raise
    except JournalFull:
        status = 507
    except Exception:
        # The outermost place: a bug of this fake is a page too, and is seen.
        _log.exception("%s %s failed", request.method, request.rel_url.raw_path)
        status = 500
    title, text = _ERRORS.get(status, ("Algo deu errado", "Tente novamente em instantes."))
    parts = request.path.split("/")
    shop = "/".join(parts[:4]) if len(parts) > 3 else ""
    return render(request, template, world=worlds.find(parts[1]), status=status, title=title, text=text, shop=shop)
