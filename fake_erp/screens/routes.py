"""The addresses of the screens and their error pages."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from fake_erp.screens import (
    api_token,
    contacts,
    extension_store,
    home,
    integration_list,
    integration_tabs,
    mails,
    orders,
    product_list,
    product_tabs,
)
from fake_erp.screens.visit import Visit, render
from fake_erp.screens.wording import FILTERS
from fake_erp.worlds import ErpWorlds
from scenarios.harness.bodies import refuse_unreadable
from scenarios.harness.journal import JournalFull

_HERE = Path(__file__).parent.parent
_log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Screen = Callable[[Visit], Awaitable[web.StreamResponse]]

_ERRORS = {
    400: ("Formulário inválido", "Os dados enviados não puderam ser lidos. Volte e tente novamente."),
    403: ("Formulário expirado", "O formulário não é mais válido. Abra a página de novo e repita a ação."),
    404: ("Página não encontrada", "O endereço não existe ou foi removido."),
    405: ("Ação não permitida", "Esta página não aceita esse tipo de pedido."),
    413: ("Formulário grande demais", "Os dados enviados passam do limite."),
    507: ("Registro cheio", "O registro deste ambiente de testes está cheio; reinicie o ambiente."),
}


class Screens:
    """The screens of every account of one fake, as an application to be mounted at `/erp`."""

    def __init__(self, worlds: ErpWorlds) -> None:
        self._worlds = worlds
        # Against forms of other sites; it lives as long as the process and stands in no journal.
        self._csrf = secrets.token_urlsafe(24)
        # In memory: a virtual clock must not wait for a thread that reads files.
        self._style = (_HERE / "static" / "erp.css").read_bytes()

    def application(self) -> web.Application:
        app = web.Application(middlewares=[refuse_unreadable, self._explain])
        environment = aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True)
        environment.filters.update(FILTERS)
        app.router.add_get("", self._choose)
        app.router.add_get("/", self._choose)
        app.router.add_get("/estatico/erp.css", self._file)
        world = "/{world}"
        app.router.add_get(world, self._screen(home.start))
        self._add_settings(app.router, world)
        self._add_products(app.router, f"{world}/produtos")
        self._add_trade(app.router, world)
        return app

    def _add_settings(self, router: web.UrlDispatcher, world: str) -> None:
        router.add_get(f"{world}/extensoes", self._screen(extension_store.show))
        router.add_post(f"{world}/extensoes/{{extension}}/instalar", self._screen(extension_store.install))
        router.add_post(f"{world}/extensoes/{{extension}}/remover", self._screen(extension_store.remove))
        settings = f"{world}/configuracoes"
        router.add_get(settings, self._screen(home.settings))
        router.add_get(f"{settings}/token-api", self._screen(api_token.show))
        router.add_post(f"{settings}/token-api/gerar", self._screen(api_token.generate))
        listed = f"{settings}/integracoes"
        router.add_get(listed, self._screen(integration_list.show))
        router.add_post(listed, self._screen(integration_list.add))
        one = f"{listed}/{{integration:[0-9]{{1,15}}}}"
        router.add_get(one, self._screen(integration_tabs.show))
        router.add_post(f"{one}/excluir-anuncios", self._screen(integration_tabs.remove_announcements))
        router.add_post(f"{one}/remover", self._screen(integration_tabs.remove))
        router.add_post(f"{one}/{{tab}}", self._screen(integration_tabs.save))

    def _add_products(self, router: web.UrlDispatcher, listed: str) -> None:
        router.add_get(listed, self._screen(product_list.show))
        router.add_post(listed, self._screen(product_list.add))
        one = f"{listed}/{{product:[0-9]{{1,15}}}}"
        router.add_get(one, self._screen(product_tabs.show))
        router.add_post(f"{one}/dados", self._screen(product_tabs.save))
        router.add_post(f"{one}/excluir", self._screen(product_tabs.delete))
        router.add_post(f"{one}/estoque", self._screen(product_tabs.move))
        router.add_post(f"{one}/anuncios", self._screen(product_tabs.announce_product))
        router.add_post(f"{one}/anuncios/remover", self._screen(product_tabs.withdraw))
        router.add_post(f"{one}/enviar", self._screen(product_tabs.send))

    def _add_trade(self, router: web.UrlDispatcher, world: str) -> None:
        router.add_get(f"{world}/emails", self._screen(mails.show))
        router.add_get(f"{world}/pedidos", self._screen(orders.show))
        order = f"{world}/pedidos/{{order:[0-9]{{1,15}}}}"
        router.add_get(order, self._screen(orders.open_order))
        router.add_post(f"{order}/situacao", self._screen(orders.set_situation))
        router.add_post(f"{order}/despacho", self._screen(orders.despatch))
        router.add_post(f"{order}/acoes/{{deed}}", self._screen(orders.act))
        listed = f"{world}/contatos"
        router.add_get(listed, self._screen(contacts.show))
        router.add_post(listed, self._screen(contacts.add))
        router.add_get(f"{listed}/novo", self._screen(contacts.new))
        contact = f"{listed}/{{contact:[0-9]{{1,15}}}}"
        router.add_get(contact, self._screen(contacts.open_contact))
        router.add_post(contact, self._screen(contacts.save))
        router.add_post(f"{contact}/excluir", self._screen(contacts.delete))

    def _screen(self, screen: Screen) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            world = self._worlds.find(request.match_info["world"])
            if world is None:
                raise web.HTTPNotFound
            return await screen(Visit(world, self._worlds, request, self._csrf))

        return handle

    async def _choose(self, request: web.Request) -> web.StreamResponse:
        return render(request, "choose.html", world=None, accounts=list(self._worlds))

    async def _file(self, _: web.Request) -> web.StreamResponse:
        return web.Response(body=self._style, content_type="text/css", charset="utf-8")

    @web.middleware
    async def _explain(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Error pages in Portuguese."""
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
        world = self._worlds.find(request.match_info.get("world", ""))
        return render(request, "message.html", world=world, status=status, title=title, text=text)
