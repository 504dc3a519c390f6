"""The storefront's addresses: `/{world}/loja/{store_id}`, open to everybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from fake_webstore.panel.failures import Handler, explain
from fake_webstore.storefront import cart as carts
from fake_webstore.storefront import pages
from fake_webstore.storefront.visit import Visit
from fake_webstore.world import Platform
from scenarios.harness.worlds import Worlds

Page = Callable[[Visit], Awaitable[web.StreamResponse]]
_CLOSED = "Esta loja está fechada no momento. Volte mais tarde."


class Storefront:
    """The shops of every world of one fake."""

    def __init__(self, worlds: Worlds[Platform]) -> None:
        self._worlds = worlds

    def attach(self, router: web.UrlDispatcher) -> None:
        """Add the routes to the site; the templates are the panel's."""
        shop = "/{world}/loja/{store_id:[0-9]{1,18}}"
        product = f"{shop}/produto/{{product:[0-9]{{1,18}}}}"
        router.add_get(shop, self._page(pages.shelf))
        router.add_get(product, self._page(pages.show_product))
        router.add_post(product, self._page(pages.add))
        router.add_get(f"{shop}/carrinho", self._page(pages.show_cart))
        router.add_post(f"{shop}/carrinho", self._page(pages.change_cart))
        router.add_get(f"{shop}/finalizar", self._page(pages.show_checkout))
        router.add_post(f"{shop}/finalizar", self._page(pages.review))
        router.add_post(f"{shop}/finalizar/confirmar", self._page(pages.place))
        router.add_get(f"{shop}/pedido/{{order:[0-9]{{1,18}}}}", self._page(pages.show_order))

    async def explain(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Error pages in Portuguese."""
        return await explain(request, handler, self._worlds, "store/message.html")

    def _page(self, page: Page) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            world = self._worlds.find(request.match_info["world"])
            store = world.stores.get(int(request.match_info["store_id"])) if world else None
            if world is None or store is None:
                raise web.HTTPNotFound
            visit = Visit(world, store, carts.read(world, store, request), request)
            if store.status != "active":
                return visit.page("message.html", status=503, title=store.name, text=_CLOSED)
            return await page(visit)

        return handle
