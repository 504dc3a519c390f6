"""The pages about products: list with search, one product with all its fields, editing, removing, restoring."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from fake_webstore import catalogue, views
from fake_webstore.api.products import matches
from fake_webstore.errors import ApiError
from fake_webstore.panel.visit import Visit, page_number, read_form
from fake_webstore.panel.wording import IMAGE_ERRORS, IMAGE_STATES, read_money
from fake_webstore.records import Product

_PAGE = 25
_WRONG_PRICE = "Preço inválido: digite um valor maior que zero, por exemplo 59,90."
# In the order in which they stand in the form.
_WRONG = {
    "name": "Nome inválido: use de 1 a 200 caracteres.",
    "price": _WRONG_PRICE,
    "description_html": "Descrição longa demais: use no máximo 65.535 caracteres.",
    "promotional_price": "O preço precisa ser maior que o preço promocional deste produto.",
}
_WRONG_OTHERWISE = "Não foi possível salvar: confira os campos e tente novamente."


async def list_products(visit: Visit) -> web.StreamResponse:
    text = visit.request.query.get("q", "").strip()
    found = [p for p in visit.store.products.values() if not text or matches(p, text)]
    last = max(1, -(-len(found) // _PAGE))
    page = min(page_number(visit.request), last)
    shown = [_document(visit, product) for product in found[(page - 1) * _PAGE : page * _PAGE]]
    return visit.page("products.html", products=shown, text=text, total=len(found), page=page, last=last)


async def show_product(visit: Visit) -> web.StreamResponse:
    return _product_page(visit, _find(visit))


async def save_product(visit: Visit) -> web.StreamResponse:
    """What the merchant edits in the shop: name, price and description."""
    form = await read_form(visit.world, visit.request, visit.session)
    product = _living(visit)
    entered = {name: form.get(name, "").strip() for name in ("name", "price", "description_html")}
    price = read_money(entered["price"])
    if price is None:
        return _product_page(visit, product, entered, _WRONG_PRICE)
    changes = {"name": entered["name"], "price": price, "description_html": entered["description_html"] or None}
    try:
        catalogue.patch(visit.world, visit.store, product, changes)
    except ApiError as error:
        fields = {detail.field for detail in error.details}
        return _product_page(
            visit, product, entered, next((_WRONG[f] for f in _WRONG if f in fields), _WRONG_OTHERWISE)
        )
    return web.Response(status=303, headers={"Location": visit.path(f"/produtos/{product.id}?salvo=1")})


async def delete_product(visit: Visit) -> web.StreamResponse:
    """The merchant removes a product; it keeps its code and can be restored (§7.2 rule 6)."""
    await read_form(visit.world, visit.request, visit.session)
    product = _living(visit)
    catalogue.delete(visit.world, visit.store, product)
    return web.Response(status=303, headers={"Location": visit.path(f"/produtos/{product.id}")})


def _product_page(
    visit: Visit, product: Product, entered: dict[str, str] | None = None, message: str = ""
) -> web.Response:
    """The product; `entered` is what was typed and cannot be saved, for the reason in `message`."""
    document = _document(visit, product)
    # Sanitised when it was written (§7.1).
    description = Markup(document["description_html"]) if document["description_html"] else None
    shown = {"name": document["name"], "price": str(document["price"]).replace(".", ",")}
    return visit.page(
        "product.html",
        status=422 if message else 200,
        product=document,
        entered=entered or {**shown, "description_html": document["description_html"] or ""},
        message=message,
        saved=visit.request.query.get("salvo") == "1",
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


def _living(visit: Visit) -> Product:
    product = _find(visit)
    if product.deleted:
        raise web.HTTPNotFound
    return product


def _find(visit: Visit) -> Product:
    product = visit.store.products.get(int(visit.request.match_info["product"]))
    if product is None:
        raise web.HTTPNotFound
    return product


def _document(visit: Visit, product: Product) -> dict[str, object]:
    return {**views.product(visit.store, product, visit.world.clock.now()), "deleted": product.deleted}
