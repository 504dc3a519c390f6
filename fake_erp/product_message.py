"""What the ERP sends of one product, its variations nested (contract, stock webhook §4.1).

Nearly everything is text. Names are camelCase here, unlike those of the API, and `grade` is a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zlib import crc32

from fake_erp import announce
from fake_erp.moods import AMOUNT, HOLLOW, NUMERAL, WORD, Kind, Table
from fake_erp.records import ZERO, Product, plain
from fake_erp.seeding import CATEGORY_SEPARATOR

if TYPE_CHECKING:
    from fake_erp.integrations import Integration
    from fake_erp.moods import Speller
    from fake_erp.worlds import ErpWorld

# The field here, and the product's own name for it.
_TEXTS = {
    "nome": "nome",
    "codigo": "codigo",
    "unidade": "unidade",
    "estoqueMinimo": "estoque_minimo",
    "estoqueMaximo": "estoque_maximo",
    "localizacao": "localizacao",
    "sobEncomenda": "sob_encomenda",
    "diasPreparacao": "dias_preparacao",
    "ncm": "ncm",
    "origem": "origem",
    "gtin": "gtin",
    "gtinEmbalagem": "gtin_embalagem",
    "cest": "cest",
    "unidadePorCaixa": "unidade_por_caixa",
    "idFornecedor": "id_fornecedor",
    "codigoFornecedor": "codigo_fornecedor",
    "codigoPeloFornecedor": "codigo_pelo_fornecedor",
    "tipoEmbalagem": "tipoEmbalagem",
    "alturaEmbalagem": "alturaEmbalagem",
    "larguraEmbalagem": "larguraEmbalagem",
    "comprimentoEmbalagem": "comprimentoEmbalagem",
    "diametroEmbalagem": "diametroEmbalagem",
    "descricaoComplementar": "descricao_complementar",
    "obs": "obs",
    "garantia": "garantia",
    "marca": "marca",
    "situacao": "situacao",
    "classeProduto": "classe_produto",
}
_PRICES = {
    "preco": "preco",
    "precoPromocional": "preco_promocional",
    "precoCusto": "preco_custo",
    "precoCustoMedio": "preco_custo_medio",
}
_WEIGHTS = {"pesoLiquido": "peso_liquido", "pesoBruto": "peso_bruto"}
_SEO = {
    "title": "seo_title",
    "description": "seo_description",
    "keywords": "seo_keywords",
    "linkVideo": "link_video",
    "slug": "slug",
}
_OWN: dict[str, Kind] = {"id": NUMERAL, "idMapeamento": NUMERAL, "skuMapeamento": HOLLOW}
_VARIATION_KINDS: dict[str, Kind] = {
    **_OWN,
    **dict.fromkeys(("codigo", "gtin", "preco", "precoPromocional"), WORD),
    "estoqueAtual": AMOUNT,
}
_PRODUCT_KINDS: dict[str, Kind] = {
    **_OWN,
    **dict.fromkeys((*_TEXTS, *_PRICES, *_WEIGHTS), WORD),
    **dict.fromkeys(("cest", "obs", "garantia", "marca", "localizacao", "gtinEmbalagem"), HOLLOW),
    **dict.fromkeys(("idFornecedor", "diasPreparacao", "tipoEmbalagem"), NUMERAL),
    "estoqueAtual": AMOUNT,
}
_PRODUCT, _VARIATION = Table(**_PRODUCT_KINDS), Table(**_VARIATION_KINDS)

_IDS_OF_CATEGORIES = 10**6


def content(world: ErpWorld, integration: Integration, product: Product, speller: Speller) -> dict[str, Any]:
    """The whole product as one integration is to know it."""
    children = living_children(world, product)
    # A parent's figure is its variations' sum (a guess: the sample shows one that is no variation's).
    stock = announce.amount_for(world, integration, product)
    if children:
        stock = sum((announce.amount_for(world, integration, child) for child in children), start=ZERO)
    values = {
        **{name: str(getattr(product, own)) for name, own in _TEXTS.items()},
        **_priced(world, integration, product, _PRICES),
        **{name: _decimal(getattr(product, own), 3) for name, own in _WEIGHTS.items()},
        **_named(world, integration, product),
        "estoqueAtual": plain(stock),
    }
    return {
        **speller.record(_PRODUCT, values),
        **_category(product.categoria, speller),
        "variacoes": [_variation(world, integration, child) for child in children],
        "anexos": [_image(url) for url in (*product.anexos, *product.imagens_externas)],
        "seo": {name: getattr(product, own) for name, own in _SEO.items()},
        "kit": [{"id": part, "quantidade": _number(quantity)} for part, quantity in product.kit],
    }


def living_children(world: ErpWorld, product: Product) -> list[Product]:
    """The variations that go along: those that are not deleted."""
    return [child for child in world.catalogue.children(product) if child.situacao != "E"]


def _variation(world: ErpWorld, integration: Integration, child: Product) -> dict[str, Any]:
    names = ("preco", "precoPromocional")
    values = {
        **_named(world, integration, child),
        "codigo": child.codigo,
        "gtin": child.gtin,
        **_priced(world, integration, child, {name: _PRICES[name] for name in names}),
        "estoqueAtual": plain(announce.amount_for(world, integration, child)),
    }
    return {
        **world.moods.speller("webhook:produto:variacao", child.id).record(_VARIATION, values),
        "grade": [{"chave": name, "valor": value} for name, value in (child.grade or {}).items()],
        "anexos": [],
    }


def _named(world: ErpWorld, integration: Integration, product: Product) -> dict[str, Any]:
    mapping = world.catalogue.mapping(product.id, integration.id)
    return {
        "id": product.id,
        "idMapeamento": world.catalogue.offer(product, integration.id),
        "skuMapeamento": mapping.skuMapeamento if mapping else "",
    }


def _priced(world: ErpWorld, integration: Integration, product: Product, names: dict[str, str]) -> dict[str, str]:
    """Four decimals; a price of the platform's own wins."""
    prices = {name: getattr(product, own) for name, own in names.items()}
    if mapping := world.catalogue.mapping(product.id, integration.id):
        prices["preco"] = announce.price_on(mapping.preco, prices["preco"])
        prices["precoPromocional"] = announce.price_on(mapping.preco_promocional, prices["precoPromocional"])
    return {name: _decimal(price, 4) for name, price in prices.items()}


