"""`produto.obter.estrutura.php`: what a manufactured product is made of (contract, products §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes
from fake_erp.envelope import Answer
from fake_erp.moods import DECIMAL, INTEGER, LIST, TEXT, Table
from fake_erp.services.call import product_named
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.services.call import Call

_FIELDS = Table(id=INTEGER, nome=TEXT, codigo=TEXT)
_ITEM = Table(id_componente=INTEGER, codigo=TEXT, nome=TEXT, quantidade=DECIMAL)


def obtain(call: Call) -> Answer:
    """The components, in their wrapper `item`. Unknown: code 32 (observed, Reads)."""
    product = product_named(call, codes.NOT_FOUND)
    speller = call.moods.speller("estrutura", product.id)
    record = speller.record(_FIELDS, product)
    speller.put(record, "estrutura", LIST, [_item(call, *part) for part in product.estrutura])
    return Answer(speller, {"produto": record})


def _item(call: Call, part: int, quantity: str) -> dict[str, Any]:
    component = call.world.catalogue.get(part)
    values = {
        "id_componente": part,
        "codigo": component.codigo if component else "",
        "nome": component.nome if component else "",
        "quantidade": quantity,
    }
    return {"item": call.moods.speller("componente", part).record(_ITEM, values)}


SERVICES = (Service(name="produto.obter.estrutura.php", perform=obtain, params=frozenset({"id"})),)
