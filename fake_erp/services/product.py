"""`produto.obter.php`: one full record, without stock (contract, products §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.envelope import Answer
from fake_erp.moods import DECIMAL, INTEGER, LIST, PAIRS, REFERENCE, TEXT, WORD, Field, field
from fake_erp.records import Mapping, Product
from fake_erp.services.call import product_named

if TYPE_CHECKING:
    from fake_erp.services.call import Call

# In the order of the contract's table and sample.
_KINDS = {
    INTEGER: "id dias_preparacao tipoEmbalagem qtd_volumes",
    REFERENCE: "id_fornecedor idProdutoPai",
    DECIMAL: (
        "preco preco_promocional peso_liquido peso_bruto estoque_minimo estoque_maximo preco_custo preco_custo_medio"
        " valor_ipi_fixo alturaEmbalagem larguraEmbalagem comprimentoEmbalagem diametroEmbalagem"
    ),
    WORD: "data_criacao origem situacao tipo tipoVariacao sob_encomenda classe_produto",
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_ORDER = (
    "id data_criacao nome codigo unidade preco preco_promocional ncm origem gtin gtin_embalagem localizacao"
    " peso_liquido peso_bruto estoque_minimo estoque_maximo id_fornecedor codigo_fornecedor codigo_pelo_fornecedor"
    " unidade_por_caixa preco_custo preco_custo_medio situacao tipo classe_ipi valor_ipi_fixo cod_lista_servicos"
    " descricao_complementar obs garantia cest tipoVariacao idProdutoPai sob_encomenda dias_preparacao marca"
    " tipoEmbalagem alturaEmbalagem larguraEmbalagem comprimentoEmbalagem diametroEmbalagem qtd_volumes categoria"
    " classe_produto"
)
_FIELDS: tuple[Field, ...] = tuple(field(name, _KIND_OF.get(name, TEXT)) for name in _ORDER.split())
_SEO = tuple(field(name, TEXT) for name in ("seo_title", "seo_keywords", "seo_description", "link_video", "slug"))
_VARIATION = (field("id", INTEGER), field("codigo", TEXT), field("preco", DECIMAL), field("grade", PAIRS))
_GRADE = (field("grade", PAIRS),)
_MAPPING = (
    field("idEcommerce", INTEGER),
    field("idMapeamento", INTEGER),
    field("skuMapeamento", TEXT),
    field("preco", DECIMAL),
    field("preco_promocional", DECIMAL),
)
_CHILD_MAPPING = (*_MAPPING, field("skuMapeamentoPai", TEXT), field("idMapeamentoPai", REFERENCE))
_IMAGES = (field("anexos", LIST), field("imagens_externas", LIST))
_VARIATIONS = (field("variacoes", LIST),)
_KIT = (field("kit", LIST),)
_MAPPINGS = (field("mapeamentos", LIST),)
_ITEM = (field("id_produto", INTEGER), field("quantidade", DECIMAL))

SCOPE = "produto"


def obtain(call: Call) -> Answer:
    """The record of a product or of a variation. Unknown: code 20 (observed, Reads)."""
    product = product_named(call, codes.NO_RECORDS)
    dress = call.moods.dress
    record = dress(SCOPE, product.id, _FIELDS, product)
    seo = dress(SCOPE, product.id, _SEO, product)
    # Flat as documented; one client also meets them under `seo` (products §2).
    record.update({"seo": seo} if call.moods.roll(SCOPE, product.id, "seo") < 24 else seo)
    record.update(dress(SCOPE, product.id, _IMAGES, _images(product)))
    if product.tipoVariacao == "P":
        record.update(dress(SCOPE, product.id, _VARIATIONS, {"variacoes": _variations(call, product)}))
    if product.grade is not None:
        record.update(dress(SCOPE, product.id, _GRADE, product))
    if product.classe_produto == "K":
        record.update(dress(SCOPE, product.id, _KIT, {"kit": _kit(call, product)}))
    record.update(_mappings(call, product))
    return Answer(f"{SCOPE}:{product.id}", {"produto": record})


def _images(product: Product) -> dict[str, list[Any]]:
    return {
        "anexos": [{"anexo": url} for url in product.anexos],
        "imagens_externas": [{"imagem_externa": {"url": url}} for url in product.imagens_externas],
    }


def _variations(call: Call, parent: Product) -> list[Any]:
    """Id, code, price, attributes and mappings: the rest needs the variation's own record (products §2.1)."""
    shown = []
    for child in call.world.catalogue.children(parent):
        if child.situacao != "E":
            record = call.moods.dress("variacao", child.id, _VARIATION, child)
            record.update(_mappings(call, child))
            shown.append({"variacao": record})
    return shown


def _kit(call: Call, product: Product) -> list[Any]:
    return [
        {"item": call.moods.dress("kit", product.id, _ITEM, {"id_produto": part, "quantidade": quantity})}
        for part, quantity in product.kit
    ]


def _mappings(call: Call, product: Product) -> dict[str, Any]:
    """Only for a caller with a Developer-Id (transport §2.4); without it there is no key at all."""
    if not call.developer:
        return {}
    fields = _CHILD_MAPPING if product.tipoVariacao == "V" else _MAPPING
    shown = [{"mapeamento": _mapping(call, fields, m)} for m in call.world.catalogue.mappings(product.id)]
    return call.moods.dress(SCOPE, product.id, _MAPPINGS, {"mapeamentos": shown})


def _mapping(call: Call, fields: tuple[Field, ...], mapping: Mapping) -> dict[str, Any]:
    return call.moods.dress("mapeamento", mapping.idMapeamento, fields, mapping)
