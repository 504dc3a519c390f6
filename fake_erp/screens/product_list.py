"""Produtos: the list, adding one, and the general data of one."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fake_erp import editing, extensions
from fake_erp.catalogue import Search
from fake_erp.editing import BadField
from fake_erp.records import Product
from fake_erp.screens.fields import amount, page_of
from fake_erp.screens.visit import Visit

SITUATIONS = {"": "Ativos e inativos", "A": "Ativos", "I": "Inativos", "E": "Excluídos"}

# What "Dados gerais" edits: the field, its label, and whether it is an amount.
FIELDS: dict[str, tuple[str, bool]] = {
    "nome": ("Descrição", False),
    "codigo": ("Código (SKU)", False),
    "unidade": ("Unidade", False),
    "preco": ("Preço de venda", True),
    "preco_promocional": ("Preço promocional", True),
    "preco_custo": ("Preço de custo", True),
    "gtin": ("Código de barras (GTIN)", False),
    "ncm": ("NCM", False),
    "marca": ("Marca", False),
    "categoria": ("Categoria", False),
    "localizacao": ("Localização", False),
    "garantia": ("Garantia", False),
    "peso_liquido": ("Peso líquido (kg)", True),
    "peso_bruto": ("Peso bruto (kg)", True),
    "alturaEmbalagem": ("Altura da embalagem (cm)", True),
    "larguraEmbalagem": ("Largura da embalagem (cm)", True),
    "comprimentoEmbalagem": ("Comprimento da embalagem (cm)", True),
    "dias_preparacao": ("Dias para preparação", False),
    "descricao_complementar": ("Descrição complementar", False),
}


async def show(visit: Visit) -> web.StreamResponse:
    """Products and variations by name or code."""
    query = visit.request.query
    situacao = query.get("situacao", "")
    text = query.get("pesquisa", "").strip()
    found = visit.world.catalogue.search(Search(text=text.casefold(), situacao=situacao if situacao in "AIE" else ""))
    return visit.page(
        "products.html",
        section="products",
        shown=page_of(visit, found),
        text=text,
        situacao=situacao,
        situations=SITUATIONS,
        done=visit.done,
    )


async def add(visit: Visit) -> web.StreamResponse:
    form = await visit.form()
    try:
        document = _document(form, ("nome", "codigo", "preco"))
        product = editing.create(visit.world, document)
    except BadField as error:
        text = in_words(error)
        return visit.page("message.html", section="products", status=422, title="Produto não incluído", text=text)
    return visit.go(f"/produtos/{product.id}", "incluido")


def _document(form: dict[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a form as `editing` takes them. Raises BadField in Portuguese."""
    document: dict[str, Any] = {}
    for name in names:
        if name in form:
            label, is_amount = FIELDS[name]
            document[name] = str(amount(form[name] or "0", label)) if is_amount else form[name]
    return document


def changes(visit: Visit, product: Product, form: dict[str, str]) -> dict[str, Any]:
    """What *Salvar* of the general data wants to change. Raises BadField."""
    document = _document(form, tuple(FIELDS))
    if not visit.world.has(extensions.PROMOTIONAL_PRICE):
        document.pop("preco_promocional", None)
    if product.tipoVariacao == "V":
        document = {name: value for name, value in document.items() if name not in editing.NOT_OF_VARIATION}
    document["situacao"] = "I" if form.get("ativo") != "S" else "A"
    return document


def in_words(error: BadField) -> str:
    """What is wrong with a field, in Portuguese; texts of the control door name the field first."""
    text = str(error)
    name = text.split(" ", 1)[0]
    if name not in FIELDS:
        return text
    label = FIELDS[name][0]
    if "must not be empty" in text or "is missing" in text:
        return f"{label}: preencha este campo"
    if "belongs to product" in text:
        return f"{label}: outro produto já usa este código"
    if "at most" in text:
        return f"{label}: o texto é longo demais"
    return f"{label}: o valor informado não é aceito"
