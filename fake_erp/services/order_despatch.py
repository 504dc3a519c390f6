"""`cadastrar.codigo.rastreamento.pedido.php`: despatch data of an order (contract, orders §9)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from fake_erp import codes, shipping, trade
from fake_erp.envelope import Answer
from fake_erp.moments import parse_moment
from fake_erp.services.call import order_named
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.services.call import Call

# The parameter, the name by which an order is read, and its size.
_TEXTS = {
    "codigoRastreamento": ("codigo_rastreamento", 20),
    "urlRastreamento": ("url_rastreamento", 120),
    "formaEnvio": ("forma_envio", 30),
    "formaFrete": ("forma_frete", 30),
    "transportadora": ("nome_transportador", 30),
}
_NUMBERS = ("freteEmpresa", "volumes", "pesoBruto", "pesoLiquido")
_PARAMS = frozenset({"id", *_TEXTS, *_NUMBERS, "dataPrevista", "observacoes"})


def register(call: Call) -> Answer:
    """What is named is set, the rest stays."""
    order = order_named(call)
    tracking = {stored: call.text(name)[:size] for name, (stored, size) in _TEXTS.items() if name in call.params}
    _require_sense(call)
    if "dataPrevista" in call.params:
        order.texts["data_prevista"] = call.text("dataPrevista")
    trade.set_tracking(call.world, order, tracking, by=trade.API)
    return Answer(call.moods.speller("rastreamento", order.id), {})


def _require_sense(call: Call) -> None:
    for name in _NUMBERS:
        try:
            if (text := call.text(name)) and not Decimal(text).is_finite():
                raise InvalidOperation
        except InvalidOperation:
            raise codes.Refusal(codes.INVALID, f"O valor {text[:40]} do campo {name} é inválido", name) from None
    if text := call.text("dataPrevista"):
        try:
            parse_moment(text)
        except ValueError:
            raise codes.Refusal(codes.INVALID, f"A data {text[:40]} é inválida", "dataPrevista") from None
    carrier = call.text("transportadora")
    if call.text("formaEnvio").upper() == "T" and carrier and not shipping.carrier_named(carrier):
        raise codes.Refusal(codes.INVALID, f"A transportadora {carrier[:40]} não foi localizada", "transportadora")


SERVICES = (Service(name="cadastrar.codigo.rastreamento.pedido.php", perform=register, params=_PARAMS),)
