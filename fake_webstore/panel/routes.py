"""The panel's addresses, who may see them, and its error pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode

import aiohttp_jinja2
import jinja2
from aiohttp import web

from fake_webstore.panel import access, apps, order_wording, orders, products
from fake_webstore.panel import session as sessions
from fake_webstore.panel.failures import Handler, explain
from fake_webstore.panel.visit import Visit
from fake_webstore.panel.wording import FILTERS
from fake_webstore.world import Platform
from scenarios.harness.worlds import Worlds

_HERE = Path(__file__).parent.parent
_TYPES = {".css": "text/css", ".js": "text/javascript"}
Page = Callable[[Visit], Awaitable[web.StreamResponse]]


class Panel:
    """The panel of every world of one fake."""

    def __init__(self, worlds: Worlds[Platform]) -> None:
        self._worlds = worlds
        # In memory: a virtual clock must not wait for a thread that reads files.
        self._files = {path.name: path.read_bytes() for path in (_HERE / "static").iterdir() if path.suffix in _TYPES}

    def attach(self, app: web.Application) -> None:
        """Add templates and routes to the site."""
        environment = aiohttp_jinja2.setup(
            app,
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            # Hundreds of platforms may be made in one process: what the first has compiled serves them all.
            bytecode_cache=jinja2.FileSystemBytecodeCache(),
        )
        environment.filters.update(FILTERS | order_wording.FILTERS)
        router, base = app.router, "/{world}/painel"
        router.add_get(f"{base}/estatico/{{file}}", self._file)
        router.add_get(base, self._begin)
        router.add_get(f"{base}/entrar", self._show_login)
        router.add_post(f"{base}/entrar", self._enter)
        router.add_post(f"{base}/sair", self._leave)
        store = base + "/{store_id:[0-9]{1,18}}"
        app_path, product = f"{store}/aplicativos/erp", f"{store}/produtos/{{product:[0-9]{{1,18}}}}"
        router.add_get(store, self._page(start))
        router.add_get(f"{store}/aplicativos", self._page(apps.list_apps))
        router.add_get(f"{app_path}/instalar", self._page(apps.install))
        router.add_get(f"{app_path}/configurar", self._page(apps.configure))
        router.add_post(f"{app_path}/configurar", self._page(apps.save))
        router.add_get(f"{app_path}/situacao", self._page(apps.situation))
        router.add_get(f"{app_path}/abrir", self._page(apps.open_app))
        router.add_post(f"{app_path}/desinstalar", self._page(apps.uninstall))
        router.add_get(f"{store}/produtos", self._page(products.list_products))
        router.add_get(product, self._page(products.show_product))
        router.add_post(product, self._page(products.save_product))
        router.add_post(f"{product}/excluir", self._page(products.delete_product))
        router.add_post(f"{product}/restaurar", self._page(products.restore_product))
        order = f"{store}/pedidos/{{order:[0-9]{{1,18}}}}"
        router.add_get(f"{store}/pedidos", self._page(orders.list_orders))
        router.add_get(order, self._page(orders.show_order))
        router.add_post(f"{order}/pagar", self._page(orders.mark_paid))
        router.add_post(f"{order}/cancelar", self._page(orders.cancel_order))

    async def explain(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Error pages in Portuguese."""
        return await explain(request, handler, self._worlds, "message.html")

    def _world(self, request: web.Request) -> Platform:
        world = self._worlds.find(request.match_info["world"])
        if world is None:
            raise web.HTTPNotFound
        return world

    def _page(self, page: Page) -> Handler:
        """A page of a store: for its owner only; others log in or are refused."""

        async def handle(request: web.Request) -> web.StreamResponse:
            world = self._world(request)
            session = sessions.read(world, request)
            store = world.stores.get(int(request.match_info["store_id"]))
            if session is None or session.store_id is None:
                if request.method != "GET":
                    raise web.HTTPForbidden
                login = f"/{world.name}/painel/entrar"
                raise web.HTTPFound(f"{login}?{urlencode({'voltar': request.path_qs})}")
            if store is None or store.id != session.store_id:
                raise web.HTTPForbidden
            return await page(Visit(world, store, session, request))

        return handle

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        world = self._world(request)
        session = sessions.read(world, request)
        rest = f"/{session.store_id}" if session and session.store_id else "/entrar"
        raise web.HTTPFound(f"/{world.name}/painel{rest}")

    async def _show_login(self, request: web.Request) -> web.StreamResponse:
        return access.show(self._world(request), request)

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        return await access.enter(self._world(request), request)

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        return await access.leave(self._world(request), request)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self._world(request)
        content = self._files.get(request.match_info["file"])
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type=_TYPES[Path(request.match_info["file"]).suffix], charset="utf-8")


async def start(visit: Visit) -> web.StreamResponse:
    """The start page."""
    shown = sum(not product.deleted for product in visit.store.products.values())
    return visit.page("start.html", product_count=shown, order_count=len(visit.store.orders))
