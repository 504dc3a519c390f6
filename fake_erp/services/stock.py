"""`produto.obter.estoque.php`: the balance of a product in each depot (contract, products §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.envelope import Answer
from fake_erp.moods import AMOUNT, INTEGER, LIST, RESERVED, TEXT, WORD, Table
from fake_erp.records import plain
from fake_erp.services.call import product_named

if TYPE_CHECKING:
    from decimal import Decimal

    from fake_erp.records import Depot
    from fake_erp.services.call import Call
    from fake_erp.stock import Level

_FIELDS = Table(id=INTEGER, nome=TEXT, codigo=TEXT, unidade=WORD, saldo=AMOUNT, saldoReservado=RESERVED, depositos=LIST)
# A depot's name is what clients choose by: it is never padded.
_DEPOT = Table(nome=WORD, desconsiderar=WORD, saldo=AMOUNT, empresa=WORD)

SCOPE = "estoque"


def obtain(call: Call) -> Answer:
    """Physical balance, reserved quantity and depots. Unknown: code 32 (observed, Reads)."""
    product = product_named(call, codes.NOT_FOUND)
    level = call.world.level(product)
    values: dict[str, Any] = {
        "id": product.id,
        "nome": product.nome,
        "codigo": product.codigo,
        "unidade": product.unidade,
        "saldo": plain(level.physical),
        "saldoReservado": plain(level.reserved),
        "depositos": depots_of(call, product.id, level),
    }
    speller = call.moods.speller(SCOPE, product.id)
    record = speller.record(_FIELDS, values)
    # Filled only where stock reservation is on (§3).
    if not call.world.settings.reservation:
        record["saldoReservado"] = None
    return Answer(speller, {"produto": record})


def depots_of(call: Call, product_id: int, level: Level) -> list[Any]:
    """The balances of a product's depots, each in its wrapper."""
    return [{"deposito": _depot(call, product_id, depot, amount)} for depot, amount in level.depots]


def _depot(call: Call, product_id: int, depot: Depot, amount: Decimal) -> dict[str, Any]:
    values = {
        "nome": depot.nome,
        "desconsiderar": "S" if depot.ignored else "N",
        "saldo": plain(amount),
        "empresa": depot.empresa,
    }
    return call.moods.speller(f"deposito:{depot.nome}", product_id).record(_DEPOT, values)