def _decimal(text: str, places: int) -> str:
    return format(Decimal(text), f".{places}f")


def _number(text: str) -> int | float:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _category(path: str, speller: Speller) -> dict[str, Any]:
    """Levels from leaf to root, as in the sample; their order and the separator vary (observed, Shapes)."""
    levels = [level.strip() for level in path.split(CATEGORY_SEPARATOR.strip()) if level.strip()]
    separator = CATEGORY_SEPARATOR if speller.roll("separador") < 48 else " > "
    tree = [
        {
            "id": category_id(levels[: depth + 1]),
            "idPai": category_id(levels[:depth]) if depth else 0,
            "descricao": level,
            "descricaoCompleta": separator.join(levels[: depth + 1]),
        }
        for depth, level in enumerate(levels)
    ]
    return {
        "idCategoria": tree[-1]["id"] if tree else "0",
        "descricaoCategoria": levels[-1] if levels else "",
        "descricaoArvoreCategoria": separator.join(levels),
        "arvoreCategoria": tree if speller.roll("arvore") < 64 else tree[::-1],
    }


def category_id(levels: Sequence[str]) -> str:
    """The same path has the same number, whatever else there is."""
    return str(1 + crc32(CATEGORY_SEPARATOR.join(levels).encode()) % _IDS_OF_CATEGORIES)


def _image(url: str) -> dict[str, str]:
    name = PurePosixPath(urlsplit(url).path).name
    return {"url": url, "nome": name, "tipo": PurePosixPath(name).suffix.removeprefix(".").lower()}
