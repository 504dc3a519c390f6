"""`produtos.pesquisa.php`: products by name, code, barcode, state or date (contract, products §1)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.catalogue import Search
from fake_erp.envelope import Answer, encode_json
from fake_erp.moments import parse_moment
from fake_erp.moods import DECIMAL, INTEGER, ROW_CODE, ROW_TEXT, TEXT, WORD, Table
from fake_erp.records import Product
from fake_erp.services.paging import page_of
from fake_erp.services.price_lists import list_named

if TYPE_CHECKING:
    from datetime import datetime

    from fake_erp.price_lists import PriceList
    from fake_erp.services.call import Call

PARAMS = frozenset({"pesquisa", "idTag", "idListaPreco", "pagina", "gtin", "situacao", "dataCriacao"})

_KINDS = {
    "id": INTEGER,
    "nome": TEXT,
    "codigo": ROW_CODE,
    "preco": DECIMAL,
    "preco_promocional": DECIMAL,
    "preco_custo": DECIMAL,
    "preco_custo_medio": DECIMAL,
    "unidade": WORD,
    "gtin": ROW_TEXT,
    "tipoVariacao": WORD,
    "localizacao": ROW_TEXT,
    "situacao": WORD,
    "data_criacao": WORD,
}
# What older captures lack (observed, "Older search rows omit").
_NOT_IN_OLD_ROWS = frozenset({"gtin", "tipoVariacao", "localizacao", "situacao", "data_criacao"})
_ROW = Table(**_KINDS)
_OLD_ROW = Table(**{name: kind for name, kind in _KINDS.items() if name not in _NOT_IN_OLD_ROWS})


def search(call: Call) -> Answer:
    """One page of what the filters let through. Searches keep lists (observed, "Any list may come as one object")."""
    found, chosen = call.world.catalogue.search(_wanted(call)), list_named(call)
    if tag := call.text("idTag"):
        found = [product for product in found if tag in map(str, product.tags)]
    page = page_of(call, found)
    if chosen:
        # Computed anew: kept rows hold the usual prices.
        priced = [_row(call, _in_list(call, chosen, product)) for product in page.records]
        return Answer(page.speller, {**page.numbers, "produtos": priced})
    if call.xml:
        return Answer(page.speller, {**page.numbers, "produtos": [_row(call, product) for product in page.records]})
    return Answer(page.speller, page.numbers, [_encoded(call, product) for product in page.records])


def _wanted(call: Call) -> Search:
    situacao = call.text("situacao")
    if situacao not in ("", "A", "I", "E"):
        raise codes.Refusal(codes.INVALID, f"A situação {situacao[:40]} é inválida", "situacao")
    return Search(
        text=call.text("pesquisa").casefold(),
        gtin=call.text("gtin"),
        situacao=situacao,
        created_from=_created_from(call.text("dataCriacao")),
        children=call.world.settings.list_variations,
    )


def _created_from(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_moment(text)
    except ValueError:
        raise codes.Refusal(codes.INVALID, f"A data de criação {text[:40]} é inválida", "dataCriacao") from None


def _in_list(call: Call, chosen: PriceList, product: Product) -> Product:
    """The product at the prices of a list."""
    price, promotional = call.world.price_lists.prices(chosen, product)
    return replace(product, preco=price, preco_promocional=promotional)


def _encoded(call: Call, product: Product) -> bytes:
    """A row's bytes. Its disorder never changes, so they are kept until the product does."""
    rows = call.world.catalogue.rows
    encoded = rows.get(product.id)
    if encoded is None:
        encoded = rows[product.id] = encode_json(_row(call, product))
    return encoded


def _row(call: Call, product: Product) -> dict[str, Any]:
    table = _OLD_ROW if call.world.settings.old_rows else _ROW
    return {"produto": call.moods.speller("pesquisa", product.id).record(table, product)}
