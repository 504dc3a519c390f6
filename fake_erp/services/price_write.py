"""`produto.atualizar.precos.php`: prices in a JSON body (contract, products §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes, editing, extensions
from fake_erp.envelope import Answer
from fake_erp.moods import DECIMAL
from fake_erp.services import batch, payload
from fake_erp.services.call import whole
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.services.call import Call

_NAMES = ("preco", "preco_promocional")


def update(call: Call) -> Answer:
    """Each product by itself; some refused and some not is `Parcial`."""
    world = call.world

    def act(record: dict[str, Any]) -> dict[str, Any]:
        product = world.catalogue.get(whole(record.get("id")))
        if product is None or product.situacao == "E":
            raise codes.RecordRefusal(codes.NOT_FOUND, (("Produto não localizado", "id"),))
        wanted = {name: record[name] for name in _NAMES if record.get(name) not in (None, "")}
        if not world.has(extensions.PROMOTIONAL_PRICE):
            wanted.pop("preco_promocional", None)
        for name, value in wanted.items():
            try:
                editing.check(name, value)
            except editing.BadField:
                reason = (f"O valor {str(value)[:40]} do campo {name} é inválido", name)
                raise codes.RecordRefusal(codes.INVALID, (reason,)) from None
        if wanted:
            editing.change(world, product, wanted)
        return {"id": product.id, "preco": product.preco, "preco_promocional": product.preco_promocional}

    records = [{"sequencia": number, **each} for number, each in enumerate(_sent(call), start=1)]
    answer = batch.perform(call, "produto.atualizar.precos", records, act, preco=DECIMAL, preco_promocional=DECIMAL)
    if answer.processed == codes.PARTLY:
        answer.status = "Parcial"
    return answer


def _sent(call: Call) -> list[dict[str, Any]]:
    """`{"precos": […]}` in the body; one client sends it in a field `data`. Refuses with 10 and 3."""
    raw: str | bytes = call.json_body or call.text("data")
    if not raw:
        raise codes.Refusal(codes.PARAMETER_MISSING, "O parâmetro precos não foi informado", "precos")
    document = payload.parsed(raw)
    entries = document.get("precos") if isinstance(document, dict) else None
    usable = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    if not usable:
        raise codes.Refusal(codes.MALFORMED)
    return usable


# `formato` is none of its parameters, and the sample without it is answered in JSON (§5).
SERVICES = (
    Service(
        name="produto.atualizar.precos.php",
        perform=update,
        params=frozenset({"data"}),
        json_body=True,
        json_by_default=True,
    ),
)
