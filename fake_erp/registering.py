"""What makes a contact, for API and screen: fields, sizes, checks and texts (contract, contacts §3 to §5)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from validate_docbr import CNPJ, CPF

from fake_erp.contacts import DELETED, OTHER, Contact, digits
from fake_erp.moments import parse_moment
from scenarios.harness.places import STATES

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld

_ADDRESS = {"endereco": 50, "numero": 10, "complemento": 50, "bairro": 30, "cep": 10, "cidade": 30, "uf": 30}
# Sizes of §3, under the names of the contact services.
SIZES: dict[str, int] = {
    "codigo": 30,
    "nome": 50,
    "fantasia": 60,
    "tipo_pessoa": 1,
    "cpf_cnpj": 18,
    "ie": 18,
    "rg": 10,
    "im": 18,
    "tipo_negocio": 3,
    **_ADDRESS,
    "pais": 50,
    **{f"{name}_cobranca": size for name, size in _ADDRESS.items()},
    "contatos": 100,
    "fone": 40,
    "fax": 40,
    "celular": 40,
    "email": 50,
    "email_nfe": 50,
    "site": 40,
    "crt": 1,
    "contribuinte": 1,
    "estadoCivil": 20,
    "profissao": 50,
    "sexo": 10,
    "data_nascimento": 10,
    "naturalidade": 40,
    "nome_pai": 100,
    "cpf_pai": 18,
    "nome_mae": 100,
    "cpf_mae": 18,
    "limite_credito": 18,
    "id_vendedor": 18,
    "nome_vendedor": 50,
    "obs": 200,
}
PERSON_SIZES = {"nome": 50, "telefone": 30, "ramal": 20, "email": 50, "departamento": 50}
# The trade name is called otherwise inside orders (§2).
STORED = {"fantasia": "nome_fantasia"}

_CHOICES = {"tipo_pessoa": "FJE", "crt": "013", "contribuinte": "0129", "situacao": "AIS"}
_LONGEST_TYPE = 30

Reason = tuple[str, str]


@dataclass(frozen=True)
class Sent:
    """A contact as it was sent and understood; usable only if `reasons` is empty."""

    values: dict[str, str]
    situacao: str
    types: tuple[str, ...]
    people: list[dict[str, str]]
    reasons: list[Reason]


def read(world: ErpWorld, document: dict[str, Any]) -> Sent:
    """Every fault at once, each with its field or "" (§4)."""
    values = {name: _text(document.get(name)) for name in SIZES}
    situacao = _text(document.get("situacao")).upper()
    reasons: list[Reason] = []
    if not values["nome"]:
        reasons.append(("O nome do contato deve ser informado", ""))
    if not situacao:
        reasons.append(("A situação do contato deve ser informada", ""))
    reasons += [
        (f"O valor {text[:40]} do campo {name} é inválido", name)
        for name, known in _CHOICES.items()
        if (text := situacao if name == "situacao" else values[name].upper()) and (len(text) > 1 or text not in known)
    ]
    values["tipo_pessoa"] = values["tipo_pessoa"].upper()
    reasons += _oversized(world, values)
    reasons += _unusable(values)
    reasons += _unknown(world, values)
    types = tuple(dict.fromkeys(_types(document)))
    return Sent({STORED.get(n, n): text for n, text in values.items()}, situacao, types, _people(document), reasons)


def duplicate(world: ErpWorld, values: dict[str, str], own: Contact | None = None) -> bool:
    """Whether another contact has the key that must be unique; which one that is, is a setting (§7)."""
    key = world.settings.unique_contact_key
    if key == "none" or not values[key]:
        return False
    return any(other is not own for other in world.contacts.all_with(key, values[key]))


def include(world: ErpWorld, sent: Sent) -> Contact:
    """A new contact; without a type it is `Outro` (§4). Raises JournalFull."""
    world.journal.append("contact_added", codigo=sent.values["codigo"])
    contact = world.contacts.add(sent.values, world.clock.now(), sent.types or (OTHER,))
    contact.situacao, contact.people = sent.situacao, sent.people
    return contact


def replace(world: ErpWorld, contact: Contact, sent: Sent) -> None:
    """The call replaces the record; types and persons only add (§5). Raises JournalFull."""
    world.journal.append("contact_changed", id=contact.id)
    world.contacts.replace(contact, sent.values, world.clock.now())
    contact.situacao = sent.situacao
    contact.types = tuple(dict.fromkeys((*contact.types, *sent.types)))
    known = {person["nome"] for person in contact.people}
    contact.people = [*contact.people, *(person for person in sent.people if person["nome"] not in known)]


def remove(world: ErpWorld, contact: Contact) -> None:
    """A soft deletion: it can be listed still. Raises JournalFull."""
    world.journal.append("contact_removed", id=contact.id)
    contact.situacao, contact.updated = DELETED, world.clock.now()


def _oversized(world: ErpWorld, values: dict[str, str]) -> list[Reason]:
    """Texts over their size are cut, or refused where the world says so."""
    over = [name for name, text in values.items() if len(text) > SIZES[name] and name not in _CHOICES]
    if world.settings.refuse_long_texts:
        return [(f"O campo {name} deve ter no máximo {SIZES[name]} caracteres", name) for name in over]
    for name in over:
        values[name] = values[name][: SIZES[name]]
    return []


def _unusable(values: dict[str, str]) -> list[Reason]:
    reasons = []
    if values["data_nascimento"]:
        try:
            parse_moment(values["data_nascimento"])
        except ValueError:
            reasons.append(("A data do campo data_nascimento é inválida", "data_nascimento"))
    if values["limite_credito"]:
        try:
            if not Decimal(values["limite_credito"]).is_finite():
                raise InvalidOperation
        except InvalidOperation:
            text = f"O valor {values['limite_credito']} do campo limite_credito é inválido"
            reasons.append((text, "limite_credito"))
    return reasons


def _unknown(world: ErpWorld, values: dict[str, str]) -> list[Reason]:
    """A seller that is none (§3), and what the account's settings have checked besides."""
    reasons = []
    if (values["id_vendedor"].strip("0") or values["nome_vendedor"]) and not _seller(world, values):
        reasons.append(("O vendedor informado não foi localizado", "id_vendedor"))
    document = digits(values["cpf_cnpj"])
    if world.settings.check_documents and document and not (CPF().validate(document) or CNPJ().validate(document)):
        reasons.append((f"O CPF/CNPJ {values['cpf_cnpj']} é inválido", "cpf_cnpj"))
    if world.settings.check_cities and values["cidade"] and values["cidade"].casefold() not in _CITIES:
        reasons.append(("Cidade não encontrada", "cidade"))
    return reasons


