"""The pages about orders: list, one order with all that belongs to it, marking as paid, cancelling."""

from __future__ import annotations

from aiohttp import web

from fake_webstore.errors import ApiError
from fake_webstore.orders import editing, gateway, views
from fake_webstore.orders.moves import allowed_after
from fake_webstore.orders.records import Order
from fake_webstore.panel import order_wording as words
from fake_webstore.panel.visit import Visit, page_number, read_form

_PAGE = 25
_TOO_LATE = "Este pedido não pode mais ser cancelado."
_NOT_WAITING = "Este pedido não está aguardando pagamento."
_NO_REASON = "Escolha o motivo do cancelamento."


async def list_orders(visit: Visit) -> web.StreamResponse:
    """Newest first."""
    found = list(reversed(visit.store.orders.values()))
    last = max(1, -(-len(found) // _PAGE))
    page = min(page_number(visit.request), last)
    shown = [order.fields for order in found[(page - 1) * _PAGE : page * _PAGE]]
    return visit.page(
        "orders.html", orders=shown, total=len(found), page=page, last=last, states=words.STATES, references=words.ERP
    )


async def show_order(visit: Visit) -> web.StreamResponse:
    return _order_page(visit, _find(visit))


async def cancel_order(visit: Visit) -> web.StreamResponse:
    """*Cancelar pedido*: by the merchant, with a reason."""
    form = await read_form(visit.world, visit.request, visit.session)
    order, reason = _find(visit), form.get("reason", "")
    if reason not in words.REASONS:
        return _order_page(visit, order, _NO_REASON)
    try:
        editing.cancel(visit.world, visit.store, order, reason, "merchant")
    except ApiError:
        return visit.page("message.html", status=409, title="Pedido não cancelado", text=_TOO_LATE)
    return web.Response(status=303, headers={"Location": visit.path(f"/pedidos/{order.id}")})


async def mark_paid(visit: Visit) -> web.StreamResponse:
    """*Marcar como pago*: the merchant has the money, whatever the gateway says."""
    await read_form(visit.world, visit.request, visit.session)
    order = _find(visit)
    try:
        gateway.pay(visit.world, visit.store, order, "merchant")
    except ApiError:
        return visit.page("message.html", status=409, title="Pedido não alterado", text=_NOT_WAITING)
    return web.Response(status=303, headers={"Location": visit.path(f"/pedidos/{order.id}")})


def _order_page(visit: Visit, order: Order, message: str | None = None) -> web.Response:
    return visit.page(
        "order.html",
        status=422 if message else 200,
        order=views.order(visit.store, order),
        history=list(reversed(order.history)),
        may_pay="paid" in allowed_after(order.status),
        may_cancel="cancelled" in allowed_after(order.status),
        message=message,
        words=words,
    )


def _find(visit: Visit) -> Order:
    order = visit.store.orders.get(int(visit.request.match_info["order"]))
    if order is None:
        raise web.HTTPNotFound
    return order
