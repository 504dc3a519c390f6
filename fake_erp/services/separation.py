"""`separacoes/pesquisar` and `separacao.obter.php`: how far the picking of an order is (contract, orders §12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.envelope import Answer
from fake_erp.moods import INTEGER, WORD, Table
from fake_erp.services.call import id_named
from fake_erp.services.paging import page_of
from fake_erp.services.service import Service
from fake_erp.shipping import SEPARATION_STATES

if TYPE_CHECKING:
    from fake_erp.services.call import Call

_ROW = Table(id=INTEGER, idOrigem=INTEGER, objOrigem=WORD, numero=INTEGER, data=WORD, situacao=INTEGER)


def search(call: Call) -> Answer:
    """By `situacao` (1 waiting, 2 separated, 3 packed, 4 in separation); without it all."""
    wanted = call.text("situacao")
    if wanted and wanted not in [str(state) for state in SEPARATION_STATES]:
        raise codes.Refusal(codes.INVALID, f"A situação {wanted[:40]} é inválida", "situacao")
    separations = call.world.shipping.separations
    found = [order for order, (state, _) in separations.items() if wanted in ("", str(state))]
    page = page_of(call, found)
    return Answer(page.speller, {**page.numbers, "separacoes": [_record(call, order) for order in page.records]})


def obtain(call: Call) -> Answer:
    """A separation has the id of its order. Unknown: code 32."""
    order_id = id_named(call, "idSeparacao" if call.text("idSeparacao") else "id")
    if order_id not in call.world.shipping.separations:
        raise codes.Refusal(codes.NOT_FOUND, "Separação não localizada")
    record = _record(call, order_id)
    return Answer(call.moods.speller("separacao.obter", order_id), {"separacao": record})


def _record(call: Call, order_id: int) -> dict[str, Any]:
    state, day = call.world.shipping.separations[order_id]
    order = call.world.orders.get(order_id)
    values = {
        "id": order_id,
        "idOrigem": order_id,
        "objOrigem": "venda",
        "numero": order.numero if order else 0,
        "data": day.strftime("%d/%m/%Y"),
        "situacao": state,
    }
    return call.moods.speller("separacao", order_id).record(_ROW, values)


SERVICES = (
    Service(name="separacoes/pesquisar", perform=search, params=frozenset({"situacao", "pagina"})),
    Service(name="separacao.obter.php", perform=obtain, params=frozenset({"id", "idSeparacao"})),
)