def _seller(world: ErpWorld, values: dict[str, str]) -> bool:
    """Whether there is such a seller; the record then holds both id and name."""
    seller = world.contacts.seller(values["id_vendedor"].strip("0") and values["id_vendedor"], values["nome_vendedor"])
    if seller:
        values["id_vendedor"], values["nome_vendedor"] = str(seller.id), seller.data["nome"]
    return seller is not None


# The fake's table of cities: the capitals.
_CITIES = frozenset(state.capital.casefold() for state in STATES.values())


def _types(document: dict[str, Any]) -> list[str]:
    entries = document.get("tipos_contato")
    listed = entries if isinstance(entries, list) else [entries]
    texts = [_text(each.get("tipo") if isinstance(each, dict) else each)[:_LONGEST_TYPE] for each in listed]
    return [text for text in texts if text]


def _people(document: dict[str, Any]) -> list[dict[str, str]]:
    """Contact persons in their wrapper `pessoa_contato`; one without a name is not seen."""
    entries = document.get("pessoas_contato")
    found = []
    for entry in entries if isinstance(entries, list) else [entries]:
        inner = entry.get("pessoa_contato") if isinstance(entry, dict) else None
        if isinstance(inner, dict) and _text(inner.get("nome")):
            found.append({name: _text(inner.get(name))[:size] for name, size in PERSON_SIZES.items()})
    return found


def _text(value: Any) -> str:
    """Numbers are taken for texts; what is neither is as if it had not been sent."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip().encode("utf-8", "replace").decode()
