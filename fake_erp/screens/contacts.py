"""Clientes e Fornecedores: the list, adding, changing and deleting."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fake_erp import registering
from fake_erp.contacts import CUSTOMER, DELETED, SELLER, Contact
from fake_erp.screens.fields import page_of
from fake_erp.screens.visit import Visit

LABELS = {
    "nome": "Nome",
    "fantasia": "Fantasia",
    "codigo": "Código",
    "tipo_pessoa": "Tipo de pessoa (F, J ou E)",
    "cpf_cnpj": "CPF ou CNPJ",
    "ie": "Inscrição estadual",
    "contribuinte": "Contribuinte de ICMS (0, 1, 2 ou 9)",
    "endereco": "Endereço",
    "numero": "Número",
    "complemento": "Complemento",
    "bairro": "Bairro",
    "cep": "CEP",
    "cidade": "Cidade",
    "uf": "UF",
    "fone": "Telefone",
    "celular": "Celular",
    "email": "E-mail",
    "obs": "Observações",
}
TYPES = (CUSTOMER, "Fornecedor", SELLER)


async def show(visit: Visit) -> web.StreamResponse:
    text = visit.request.query.get("pesquisa", "").strip()
    folded = text.casefold()
    found = [
        contact
        for contact in visit.world.contacts.all()
        if contact.situacao != DELETED
        and any(folded in contact.data[name].casefold() for name in ("nome", "codigo", "cpf_cnpj"))
    ]
    return visit.page("contacts.html", section="contacts", shown=page_of(visit, found), text=text, done=visit.done)


async def new(visit: Visit) -> web.StreamResponse:
    return _page(visit, None)


async def open_contact(visit: Visit) -> web.StreamResponse:
    return _page(visit, _contact(visit))


async def add(visit: Visit) -> web.StreamResponse:
    form = await visit.form()
    sent = registering.read(visit.world, _document(form))
    if sent.reasons:
        return _page(visit, None, problem="; ".join(text for text, _ in sent.reasons), typed=form)
    contact = registering.include(visit.world, sent)
    return visit.go(f"/contatos/{contact.id}", "incluido")


async def save(visit: Visit) -> web.StreamResponse:
    contact, form = _contact(visit), await visit.form()
    # What this screen does not show stays.
    known = {name: contact.data.get(registering.STORED.get(name, name), "") for name in registering.SIZES}
    sent = registering.read(visit.world, {**known, **_document(form)})
    if sent.reasons:
        return _page(visit, contact, problem="; ".join(text for text, _ in sent.reasons), typed=form)
    registering.replace(visit.world, contact, sent)
    return visit.go(f"/contatos/{contact.id}", "salvo")


async def delete(visit: Visit) -> web.StreamResponse:
    contact = _contact(visit)
    await visit.form()
    registering.remove(visit.world, contact)
    return visit.go("/contatos", "excluido")


def _document(form: dict[str, str]) -> dict[str, Any]:
    types = [{"tipo": form["tipo"]}] if form.get("tipo") else []
    return {**{name: form.get(name, "") for name in LABELS}, "situacao": "A", "tipos_contato": types}


def _contact(visit: Visit) -> Contact:
    contact = visit.world.contacts.get(int(visit.request.match_info["contact"]))
    if contact is None:
        raise web.HTTPNotFound
    return contact


def _page(
    visit: Visit, contact: Contact | None, *, problem: str = "", typed: dict[str, str] | None = None
) -> web.Response:
    stored = contact.data if contact else {}
    values = {name: stored.get(registering.STORED.get(name, name), "") for name in LABELS}
    return visit.page(
        "contact.html",
        section="contacts",
        status=422 if problem else 200,
        contact=contact,
        labels=LABELS,
        values={**values, **(typed or {})},
        types=[(name, name) for name in TYPES],
        problem=problem,
        done=visit.done,
    )
