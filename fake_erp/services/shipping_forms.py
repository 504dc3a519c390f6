"""`formas.envio.pesquisa.php` and `formas.envio.obter.php`: how the account sends (contract, orders §12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_erp import codes, shipping
from fake_erp.envelope import Answer
from fake_erp.moods import INTEGER, LIST, WORD, Table
from fake_erp.services.call import id_named
from fake_erp.services.paging import page_of
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.services.call import Call

_FORM = Table(id=INTEGER, nome=WORD, tipo=WORD, situacao=WORD)
_SERVICE = Table(id=INTEGER, descricao=WORD, codigo=WORD, codigo_externo=WORD, tipo_entrega=WORD)


def search(call: Call) -> Answer:
    page = page_of(call, shipping.FORMS)
    rows = [
        {"registro": call.moods.speller("formas.envio", form.id).record(_FORM, _values(form))} for form in page.records
    ]
    return Answer(page.speller, {**page.numbers, "registros": rows})


def obtain(call: Call) -> Answer:
    """A form with its registered services. Unknown: code 32."""
    form = shipping.form_by_id(id_named(call))
    if form is None:
        raise codes.Refusal(codes.NOT_FOUND, "Forma de envio não localizada")
    speller = call.moods.speller("forma.envio", form.id)
    record = speller.record(_FORM, _values(form))
    services = [
        {"forma_frete": call.moods.speller("forma.frete", each.id).record(_SERVICE, each)} for each in form.services
    ]
    speller.put(record, "formas_frete", LIST, services)
    return Answer(speller, {"forma_envio": record})


def _values(form: shipping.Form) -> dict[str, object]:
    return {"id": form.id, "nome": form.nome, "tipo": form.tipo, "situacao": "A"}


SERVICES = (
    Service(name="formas.envio.pesquisa.php", perform=search, params=frozenset({"pagina"})),
    Service(name="formas.envio.obter.php", perform=obtain, params=frozenset({"id"})),
)
