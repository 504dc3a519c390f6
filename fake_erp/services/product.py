"""`produto.obter.php`: one full record, without stock (contract, products §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.envelope import Answer
from fake_erp.moods import DECIMAL, INTEGER, LIST, PAIRS, REFERENCE, TEXT, WORD, Speller, Table
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
_SEO = ("seo_title", "seo_keywords", "seo_description", "link_video", "slug")
_FIELDS = Table(**{name: _KIND_OF.get(name, TEXT) for name in (*_ORDER.split(), *_SEO)})
_VARIATION = Table(id=INTEGER, codigo=TEXT, preco=DECIMAL, grade=PAIRS)
_MAPPING = Table(
    idEcommerce=INTEGER, idMapeamento=INTEGER, skuMapeamento=TEXT, preco=DECIMAL, preco_promocional=DECIMAL
)
_CHILD_MAPPING = Table(
    idEcommerce=INTEGER,
    idMapeamento=INTEGER,
    skuMapeamento=TEXT,
    preco=DECIMAL,
    preco_promocional=DECIMAL,
    skuMapeamentoPai=TEXT,
    idMapeamentoPai=REFERENCE,
)
_ITEM = Table(id_produto=INTEGER, quantidade=DECIMAL)

SCOPE = "produto"


def obtain(call: Call) -> Answer:
    """The record of a product or of a variation. Unknown: code 20 (observed, Reads)."""
    product = product_named(call, codes.NO_RECORDS)
    speller = call.moods.speller(SCOPE, product.id)
    record = speller.record(_FIELDS, product)
    # Flat as documented; one client also meets them under `seo` (products §2).
    if speller.roll("seo") < 24:
        record["seo"] = {name: record.pop(name) for name in _SEO if name in record}
    speller.put(record, "anexos", LIST, [{"anexo": url} for url in product.anexos])
    speller.put(record, "imagens_externas", LIST, [{"imagem_externa": {"url": u}} for u in product.imagens_externas])
    if product.tipoVariacao == "P":
        speller.put(record, "variacoes", LIST, _variations(call, product))
    if product.grade is not None:
        speller.put(record, "grade", PAIRS, product.grade)
    if product.classe_produto == "K":
        speller.put(record, "kit", LIST, _kit(call, product))
    _put_mappings(call, product, speller, record)
    return Answer(speller, {"produto": record})


def _variations(call: Call, parent: Product) -> list[Any]:
    """Id, code, price, attributes and mappings: the rest needs the variation's own record (products §2.1)."""
    shown = []
    for child in call.world.catalogue.children(parent):
        if child.situacao != "E":
            speller = call.moods.speller("variacao", child.id)
            record = speller.record(_VARIATION, child)
            _put_mappings(call, child, speller, record)
            shown.append({"variacao": record})
    return shown


def _kit(call: Call, product: Product) -> list[Any]:
    speller = call.moods.speller("kit", product.id)
    return [
        {"item": speller.record(_ITEM, {"id_produto": part, "quantidade": quantity})} for part, quantity in product.kit
    ]


def _put_mappings(call: Call, product: Product, speller: Speller, record: dict[str, Any]) -> None:
    """Only for a caller with a Developer-Id (transport §2.4); without it there is no key at all."""
    if call.developer:
        table = _CHILD_MAPPING if product.tipoVariacao == "V" else _MAPPING
        shown = [{"mapeamento": _mapping(call, table, m)} for m in call.world.catalogue.mappings(product.id)]
        speller.put(record, "mapeamentos", LIST, shown)


def _mapping(call: Call, table: Table, mapping: Mapping) -> dict[str, Any]:
    return call.moods.speller("mapeamento", mapping.idMapeamento).record(table, mapping)
