"""`contato.incluir.php` and `contato.alterar.php`: batches of up to twenty (contract, contacts §4 and §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import codes, registering
from fake_erp.envelope import Answer
from fake_erp.services import batch, payload
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.contacts import Contact
    from fake_erp.services.call import Call
    from fake_erp.worlds import ErpWorld

_PARAMS = frozenset({"contato"})


def include(call: Call) -> Answer:
    """Every missing field of a record is reported at once; a duplicate is code 30."""
    world = call.world

    def act(record: dict[str, Any]) -> dict[str, Any]:
        sent = _understood(world, record)
        if registering.duplicate(world, sent.values):
            raise codes.RecordRefusal(codes.DUPLICATE)
        return {"id": registering.include(world, sent).id}

    records = payload.records(call, "contato", "contatos", "contato")
    world.require_space(len(records))
    return batch.perform(call, "contato.incluir", records, act)


def alter(call: Call) -> Answer:
    """The record is replaced. Found by `id`, then `codigo`, then `cpf_cnpj` (§5)."""
    world = call.world

    def act(record: dict[str, Any]) -> dict[str, Any]:
        contact, sent = _found(world, record), _understood(world, record)
        if registering.duplicate(world, sent.values, contact):
            raise codes.RecordRefusal(codes.DUPLICATE)
        registering.replace(world, contact, sent)
        return {"id": contact.id}

    answer = batch.perform(call, "contato.alterar", payload.records(call, "contato", "contatos", "contato"), act)
    # The official sample of a success has 2 together with OK (§5).
    if not answer.refused and answer.speller.roll("status_2") < 96:
        answer.processed = codes.WITH_ERRORS
    return answer


def _understood(world: ErpWorld, record: dict[str, Any]) -> registering.Sent:
    sent = registering.read(world, record)
    reasons = list(sent.reasons)
    if not batch.sequence_of(record):
        reasons.insert(0, ("O número de sequência deve ser informado", ""))
    if reasons:
        raise codes.RecordRefusal(codes.INVALID, tuple(reasons))
    return sent


def _found(world: ErpWorld, record: dict[str, Any]) -> Contact:
    """The contact that a record speaks of. Refuses with 32 (none) and 33 (more than one)."""
    number = str(record.get("id") or "").strip()
    if number:
        contact = (
            world.contacts.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
        )
        found = [contact] if contact and contact.situacao != "E" else []
    else:
        key = "codigo" if str(record.get("codigo") or "").strip() else "cpf_cnpj"
        found = world.contacts.all_with(key, str(record.get(key) or "").strip())
    if len(found) > 1:
        raise codes.RecordRefusal(codes.FOUND_TWICE)
    if not found:
        raise codes.RecordRefusal(codes.NOT_FOUND, (("Contato não localizado", ""),))
    return found[0]


SERVICES = (
    Service(name="contato.incluir.php", perform=include, params=_PARAMS, batch=True),
    Service(name="contato.alterar.php", perform=alter, params=_PARAMS, batch=True),
)
