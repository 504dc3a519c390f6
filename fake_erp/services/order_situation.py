"""`pedido.alterar.situacao`: any situation to any other (contract, orders §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_erp import codes, trade
from fake_erp.envelope import Answer
from fake_erp.services.call import order_named
from fake_erp.situations import SETTABLE, situation_named

if TYPE_CHECKING:
    from fake_erp.services.call import Call

PARAMS = frozenset({"id", "situacao"})


def change(call: Call) -> Answer:
    """Success has no body beyond the envelope. Words with blanks are taken too (observed, Writes)."""
    order, text = order_named(call), call.text("situacao")
    if not text:
        raise codes.Refusal(codes.PARAMETER_MISSING, "O parâmetro situacao não foi informado", "situacao")
    situacao = situation_named(text)
    if situacao is None or situacao not in SETTABLE:
        raise codes.Refusal(codes.INVALID, f"A situação {text[:40]} é inválida", "situacao")
    trade.set_situation(call.world, order, situacao, by=trade.API)
    return Answer(call.moods.speller("situacao", order.id), {})
