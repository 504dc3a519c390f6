"""Pedidos de Venda: the list, and what a person does to an order."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from fake_erp import invoices, trade
from fake_erp.orders import Order
from fake_erp.screens.fields import page_of
from fake_erp.screens.visit import Visit
from fake_erp.situations import DESCRIPTIONS

_DESPATCH = ("codigo_rastreamento", "url_rastreamento", "nome_transportador", "forma_envio", "forma_frete")
_LONGEST = 120


async def show(visit: Visit) -> web.StreamResponse:
    """By number, customer or the platform's number, and by situation; newest first."""
    query = visit.request.query
    text, situacao = query.get("pesquisa", "").strip(), query.get("situacao", "")
    found = [
        order
        for order in reversed(list(visit.world.orders))
        if _has(order, text.casefold()) and (situacao not in DESCRIPTIONS or order.situacao == situacao)
    ]
    return visit.page(
        "orders.html",
        section="orders",
        shown=page_of(visit, found),
        text=text,
        situacao=situacao,
        situations=DESCRIPTIONS,
    )


async def open_order(visit: Visit) -> web.StreamResponse:
    return _page(visit, _order(visit))


async def set_situation(visit: Visit) -> web.StreamResponse:
    order, form = _order(visit), await visit.form()
    situacao = form.get("situacao", "")
    if situacao not in DESCRIPTIONS:
        return _page(visit, order, "Situação: escolha uma da lista")
    trade.set_situation(visit.world, order, situacao, by=trade.DOOR)
    return _back(visit, order, "situacao")


async def despatch(visit: Visit) -> web.StreamResponse:
    """*Despacho*: the tracking code and who carries it."""
    order, form = _order(visit), await visit.form()
    tracking = {name: form[name][:_LONGEST] for name in _DESPATCH if form.get(name)}
    if not tracking:
        return _page(visit, order, "Despacho: informe ao menos um dado")
    trade.set_tracking(visit.world, order, tracking, by=trade.DOOR)
    return _back(visit, order, "despacho")


async def act(visit: Visit) -> web.StreamResponse:
    """The buttons: invoice, stock, accounts."""
    order = _order(visit)
    await visit.form()
    deed = _DEEDS.get(visit.request.match_info["deed"])
    if deed is None:
        raise web.HTTPNotFound
    try:
        deed(visit, order)
    except (trade.AlreadySo, invoices.NoteError) as error:
        return _page(visit, order, str(error))
    return _back(visit, order, "feito")


def _generate(visit: Visit, order: Order) -> None:
    invoices.generate(visit.world, order, "NFe", by=trade.DOOR)


def _authorise(visit: Visit, order: Order) -> None:
    invoices.authorise(visit.world, _note(visit, order), by=trade.DOOR)


def _cancel_note(visit: Visit, order: Order) -> None:
    invoices.cancel(visit.world, _note(visit, order), by=trade.DOOR)


_DEEDS: dict[str, Callable[[Visit, Order], None]] = {
    "gerar-nota": _generate,
    "autorizar-nota": _authorise,
    "cancelar-nota": _cancel_note,
    "lancar-estoque": lambda visit, order: trade.post_stock(visit.world, order, by=trade.DOOR),
    "estornar-estoque": lambda visit, order: trade.reverse_stock(visit.world, order, by=trade.DOOR),
    "lancar-contas": lambda visit, order: trade.post_accounts(visit.world, order, posted=True, by=trade.DOOR),
    "estornar-contas": lambda visit, order: trade.post_accounts(visit.world, order, posted=False, by=trade.DOOR),
}


def _note(visit: Visit, order: Order) -> invoices.Note:
    note = visit.world.notes.get(order.note_id)
    if note is None:
        raise invoices.NoteError("O pedido não tem nota fiscal")
    return note


def _has(order: Order, text: str) -> bool:
    return any(text in each.casefold() for each in (str(order.numero), order.numero_ecommerce, order.cliente["nome"]))


def _order(visit: Visit) -> Order:
    order = visit.world.orders.get(int(visit.request.match_info["order"]))
    if order is None:
        raise web.HTTPNotFound
    return order


def _back(visit: Visit, order: Order, said: str) -> web.Response:
    return visit.go(f"/pedidos/{order.id}", said)


def _page(visit: Visit, order: Order, problem: str = "") -> web.Response:
    note = visit.world.notes.get(order.note_id)
    return visit.page(
        "order.html",
        section="orders",
        status=422 if problem else 200,
        order=order,
        note=note,
        note_situation=invoices.SITUATIONS[note.situacao] if note else "",
        situations=DESCRIPTIONS,
        problem=problem,
        done=visit.done,
    )
