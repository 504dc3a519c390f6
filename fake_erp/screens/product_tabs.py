"""One product: general data, variations, stock with its movements, announcements, sending to the platform."""

from __future__ import annotations

from aiohttp import web

from fake_erp import announce, editing, extensions, movements, product_sending
from fake_erp.editing import BadField
from fake_erp.records import Mapping, Product
from fake_erp.screens.fields import amount
from fake_erp.screens.product_list import FIELDS, changes, in_words
from fake_erp.screens.visit import Visit
from fake_erp.services.call import whole
from fake_erp.stock import BALANCE, IN, OUT

TABS = {"dados": "Dados gerais", "variacoes": "Variações", "estoque": "Estoque", "anuncios": "Anúncios"}
KINDS = {BALANCE: "Balanço", IN: "Entrada", OUT: "Saída"}
_LAST_MOVEMENTS = 30


async def show(visit: Visit) -> web.StreamResponse:
    tab = visit.request.query.get("aba", "dados")
    return _page(visit, _product(visit), tab if tab in TABS else "dados")


async def save(visit: Visit) -> web.StreamResponse:
    product, form = _product(visit), await visit.form()
    try:
        editing.change(visit.world, product, changes(visit, product, form))
    except BadField as error:
        return _page(visit, product, "dados", problem=in_words(error), typed=form)
    return visit.go(f"/produtos/{product.id}", "salvo")


async def delete(visit: Visit) -> web.StreamResponse:
    """A soft deletion; *Restaurar* makes it active again."""
    product, form = _product(visit), await visit.form()
    editing.change(visit.world, product, {"situacao": "A" if form.get("restaurar") == "S" else "E"})
    return visit.go(f"/produtos/{product.id}", "salvo")


async def move(visit: Visit) -> web.StreamResponse:
    """*Lançar movimento*: B sets, E adds, S subtracts; the platforms are told."""
    product, form = _product(visit), await visit.form()
    names = [depot.nome for depot in visit.world.depots]
    try:
        kind = form.get("tipo", "")
        if kind not in KINDS:
            raise BadField("Tipo: escolha balanço, entrada ou saída")
        depot = form.get("deposito") or names[visit.world.usual_depot]
        if depot not in names:
            raise BadField(f"Depósito: {depot[:60]} não existe")
        quantity = amount(form.get("quantidade", ""), "Quantidade")
    except BadField as error:
        return _page(visit, product, "estoque", problem=str(error), typed=form)
    visit.world.journal.append("stock_moved", idProduto=product.id, tipo=kind, quantidade=str(quantity), by="screen")
    note = form.get("observacao", "")[:100]
    movements.post(visit.world, product, names.index(depot), kind, quantity, note=note)
    announce.stock(visit.world, product, moved=True)
    return visit.go(f"/produtos/{product.id}?aba=estoque", "movimento")


async def announce_product(visit: Visit) -> web.StreamResponse:
    """*Adicionar anúncio*: the integration and the product's identifier on its platform."""
    product, form = _product(visit), await visit.form()
    integration = visit.world.integrations.get(whole(form.get("ecommerce", "")))
    sku = form.get("identificador", "")
    if integration is None or not sku or len(sku) > 120:
        problem = "E-commerce: escolha uma integração" if integration is None else "Identificador: preencha este campo"
        return _page(visit, product, "anuncios", problem=problem, typed=form)
    visit.world.journal.append("mapped", idProduto=product.id, skuMapeamento=sku)
    visit.world.catalogue.map(product, integration.id, sku)
    return visit.go(f"/produtos/{product.id}?aba=anuncios", "anuncio")


async def withdraw(visit: Visit) -> web.StreamResponse:
    """Take one announcement away; no message tells the platform (stock webhook §2.2)."""
    product, form = _product(visit), await visit.form()
    number = whole(form.get("anuncio", ""))
    if not any(mapping.idMapeamento == number for mapping in visit.world.catalogue.mappings(product.id)):
        raise web.HTTPNotFound
    visit.world.journal.append("unmapped", idProduto=product.id, idMapeamento=number)
    visit.world.catalogue.unmap_one(product.id, number)
    return visit.go(f"/produtos/{product.id}?aba=anuncios", "retirado")


async def send(visit: Visit) -> web.StreamResponse:
    """*Enviar para o e-commerce*: synchronous, the result is shown (stock webhook §4)."""
    product, form = _product(visit), await visit.form()
    integration = visit.world.integrations.get(whole(form.get("ecommerce", "")))
    if integration is None:
        return _page(visit, product, "anuncios", problem="E-commerce: escolha uma integração", typed=form)
    try:
        sending = await product_sending.send(
            visit.world,
            integration,
            [product],
            update_stock=form.get("atualizar_estoque") == "S",
            stop_on_refusal=form.get("parar") == "S",
        )
    except BadField as error:
        return _page(visit, product, "anuncios", problem=str(error), typed=form)
    return visit.page("sending.html", section="products", product=product, sending=sending)


def _product(visit: Visit) -> Product:
    product = visit.world.catalogue.get(int(visit.request.match_info["product"]))
    if product is None:
        raise web.HTTPNotFound
    return product


def _page(
    visit: Visit, product: Product, tab: str, *, problem: str = "", typed: dict[str, str] | None = None
) -> web.Response:
    world = visit.world
    fields = {
        name: label
        for name, (label, _) in FIELDS.items()
        if (name != "preco_promocional" or world.has(extensions.PROMOTIONAL_PRICE))
        and (product.tipoVariacao != "V" or name not in editing.NOT_OF_VARIATION)
    }
    moved = [each for each in reversed(world.movements) if each.product_id == product.id][:_LAST_MOVEMENTS]
    return visit.page(
        "product.html",
        section="products",
        status=422 if problem else 200,
        product=product,
        parent=world.catalogue.get(product.idProdutoPai),
        children=world.catalogue.children(product),
        fields=fields,
        level=world.level(product),
        moved=moved,
        kinds=KINDS,
        mappings=[(mapping, _platform(visit, mapping)) for mapping in world.catalogue.mappings(product.id)],
        integrations=[(str(each.id), f"{each.nome} ({each.id})") for each in world.integrations],
        tabs=TABS,
        tab=tab,
        problem=problem,
        typed=typed or {},
        done=visit.done,
    )


def _platform(visit: Visit, mapping: Mapping) -> str:
    integration = visit.world.integrations.get(mapping.idEcommerce)
    return integration.nome if integration else str(mapping.idEcommerce)
