"""The pages about products: list with search, one product with all its fields, restoring."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from fake_webstore import catalogue, views
from fake_webstore.api.products import matches
from fake_webstore.panel.visit import Visit, page_number, read_form
from fake_webstore.panel.wording import IMAGE_ERRORS, IMAGE_STATES
from fake_webstore.records import Product

_PAGE = 25


async def list_products(visit: Visit) -> web.StreamResponse:
    text = visit.request.query.get("q", "").strip()
    found = [p for p in visit.store.products.values() if not text or matches(p, text)]
    last = max(1, -(-len(found) // _PAGE))
    page = min(page_number(visit.request), last)
    shown = [_document(visit, product) for product in found[(page - 1) * _PAGE : page * _PAGE]]
    return visit.page("products.html", products=shown, text=text, total=len(found), page=page, last=last)


async def show_product(visit: Visit) -> web.StreamResponse:
    product = _find(visit)
    document = _document(visit, product)
    # Sanitised when it was written (§7.1).
    description = Markup(document["description_html"]) if document["description_html"] else None
    return visit.page(
        "product.html",
        product=document,
        description=description,
        image_states=IMAGE_STATES,
        image_errors=IMAGE_ERRORS,
    )


async def restore_product(visit: Visit) -> web.StreamResponse:
    """The merchant takes a deleted product back (§7.2 rule 6)."""
    await read_form(visit.world, visit.request, visit.session)
    product = _find(visit)
    catalogue.restore(visit.world, visit.store, product)
    return web.Response(status=303, headers={"Location": visit.path(f"/produtos/{product.id}")})


def _find(visit: Visit) -> Product:
    product = visit.store.products.get(int(visit.request.match_info["product"]))
    if product is None:
        raise web.HTTPNotFound
    return product


def _document(visit: Visit, product: Product) -> dict[str, object]:
    return {**views.product(visit.store, product, visit.world.clock.now()), "deleted": product.deleted}
