"""`pedido.marcadores.incluir` and `pedido.marcadores.remover` (contract, orders §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes, trade
from fake_erp.envelope import Answer
from fake_erp.services import payload
from fake_erp.services.call import order_named, whole
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.services.call import Call

_LONGEST = 50


def include(call: Call) -> Answer:
    """Add markers; an unknown description becomes a new one."""
    order = order_named(call, "idPedido")
    named = [_name(call, each, unknown_is_new=True) for each in _sent(call)]
    trade.mark(call.world, order, (*order.marcadores, *named), by=trade.API)
    return Answer(call.moods.speller("marcadores.incluir", order.id), {})


def remove(call: Call) -> Answer:
    """Take markers off; one that the order does not have is no fault."""
    order = order_named(call, "idPedido")
    named = {_name(call, each, unknown_is_new=False).casefold() for each in _sent(call)}
    kept = tuple(each for each in order.marcadores if each.casefold() not in named)
    trade.mark(call.world, order, kept, by=trade.API)
    return Answer(call.moods.speller("marcadores.remover", order.id), {})


def _sent(call: Call) -> list[dict[str, Any]]:
    return payload.records(call, "marcadores", "marcadores", "marcador")


def _name(call: Call, sent: dict[str, Any], *, unknown_is_new: bool) -> str:
    """By description or by id, one of which must be given."""
    text = str(sent.get("descricao") or "").strip()[:_LONGEST]
    if text:
        return text
    if not sent.get("id"):
        raise codes.Refusal(codes.INVALID, "O id ou a descrição do marcador deve ser informado", "marcadores")
    known = call.world.markers.names.get(whole(sent["id"]))
    if known is None and unknown_is_new:
        raise codes.Refusal(codes.NOT_FOUND, "Marcador não localizado", "marcadores")
    return known or ""


_PARAMS = frozenset({"idPedido", "marcadores"})

SERVICES = (
    Service(name="pedido.marcadores.incluir", perform=include, params=_PARAMS, both=True),
    Service(name="pedido.marcadores.remover", perform=remove, params=_PARAMS, both=True),
)
