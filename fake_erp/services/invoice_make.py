"""`gerar.nota.fiscal.pedido.php` and `nota.fiscal.obter.link.php` (contract, orders §10.1 and §10.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_erp import codes, invoices, trade
from fake_erp.envelope import Answer
from fake_erp.moods import INTEGER, WORD, Table
from fake_erp.services.call import id_named, order_named
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.invoices import Note
    from fake_erp.services.call import Call

_MADE = Table(idNotaFiscal=INTEGER, numero=WORD, serie=WORD)


def note_named(call: Call) -> Note:
    """The invoice of the parameter `id`. Unknown: code 32 (§10.2)."""
    note = call.world.notes.get(id_named(call))
    if note is None:
        raise codes.Refusal(codes.NOT_FOUND, "Nota fiscal não localizada")
    return note


def generate(call: Call) -> Answer:
    """The invoice is created, not yet authorised."""
    order, model = order_named(call), call.text("modelo") or "NFe"
    if model not in invoices.MODELS:
        raise codes.Refusal(codes.INVALID, f"O modelo {model[:40]} é inválido", "modelo")
    try:
        note = invoices.generate(call.world, order, model, by=trade.API)
    except invoices.NoteError as error:
        raise codes.RecordRefusal(codes.INVALID, ((str(error), ""),)) from None
    speller = call.moods.speller("nota", note.id)
    values = {"idNotaFiscal": note.id, "numero": note.numero, "serie": note.serie}
    entry = {"registro": {"sequencia": "1", "status": "OK", **speller.record(_MADE, values)}}
    # List or object, as for orders (inferred).
    return Answer(speller, {"registros": [entry] if speller.roll("registros") < 64 else entry})


def link(call: Call) -> Answer:
    """A link is given even for an unauthorised invoice (seen), unless the world says otherwise: code 34."""
    note = note_named(call)
    if call.world.settings.link_needs_authorisation:
        call.world.notes.require_authorised(note.id)
    return Answer(call.moods.speller("link", note.id), {"link_nfe": note.url_danfe})


SERVICES = (
    Service(name="gerar.nota.fiscal.pedido.php", perform=generate, params=frozenset({"id", "modelo"})),
    Service(name="nota.fiscal.obter.link.php", perform=link, params=frozenset({"id"})),
)
