"""The services of the expedition: what is to be sent, grouped, labelled (contract, orders §12)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from fake_erp import codes, shipping
from fake_erp.envelope import Answer
from fake_erp.moments import parse_moment
from fake_erp.moods import DECIMAL, INTEGER, REFERENCE, WORD, Table
from fake_erp.services import payload
from fake_erp.services.call import id_named, required, whole
from fake_erp.services.paging import page_of
from fake_erp.services.service import Service
from scenarios.harness.clock import BRASILIA

if TYPE_CHECKING:
    from datetime import date

    from fake_erp.services.call import Call
    from fake_erp.shipping import Expedition

_EXPEDITION = Table(
    id=INTEGER,
    tipoObjeto=WORD,
    idObjeto=INTEGER,
    dataEmissao=WORD,
    idFormaEnvio=REFERENCE,
    formaEnvio=WORD,
    idFormaFrete=REFERENCE,
    formaFrete=WORD,
    volumes=INTEGER,
    pesoBruto=DECIMAL,
    pesoLiquido=DECIMAL,
    codigoRastreamento=WORD,
    urlRastreamento=WORD,
    tipoEmbalagem=REFERENCE,
    idAgrupamento=REFERENCE,
)
_GROUP = Table(idAgrupamento=INTEGER)
# What `expedicao.alterar.php` takes; the names are those of the despatch data (§9).
_CHANGEABLE = {
    "volumes": "volumes",
    "pesoBruto": "peso_bruto",
    "pesoLiquido": "peso_liquido",
    "codigoRastreamento": "codigo_rastreamento",
    "urlRastreamento": "url_rastreamento",
    "tipoEmbalagem": "tipo_embalagem",
}
_LONGEST = {"codigoRastreamento": 25, "urlRastreamento": 120}


def search(call: Call) -> Answer:
    """By day and shipping form, which is required; ungrouped ones unless the call says otherwise."""
    form = _form(call, required(call, "formaEnvio"))
    first, last = _day(call, "dataInicial"), _day(call, "dataFinal")
    undefined, grouped = call.text("incluirNaoDefinidas") == "S", call.text("incluirAgrupadas") == "S"
    found = [
        each
        for each in call.world.shipping
        if (each.form_id == form.id or (undefined and not each.form_id))
        and (grouped or not each.group_id)
        and (first is None or each.day >= first)
        and (last is None or each.day <= last)
    ]
    page = page_of(call, found)
    rows = [{"expedicao": _record(call, each)} for each in page.records]
    return Answer(page.speller, {**page.numbers, "expedicoes": rows})


def obtain(call: Call) -> Answer:
    """By its own id, or by the order's or invoice's."""
    if call.text("idObjeto") and not call.text("idExpedicao"):
        found = call.world.shipping.of_object(_kind(call), id_named(call, "idObjeto"))
    else:
        found = call.world.shipping.expeditions.get(id_named(call, "idExpedicao"))
    expedition = _there(found)
    return Answer(call.moods.speller("expedicao.obter", expedition.id), {"expedicao": _record(call, expedition)})


def change(call: Call) -> Answer:
    """Shipping form, volumes, weights, tracking and packing; what is not named stays."""
    expedition = _there(call.world.shipping.expeditions.get(id_named(call, "idExpedicao")))
    sent = payload.record(call, "expedicao", "expedicao")
    changes = _changes(call, sent)
    call.world.journal.append("expedition_changed", id=expedition.id, fields=sorted(changes))
    for name, value in changes.items():
        setattr(expedition, name, value)
    return Answer(call.moods.speller("expedicao.alterar", expedition.id), {})


def release(call: Call) -> Answer:
    """Send an order or an invoice to the expedition. An invoice that is not authorised: code 34."""
    kind, number = _kind(call), id_named(call, "idObjeto")
    if kind == shipping.ORDER and call.world.orders.get(number) is None:
        raise codes.Refusal(codes.NOT_FOUND, "Pedido não localizado")
    if kind == shipping.NOTE:
        call.world.notes.require_authorised(number)
    call.world.journal.append("released", object=number, tipo=kind)
    expedition = call.world.shipping.release(kind, number, _today(call))
    return Answer(call.moods.speller("expedicao.liberar", expedition.id), {})


def group(call: Call) -> Answer:
    """Group expeditions of one shipping form; one that is in a group already is refused."""
    sent = payload.records(call, "expedicoes", "expedicoes", "expedicao")
    members = [_there(call.world.shipping.expeditions.get(whole(each.get("id")))) for each in sent]
    if any(each.group_id for each in members):
        raise codes.Refusal(codes.INVALID, "A expedição já está em um agrupamento", "id")
    forms = {each.form_id for each in members}
    if len(forms) > 1 or not forms.copy().pop():
        raise codes.Refusal(codes.INVALID, "As expedições devem ter a mesma forma de envio", "formaEnvio")
    call.world.journal.append("grouped", expeditions=[each.id for each in members])
    made = call.world.shipping.group(forms.pop(), members, _today(call))
    speller = call.moods.speller("agrupamento", made.id)
    record = {"sequencia": "1", "status": "OK", **speller.record(_GROUP, {"idAgrupamento": made.id})}
    entry = {"registro": record}
    return Answer(speller, {"registros": [entry] if speller.roll("registros") < 64 else entry})


def conclude(call: Call) -> Answer:
    """Close a grouping. Closing it twice is refused."""
    found = _group(call)
    if found.concluded:
        raise codes.Refusal(codes.INVALID, "O agrupamento já está concluído", "idAgrupamento")
    call.world.journal.append("group_concluded", id=found.id)
    found.concluded = True
    return Answer(call.moods.speller("agrupamento.concluir", found.id), {})


def labels(call: Call) -> Answer:
    """Addresses of the labels; only a concluded grouping has them."""
    found = _group(call)
    if not found.concluded:
        raise codes.Refusal(codes.INVALID, "O agrupamento não está concluído", "idAgrupamento")
    members = call.world.shipping.members(found.id)
    links = [{"link": f"https://erp.example/etiquetas/{found.id}/{each.id}"} for each in members]
    return Answer(call.moods.speller("etiquetas", found.id), {"links": links})


def _group(call: Call) -> shipping.Group:
    found = call.world.shipping.groups.get(id_named(call, "idAgrupamento"))
    if found is None:
        raise codes.Refusal(codes.NOT_FOUND, "Agrupamento não localizado")
    return found


def _there(found: Expedition | None) -> Expedition:
    if found is None:
        raise codes.Refusal(codes.NOT_FOUND, "Expedição não localizada")
    return found


def _kind(call: Call) -> str:
    kind = required(call, "tipoObjeto")
    if kind not in (shipping.ORDER, shipping.NOTE):
        raise codes.Refusal(codes.INVALID, f"O tipo de objeto {kind[:40]} é inválido", "tipoObjeto")
    return kind


def _form(call: Call, text: str) -> shipping.Form:
    """By its id or by its code."""
    form = shipping.form_by_id(whole(text)) or shipping.form_of(text)
    if form is None:
        raise codes.Refusal(codes.INVALID, f"A forma de envio {text[:40]} é inválida", "formaEnvio")
    return form


def _day(call: Call, name: str) -> date | None:
    text = call.text(name)
    if not text:
        return None
    try:
        return parse_moment(text).date()
    except ValueError:
        raise codes.Refusal(codes.INVALID, f"A data {text[:40]} é inválida", name) from None


def _today(call: Call) -> date:
    return call.world.clock.now().astimezone(BRASILIA).date()


def _changes(call: Call, sent: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, field in _CHANGEABLE.items():
        if name in sent:
            changes[field] = _checked(name, sent[name])
    if "idFormaEnvio" in sent:
        form = _form(call, str(sent["idFormaEnvio"]))
        changes["form_id"] = form.id
        changes["service_id"] = _service_id(form, sent.get("idFormaFrete"))
    return changes


def _service_id(form: shipping.Form, given: Any) -> int:
    """A service of this form; anything else is kept out (§2.2)."""
    return next((each.id for each in form.services if each.id == whole(given)), 0)


def _checked(name: str, value: Any) -> Any:
    if name in _LONGEST:
        return str(value)[: _LONGEST[name]] if isinstance(value, (str, int)) else ""
    try:
        number = Decimal(str(value))
        if isinstance(value, bool) or not number.is_finite() or not 0 <= number < 10**9:
            raise InvalidOperation
    except InvalidOperation:
        raise codes.Refusal(codes.INVALID, f"O valor {str(value)[:40]} do campo {name} é inválido", name) from None
    return f"{number:.3f}" if name.startswith("peso") else int(number)


def _record(call: Call, each: Expedition) -> dict[str, Any]:
    form = shipping.form_by_id(each.form_id)
    service = next((one for one in form.services if one.id == each.service_id), None) if form else None
    values = {
        "id": each.id,
        "tipoObjeto": each.kind,
        "idObjeto": each.object_id,
        "dataEmissao": each.day.strftime("%d/%m/%Y"),
        "idFormaEnvio": each.form_id,
        "formaEnvio": form.nome if form else "",
        "idFormaFrete": each.service_id,
        "formaFrete": service.descricao if service else "",
        "volumes": each.volumes,
        "pesoBruto": each.peso_bruto,
        "pesoLiquido": each.peso_liquido,
        "codigoRastreamento": each.codigo_rastreamento,
        "urlRastreamento": each.url_rastreamento,
        "tipoEmbalagem": each.tipo_embalagem,
        "idAgrupamento": each.group_id,
    }
    return call.moods.speller("expedicao", each.id).record(_EXPEDITION, values)


_SEARCH = {"dataInicial", "dataFinal", "formaEnvio", "incluirNaoDefinidas", "incluirAgrupadas", "pagina"}

SERVICES = (
    Service(name="expedicao.pesquisa.php", perform=search, params=frozenset(_SEARCH)),
    Service(name="expedicao.obter.php", perform=obtain, params=frozenset({"idExpedicao", "idObjeto", "tipoObjeto"})),
    Service(name="expedicao.alterar.php", perform=change, params=frozenset({"idExpedicao", "expedicao"})),
    Service(name="expedicao.liberar.objetos.php", perform=release, params=frozenset({"idObjeto", "tipoObjeto"})),
    Service(name="expedicao.incluir.agrupamento.php", perform=group, params=frozenset({"expedicoes"})),
    Service(name="expedicao.concluir.agrupamento.php", perform=conclude, params=frozenset({"idAgrupamento"})),
    Service(name="expedicao.obter.etiquetas.impressao.php", perform=labels, params=frozenset({"idAgrupamento"})),
)
