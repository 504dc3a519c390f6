"""`pdv.produtos.php`: products for cash registers (contract, products §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.catalogue import Search
from fake_erp.envelope import Answer
from fake_erp.moments import parse_moment
from fake_erp.moods import DECIMAL, INTEGER, ROW_CODE, ROW_TEXT, TEXT, WORD, Table
from fake_erp.services.paging import page_of
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.records import Product
    from fake_erp.services.call import Call

# Spelled with its accents, as in the documentation.
_ROW = Table(id=INTEGER, codigo=ROW_CODE, descrição=TEXT, unidade=WORD, preco=DECIMAL)
_REST = Table(preco_promocional=DECIMAL, gtin=ROW_TEXT, situacao=WORD)


def search(call: Call) -> Answer:
    """By name or code, by state and by the day of the last change; without any, everything but deleted ones."""
    situacao = call.text("situacao")
    if situacao not in ("", "A", "I", "E"):
        raise codes.Refusal(codes.INVALID, f"A situação {situacao[:40]} é inválida", "situacao")
    wanted = Search(text=call.text("pesquisa").casefold(), situacao=situacao)
    found = call.world.catalogue.search(wanted)
    if text := call.text("dataUltimaSincronizacao"):
        found = [product for product in found if _changed_since(call, product, text)]
    page = page_of(call, found)
    return Answer(page.speller, {**page.numbers, "produtos": [_row(call, product) for product in page.records]})


def _changed_since(call: Call, product: Product, text: str) -> bool:
    try:
        since = parse_moment(text)
    except ValueError:
        text = f"A data {text[:40]} é inválida"
        raise codes.Refusal(codes.INVALID, text, "dataUltimaSincronizacao") from None
    changed = call.world.changes.last.get(product.id)
    return (changed or parse_moment(product.data_criacao)) >= since


def _row(call: Call, product: Product) -> dict[str, Any]:
    """No inner `produto` here (§13)."""
    speller = call.moods.speller("pdv", product.id)
    first = {
        "id": product.id,
        "codigo": product.codigo,
        "descrição": product.nome,
        "unidade": product.unidade,
        "preco": product.preco,
    }
    return {**speller.record(_ROW, first), **speller.record(_REST, product)}


_PARAMS = frozenset({"pesquisa", "dataUltimaSincronizacao", "pagina", "situacao"})

SERVICES = (Service(name="pdv.produtos.php", perform=search, params=_PARAMS),)
