"""The contacts of one account, and how an order finds or registers its customer (contract, contacts §6).

Rules of the contact services and of the screen are in `registering`.
"""

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

CUSTOMER, SELLER, OTHER = "Cliente", "Vendedor", "Outro"
DELETED = "E"


@dataclass(kw_only=True)
class Contact:
    """A customer, supplier or seller. `data` holds every field of `FIELDS`, and others where they were given.

    `situacao` is A (active), I (inactive), S (without movement) or E (deleted); `people` are contact persons.
    """

    id: int
    created: datetime
    updated: datetime
    data: dict[str, str] = field(default_factory=dict)
    situacao: str = "A"
    types: tuple[str, ...] = (CUSTOMER,)
    people: list[dict[str, str]] = field(default_factory=list)

    @property
    def customer(self) -> dict[str, str]:
        """As an order shows it."""
        return {name: self.data.get(name, "") for name in FIELDS}


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
        if contact is None or not value or contact.situacao == DELETED:
            return None
        return contact if _key(name, contact.data, held=True) == value else None

    def all_with(self, name: str, value: str) -> list[Contact]:
        """Every contact that is not deleted and has this `codigo` or, by its digits, this `cpf_cnpj`."""
        key = _key(name, {name: value})
        return [c for c in self._contacts.values() if key and c.situacao != DELETED and _key(name, c.data) == key]

    def seller(self, number: str, name: str) -> Contact | None:
        """The seller of this id, else of this name (§2: the id wins)."""
        sellers = [c for c in self._contacts.values() if SELLER in c.types and c.situacao != DELETED]
        if number:
            return next((c for c in sellers if str(c.id) == number), None)
        return next((c for c in sellers if c.data["nome"].casefold() == name.casefold()), None)

    def add(self, data: dict[str, str], now: datetime, types: tuple[str, ...] = (CUSTOMER,)) -> Contact:
        kept = {name: data.get(name, "") for name in FIELDS} | {name: text for name, text in data.items() if text}
        contact = Contact(id=self._next, created=now, updated=now, data=kept, types=types)
        self._next += 1
        self._contacts[contact.id] = contact
        self._remember(contact)
        return contact

    def update(self, contact: Contact, data: dict[str, str], now: datetime) -> None:
        """Overwrite what was sent and is not empty (§6)."""
        contact.data.update({name: data[name] for name in FIELDS if data.get(name)})
        contact.updated = now
        self._remember(contact)

    def replace(self, contact: Contact, data: dict[str, str], now: datetime) -> None:
        """Overwrite the whole record; what is not given is cleared (§5)."""
        contact.data = {name: data.get(name, "") for name in FIELDS} | {n: text for n, text in data.items() if text}
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
