"""`listas.precos.pesquisa.php` and `listas.precos.excecoes.php` (contract, products §10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_erp import codes
from fake_erp.envelope import Answer
from fake_erp.moods import AMOUNT, INTEGER, WORD, Table
from fake_erp.records import plain
from fake_erp.services.call import id_named, whole
from fake_erp.services.paging import page_of
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.price_lists import PriceList
    from fake_erp.services.call import Call

_LIST = Table(id=INTEGER, descricao=WORD, acrescimo_desconto=AMOUNT)
_EXCEPTION = Table(id=INTEGER, id_lista_preco=INTEGER, id_produto=INTEGER, preco=AMOUNT, preco_promocional=AMOUNT)


def search(call: Call) -> Answer:
    text = call.text("pesquisa").casefold()
    page = page_of(call, [each for each in call.world.price_lists.lists.values() if text in each.descricao.casefold()])
    rows = [
        {
            "registro": call.moods.speller("lista", each.id).record(
                _LIST,
                {"id": each.id, "descricao": each.descricao, "acrescimo_desconto": plain(each.percent)},
            )
        }
        for each in page.records
    ]
    return Answer(page.speller, {**page.numbers, "registros": rows})


def exceptions(call: Call) -> Answer:
    """The fixed prices of a list; none for a product is code 20: use the list's percentage."""
    chosen = id_named(call, "idListaPreco")
    product = whole(call.text("idProduto")) if call.text("idProduto") else 0
    found = call.world.price_lists.of(chosen, product)
    page = page_of(call, found if product or not call.text("idProduto") else [])
    rows = [
        {
            "registro": call.moods.speller("excecao", each.id).record(
                _EXCEPTION,
                {
                    "id": each.id,
                    "id_lista_preco": each.list_id,
                    "id_produto": each.product_id,
                    "preco": each.preco,
                    "preco_promocional": each.preco_promocional,
                },
            )
        }
        for each in page.records
    ]
    return Answer(page.speller, {**page.numbers, "registros": rows})


def list_named(call: Call, name: str = "idListaPreco") -> PriceList | None:
    """The list that a parameter names; None where it names none. Unknown: code 31."""
    text = call.text(name)
    if not text:
        return None
    chosen = call.world.price_lists.lists.get(whole(text))
    if chosen is None:
        raise codes.Refusal(codes.INVALID, "Lista de preço não localizada", name)
    return chosen


SERVICES = (
    Service(name="listas.precos.pesquisa.php", perform=search, params=frozenset({"pesquisa", "pagina"})),
    Service(
        name="listas.precos.excecoes.php",
        perform=exceptions,
        params=frozenset({"idListaPreco", "idProduto", "pagina"}),
    ),
)
