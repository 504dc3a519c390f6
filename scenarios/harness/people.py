"""Seeded Brazilian people, companies and addresses (CEP, city, area code and CPF region agree with the UF).

Some draws have the shapes of the Webstore contract's section 16.6.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from scenarios.harness import documents, places
from scenarios.harness.names import Names

Kind = Literal["F", "J", "E"]


@dataclass(frozen=True, kw_only=True)
class Address:
    """A Brazilian address; `zip_code` is 8 digits, `ibge_code` 7, `state` the UF."""

    street: str
    number: str
    complement: str | None
    district: str
    city: str
    state: str
    zip_code: str
    ibge_code: str | None
    reference: str | None


@dataclass(frozen=True, kw_only=True)
class Person:
    """A buyer or company: F (person), J (company), E (foreigner). Documents without punctuation, phones E.164."""

    kind: Kind
    name: str
    trade_name: str | None
    cpf: str | None
    cnpj: str | None
    foreign_document: str | None
    rg: str | None
    ie: str | None
    icms_taxpayer: Literal["contributor", "exempt", "non_contributor"]
    email: str
    phone: str | None
    mobile_phone: str | None
    birth_date: date | None
    address: Address


_COMPLEMENTS = ("Apto {n}", "Casa {n}", "Bloco B, apto {n}", "Sala {n}", "Fundos")
_REFERENCES = ("Ao lado da padaria", "Portão azul, interfone com defeito", "Em frente à praça da matriz")
_LONG_DISTRICTS = ("Conjunto Habitacional Presidente Castelo Branco", "Loteamento Parque Residencial das Araucárias")
_LONG_STREET = "Avenida Governador Magalhães Pinto, prolongamento da Rodovia Estadual 104"
_LONG_COMPLEMENT = "Condomínio Residencial Jardim das Palmeiras, torre Aroeira, bloco C, apto {n}"
_FOREIGN_NAMES = ("María José Fernández", "John O'Connor", "Zoë Müller", "Giovanni D'Angelo", "Nguyễn Thị Hoa")
_COMPANY_LINES = (
    "Comércio de Roupas",
    "Distribuidora de Alimentos e Bebidas",
    "Materiais de Construção",
    "Informática",
)
_COMPANY_FORMS = ("Ltda", "Ltda ME", "S.A.", "EPP")
_OLDEST_BIRTH, _BIRTH_DAYS = date(1940, 1, 1), 24_000


class People:
    """Draws people from a seeded random source."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._names = Names(random.getrandbits(64))

    def person(self, kind: Kind | None = None) -> Person:
        """A buyer; without `kind` mostly F, some J, a few E."""
        kind = kind or self._random.choices(("F", "J", "E"), (80, 16, 4))[0]
        if kind == "J":
            return self._company(alphanumeric=self._random.random() < 0.25, contributor=self._random.random() < 0.6)
        return self._individual() if kind == "F" else self._foreigner()

    def company(self) -> Person:
        """A company (J) with a numeric CNPJ, fit to be the owner of a shop or of an ERP account."""
        return self._company(alphanumeric=False, contributor=True)

    def address(self, state: str | None = None) -> Address:
        """An address in that UF, or in any; KeyError for a UF that does not exist."""
        random = self._random
        place = places.STATES[state] if state else places.any_state(random)
        return Address(
            street=_LONG_STREET if random.random() < 0.05 else self._names.street(),
            number="S/N" if random.random() < 0.08 else str(random.randint(1, 9999)),
            complement=self._complement(),
            district=random.choice(_LONG_DISTRICTS) if random.random() < 0.08 else self._names.district(),
            city=place.capital,
            state=place.uf,
            zip_code=places.zip_code(random, place),
            ibge_code=place.capital_ibge if random.random() < 0.8 else None,
            reference=random.choice(_REFERENCES) if random.random() < 0.2 else None,
        )

    def _individual(self) -> Person:
        random, state = self._random, places.any_state(self._random)
        # One in ten has a name beyond the 30 characters that the ERP keeps in an order.
        given = f"{self._names.first_name()} {self._names.last_name()}"
        name = f"{given} {self._names.last_name()} de Albuquerque Cavalcanti" if random.random() < 0.1 else given
        return Person(
            kind="F",
            name=name,
            trade_name=None,
            cpf=documents.cpf(random, state),
            cnpj=None,
            foreign_document=None,
            rg=documents.rg(random) if random.random() < 0.5 else None,
            ie=None,
            icms_taxpayer="non_contributor",
            email=self._email(name),
            phone=places.landline(random, state) if random.random() < 0.3 else None,
            mobile_phone=places.mobile(random, state) if random.random() < 0.95 else None,
            birth_date=self._birth_date() if random.random() < 0.7 else None,
            address=self.address(state.uf),
        )

    def _company(self, *, alphanumeric: bool, contributor: bool) -> Person:
        random, state = self._random, places.any_state(self._random)
        trade_name = f"{self._names.last_name()} {random.choice(_COMPANY_LINES)}"
        name = f"{trade_name} {random.choice(_COMPANY_FORMS)}"
        return Person(
            kind="J",
            name=name,
            trade_name=trade_name if random.random() < 0.7 else None,
            cpf=None,
            cnpj=documents.cnpj(random, alphanumeric=alphanumeric),
            foreign_document=None,
            rg=None,
            ie=documents.ie(random) if contributor else None,
            icms_taxpayer="contributor" if contributor else "exempt",
            email=self._email(f"compras {trade_name}"),
            phone=places.landline(random, state),
            mobile_phone=places.mobile(random, state) if random.random() < 0.4 else None,
            birth_date=None,
            address=self.address(state.uf),
        )

    def _foreigner(self) -> Person:
        random, state = self._random, places.any_state(self._random)
        name = random.choice(_FOREIGN_NAMES)
        return Person(
            kind="E",
            name=name,
            trade_name=None,
            cpf=None,
            cnpj=None,
            foreign_document=f"{random.choice('ABCDEFGH')}{random.choice('XYZ')}{documents.digits(random, 7)}",
            rg=None,
            ie=None,
            icms_taxpayer="non_contributor",
            email=self._email(name),
            phone=None,
            mobile_phone=places.mobile(random, state),
            birth_date=self._birth_date(),
            address=self.address(state.uf),
        )

    def _complement(self) -> str | None:
        draw = self._random.random()
        if draw < 0.4:
            return None
        shape = _LONG_COMPLEMENT if draw > 0.95 else self._random.choice(_COMPLEMENTS)
        return shape.format(n=self._random.randint(1, 2504))

    def _birth_date(self) -> date:
        return _OLDEST_BIRTH + timedelta(days=self._random.randrange(_BIRTH_DAYS))

    def _email(self, name: str) -> str:
        plain = unicodedata.normalize("NFD", name.lower()).encode("ascii", "ignore").decode()
        words = "".join(c if c.isalnum() else " " for c in plain).split()
        return f"{'.'.join(words)}{self._random.randrange(1000)}@exemplo.com.br"
