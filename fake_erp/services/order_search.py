"""`pedidos.pesquisa.php`: orders by number, customer, date, situation or change (contract, orders §3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.contacts import digits
from fake_erp.envelope import Answer
from fake_erp.moments import parse_moment
from fake_erp.moods import AMOUNT, HOLLOW, INTEGER, ROW_TEXT, SHY, TEXT, WORD, Table
from fake_erp.orders import Order, Wanted
from fake_erp.records import money
from fake_erp.services.paging import page_of
from fake_erp.situations import DESCRIPTIONS, situation_named
from scenarios.harness.clock import BRASILIA

if TYPE_CHECKING:
    from fake_erp.services.call import Call

PARAMS = frozenset(
    {
        *("numero", "cliente", "cpf_cnpj", "dataInicial", "dataFinal", "dataAtualizacao", "situacao"),
        *("numeroEcommerce", "idVendedor", "nomeVendedor", "marcador"),
        *("dataInicialOcorrencia", "dataFinalOcorrencia", "situacaoOcorrencia", "pagina", "sort"),
    }
)

_ROW = Table(
    id=INTEGER,
    numero=INTEGER,
    numero_ecommerce=SHY,
    data_pedido=WORD,
    data_prevista=HOLLOW,
    nome=TEXT,
    valor=AMOUNT,
    id_vendedor=HOLLOW,
    nome_vendedor=HOLLOW,
    situacao=WORD,
    codigo_rastreamento=ROW_TEXT,
)

Test = Callable[[Order], bool]


def search(call: Call) -> Answer:
    """One page. Without any filter everything is listed (observed, Shapes)."""
    found = call.world.orders.search(_wanted(call))
    page = page_of(call, found)
    return Answer(page.speller, {**page.numbers, "pedidos": [_row(call, order) for order in page.records]})


def _row(call: Call, order: Order) -> dict[str, Any]:
    """A row is no order: no items, `valor` a number, the platform's number at times missing (observed, Reads)."""
    values = {
        "id": order.id,
        "numero": order.numero,
        "numero_ecommerce": order.numero_ecommerce,
        "data_pedido": order.data_pedido.strftime("%d/%m/%Y"),
        "data_prevista": order.texts["data_prevista"],
        "nome": order.cliente["nome"],
        "valor": money(order.total_pedido),
        "id_vendedor": order.texts["id_vendedor"],
        "nome_vendedor": order.texts["nome_vendedor"],
        "situacao": DESCRIPTIONS[order.situacao],
        "codigo_rastreamento": order.tracking.get("codigo_rastreamento", ""),
    }
    return {"pedido": call.moods.speller("pedidos", order.id).record(_ROW, values)}


def _wanted(call: Call) -> Wanted:
    tests: list[Test] = []
    if number := call.text("numero"):
        tests.append(lambda order: str(order.numero) == number)
    if name := call.text("cliente").casefold():
        tests.append(lambda o: name in o.cliente["nome"].casefold() or name in o.cliente["codigo"].casefold())
    if document := digits(call.text("cpf_cnpj")):
        tests.append(lambda order: digits(order.cliente["cpf_cnpj"]) == document)
    if marker := call.text("marcador").casefold():
        tests.append(lambda order: marker in (known.casefold() for known in order.marcadores))
    if seller := call.text("idVendedor"):
        tests.append(lambda order: order.texts["id_vendedor"] == seller)
    elif seller_name := call.text("nomeVendedor").casefold():
        tests.append(lambda order: order.texts["nome_vendedor"].casefold() == seller_name)
    if situacao := _situation(call, "situacao"):
        tests.append(lambda order: order.situacao == situacao)
    if since := _moment(call, "dataAtualizacao"):
        tests.append(lambda order: order.updated.replace(microsecond=0) >= since)
    return Wanted(
        tests=(*tests, *_dated(call), *_occurred(call)),
        number=call.text("numeroEcommerce"),
        loose=call.world.settings.loose_number_search,
        newest_first=call.text("sort").upper() == "DESC",
    )


def _dated(call: Call) -> list[Test]:
    """The order's own day, as it was sent (observed, Reads: a date in UTC falls out of the filter)."""
    first, last = _day(call, "dataInicial"), _day(call, "dataFinal")
    return [lambda order: _within(order.data_pedido, first, last)] if first or last else []


def _occurred(call: Call) -> list[Test]:
    """Days on which a situation came about; the situation counts only beside one of them (§3)."""
    first, last = _day(call, "dataInicialOcorrencia"), _day(call, "dataFinalOcorrencia")
    if not (first or last):
        return []
    wanted = _situation(call, "situacaoOcorrencia")

    def test(order: Order) -> bool:
        return any(
            (not wanted or code == wanted) and _within(moment.astimezone(BRASILIA).date(), first, last)
            for code, moment in order.history
        )

    return [test]


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or day >= first) and (last is None or day <= last)


def _situation(call: Call, name: str) -> str:
    text = call.text(name)
    code = situation_named(text) if text else ""
    if code is None:
        raise codes.Refusal(codes.INVALID, f"A situação {text[:40]} é inválida", name)
    return code


def _day(call: Call, name: str) -> date | None:
    moment = _moment(call, name)
    return moment.date() if moment else None


def _moment(call: Call, name: str) -> datetime | None:
    text = call.text(name)
    if not text:
        return None
    try:
        return parse_moment(text)
    except ValueError:
        raise codes.Refusal(codes.INVALID, f"A data {text[:40]} é inválida", name) from None
