"""`contatos.pesquisa.php` and `contato.obter.php` (contract, contacts §2 and §3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_erp import codes, registering
from fake_erp.company import dotted_cep, dotted_document
from fake_erp.contacts import DELETED, Contact, digits
from fake_erp.envelope import Answer
from fake_erp.moments import parse_moment, write_moment
from fake_erp.moods import DECIMAL, HOLLOW, INTEGER, LIST, ROW_TEXT, TEXT, WORD, Table
from fake_erp.services.call import id_named
from fake_erp.services.paging import page_of
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from datetime import datetime

    from fake_erp.services.call import Call

_SEARCH = frozenset(
    {
        *("pesquisa", "cpf_cnpj", "idVendedor", "nomeVendedor", "situacao", "pagina"),
        *("dataCriacao", "dataMinimaAtualizacao"),
    }
)
_TEXTS = ("codigo", "nome", "fantasia", "tipo_pessoa", "cpf_cnpj", "endereco", "numero", "complemento", "bairro", "cep")
_ROW = Table(
    id=INTEGER,
    **dict.fromkeys(_TEXTS, TEXT),
    **dict.fromkeys(("cidade", "uf", "email", "fone"), TEXT),
    id_lista_preco=HOLLOW,
    id_vendedor=HOLLOW,
    nome_vendedor=ROW_TEXT,
    situacao=WORD,
    data_criacao=WORD,
)
_NOT_TEXT = ("im", "limite_credito", "id_vendedor", "nome_vendedor")
_RECORD = Table(
    id=INTEGER,
    **{name: TEXT for name in registering.SIZES if name not in _NOT_TEXT},
    im=HOLLOW,
    limite_credito=DECIMAL,
    id_vendedor=HOLLOW,
    nome_vendedor=HOLLOW,
    situacao=WORD,
    data_criacao=WORD,
    data_atualizacao=WORD,
)

Test = Callable[[Contact], bool]


def search(call: Call) -> Answer:
    """One page. `pesquisa` is documented as required, but an empty one lists everything (§2)."""
    tests = _tests(call)
    found = [contact for contact in call.world.contacts.all() if all(test(contact) for test in tests)]
    page = page_of(call, found)
    rows = [{"contato": _row(call, contact)} for contact in page.records]
    return Answer(page.speller, {**page.numbers, "contatos": rows})


def obtain(call: Call) -> Answer:
    """The whole record. Unknown: code 20 was captured, 32 is the table's."""
    contact = call.world.contacts.get(id_named(call))
    if contact is None or contact.situacao == DELETED:
        if call.world.settings.unknown_contact_is_32:
            raise codes.Refusal(codes.NOT_FOUND, "Contato não localizado")
        raise codes.Refusal(codes.NO_RECORDS)
    speller = call.moods.speller("contato", contact.id)
    record = speller.record(_RECORD, _values(call, contact))
    types = [{"tipo": each} for each in contact.types]
    people = [
        {"pessoa_contato": {"id_pessoa": str(contact.id * 100 + number), **person}}
        for number, person in enumerate(contact.people)
    ]
    speller.put(record, "tipos_contato", LIST, types)
    speller.put(record, "pessoas_contato", LIST, people)
    return Answer(speller, {"contato": record})


def _tests(call: Call) -> list[Test]:
    tests: list[Test] = []
    if text := call.text("pesquisa").casefold():
        tests.append(lambda c: text in c.data["nome"].casefold() or text in c.data["codigo"].casefold())
    if document := call.text("cpf_cnpj"):
        if call.world.settings.exact_document_search:
            tests.append(lambda c: c.data["cpf_cnpj"] == document)
        else:
            tests.append(lambda c: digits(c.data["cpf_cnpj"]) == digits(document))
    if call.text("idVendedor") or call.text("nomeVendedor"):
        seller = call.world.contacts.seller(call.text("idVendedor"), call.text("nomeVendedor"))
        tests.append(lambda c: seller is not None and c.data.get("id_vendedor") == str(seller.id))
    if situacao := call.text("situacao"):
        if situacao not in ("Ativo", "Excluido"):
            raise codes.Refusal(codes.INVALID, f"A situação {situacao[:40]} é inválida", "situacao")
        tests.append(lambda c: (c.situacao == DELETED) == (situacao == "Excluido"))
    if created := _moment(call, "dataCriacao"):
        tests.append(lambda c: c.created.replace(microsecond=0) >= created)
    if changed := _moment(call, "dataMinimaAtualizacao"):
        tests.append(lambda c: c.updated.replace(microsecond=0) >= changed)
    return tests


def _moment(call: Call, name: str) -> datetime | None:
    text = call.text(name)
    try:
        return parse_moment(text) if text else None
    except ValueError:
        raise codes.Refusal(codes.INVALID, f"A data {text[:40]} é inválida", name) from None


def _shown(call: Call, contact: Contact) -> dict[str, str]:
    """Under the names of these services, document and CEP punctuated as in the official sample (§3)."""
    stored = contact.data
    values = {name: stored.get(registering.STORED.get(name, name), "") for name in registering.SIZES}
    if call.world.settings.mask_documents:
        cep = digits(values["cep"])
        values["cep"] = dotted_cep(cep) if len(cep) == 8 else values["cep"]
        values["cpf_cnpj"] = dotted_document(values["cpf_cnpj"])
    return values


def _row(call: Call, contact: Contact) -> dict[str, Any]:
    values = {
        **_shown(call, contact),
        "id": contact.id,
        "id_lista_preco": "",
        "situacao": "Excluido" if contact.situacao == DELETED else "Ativo",
        "data_criacao": write_moment(contact.created),
    }
    return call.moods.speller("contatos", contact.id).record(_ROW, values)


def _values(call: Call, contact: Contact) -> dict[str, Any]:
    shown = _shown(call, contact)
    return {
        **shown,
        "id": contact.id,
        "crt": shown["crt"] or "0",
        "contribuinte": shown["contribuinte"] or "0",
        "limite_credito": shown["limite_credito"] or "0.00",
        "situacao": contact.situacao,
        "data_criacao": write_moment(contact.created),
        "data_atualizacao": write_moment(contact.updated),
    }


SERVICES = (
    Service(name="contatos.pesquisa.php", perform=search, params=_SEARCH),
    Service(name="contato.obter.php", perform=obtain, params=frozenset({"id"})),
)
