"""`pedido.alterar.php`: the few data of an order that can change (contract, orders §6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fake_erp import codes, trade
from fake_erp.envelope import Answer
from fake_erp.records import ZERO
from fake_erp.services import payload
from fake_erp.services.call import order_named
from fake_erp.services.sent_order import SentOrder
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from datetime import date

    from fake_erp.orders import Order
    from fake_erp.services.call import Call

_NOTES = {"obs": "obs", "obs_interna": "obs_interna"}


@dataclass
class _Changes:
    """What the call wants; nothing of it is done before all of it is understood."""

    texts: dict[str, str] = field(default_factory=dict)
    shipped: date | None = None
    instalments: tuple[dict[str, str], ...] | None = None
    payments: tuple[dict[str, str], ...] | None = None


def change(call: Call) -> Answer:
    """Change what is named; instalments that do not add up are code 10 with `campo`."""
    order = order_named(call)
    changes = _understood(call, order, _sent(call))
    trade.record_change(call.world, order, by=trade.API)
    order.texts.update(changes.texts)
    if changes.shipped:
        order.days["data_envio"] = changes.shipped
    if changes.instalments is not None:
        order.parcelas = changes.instalments
    if changes.payments is not None:
        order.pagamentos_integrados = changes.payments
    trade.changed(call.world, order, by=trade.API)
    return Answer(call.moods.speller("pedido.alterar", order.id), {})


def _sent(call: Call) -> dict[str, Any]:
    """`dados_pedido` as a form field or as a JSON body; both were met."""
    if call.text("dados_pedido"):
        document = payload.parsed(call.text("dados_pedido"))
    elif call.json_body:
        document = payload.parsed(call.json_body)
    else:
        raise codes.Refusal(codes.PARAMETER_MISSING, "O parâmetro dados_pedido não foi informado", "dados_pedido")
    inner = document.get("dados_pedido", document) if isinstance(document, dict) else None
    if not isinstance(inner, dict):
        raise codes.Refusal(codes.MALFORMED)
    return inner


def _understood(call: Call, order: Order, sent: dict[str, Any]) -> _Changes:
    # Lists are flat here; an order that is included has them in wrappers.
    wrapped = {
        **sent,
        "parcelas": _wrapped(sent.get("parcelas"), "parcela"),
        "pagamentos_integrados": _wrapped(sent.get("pagamentos_integrados"), "pagamento_integrado"),
    }
    reader = SentOrder(wrapped, call.world.clock.now(), refuse_long=call.world.settings.refuse_long_texts)
    changes = _Changes()
    changes.texts = {stored: reader.cut(sent, name, 100) for name, stored in _NOTES.items() if name in sent}
    if "data_prevista" in sent:
        expected = reader.day(sent, "data_prevista")
        changes.texts["data_prevista"] = expected.strftime("%d/%m/%Y") if expected else ""
    changes.shipped = reader.day(sent, "data_envio")
    if "parcelas" in sent:
        changes.instalments = tuple(reader.instalments())
    if "pagamentos_integrados" in sent:
        changes.payments = tuple(reader.integrated())
    if reader.reasons:
        text, name = reader.reasons[0]
        raise codes.Refusal(codes.INVALID, text, name)
    if changes.instalments:
        due = sum((Decimal(each["valor"]) for each in changes.instalments), start=ZERO)
        if due != order.total_pedido:
            text = "O valor total das parcelas deve ser igual ao valor total da venda."
            raise codes.Refusal(codes.PARAMETER_MISSING, text, "parcelas")
    return changes


def _wrapped(entries: Any, wrapper: str) -> list[Any]:
    """Flat entries in wrappers; those that have theirs already keep it."""
    listed = entries if isinstance(entries, list) else [entries]
    return [each if isinstance(each, dict) and wrapper in each else {wrapper: each} for each in listed]


SERVICES = (
    Service(
        name="pedido.alterar.php",
        perform=change,
        params=frozenset({"id", "dados_pedido"}),
        both=True,
        json_body=True,
    ),
)
