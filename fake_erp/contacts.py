"""The contacts of one account, and how an order finds or registers its customer (contract, contacts §6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

FIRST_CONTACT_ID = 460_000_001

# What an order says of its customer, under the names that it is read back by (orders §4).
FIELDS = (
    *("codigo", "nome", "nome_fantasia", "tipo_pessoa", "cpf_cnpj", "ie", "rg"),
    *("endereco", "numero", "complemento", "bairro", "cep", "cidade", "uf", "pais"),
    *("fone", "email"),
)

_KEYS = ("codigo", "cpf_cnpj", "nome")


@dataclass(kw_only=True)
class Contact:
    """A customer. `data` holds every field of `FIELDS`."""

    id: int
    created: datetime
    updated: datetime
    data: dict[str, str] = field(default_factory=dict)
    situacao: str = "A"
    tipo: str = "Cliente"


class Contacts:
    """Contacts in order of their ids."""

    def __init__(self) -> None:
        self._contacts: dict[int, Contact] = {}
        self._by: dict[tuple[str, str], int] = {}
        self._next = FIRST_CONTACT_ID

    def __len__(self) -> int:
        return len(self._contacts)

    def all(self) -> list[Contact]:
        return list(self._contacts.values())

    def get(self, contact_id: int) -> Contact | None:
        return self._contacts.get(contact_id)

    def find(self, data: dict[str, str]) -> Contact | None:
        """By code, else by document, else by exact name among those without document (§6, inferred)."""
        for name in _KEYS:
            if found := self._held(name, _key(name, data)):
                return found
        return None

    def _held(self, name: str, value: str) -> Contact | None:
        """The contact that has this key still."""
        contact = self._contacts.get(self._by.get((name, value), 0))
        return contact if contact and value and _key(name, contact.data, held=True) == value else None

    def add(self, data: dict[str, str], now: datetime) -> Contact:
        contact = Contact(id=self._next, created=now, updated=now, data={name: data.get(name, "") for name in FIELDS})
        self._next += 1
        self._contacts[contact.id] = contact
        self._remember(contact)
        return contact

    def update(self, contact: Contact, data: dict[str, str], now: datetime) -> None:
        """Overwrite what was sent and is not empty (§6)."""
        contact.data.update({name: data[name] for name in FIELDS if data.get(name)})
        contact.updated = now
        self._remember(contact)

    def _remember(self, contact: Contact) -> None:
        for name in _KEYS:
            value = _key(name, contact.data, held=True)
            if value and self._held(name, value) is None:
                self._by[name, value] = contact.id


def _key(name: str, data: dict[str, str], *, held: bool = False) -> str:
    """What a contact is found by. Who is held with a document is not found by name."""
    document = digits(data.get("cpf_cnpj", ""))
    if name == "cpf_cnpj":
        return document
    return "" if name == "nome" and held and document else data.get(name, "")


def digits(document: str) -> str:
    """A document without its punctuation; a CNPJ may hold letters."""
    return re.sub(r"[^0-9A-Za-z]", "", document).upper()
