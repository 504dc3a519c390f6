"""Seeded Brazilian people, companies and addresses (CEP, city, area code and CPF region agree with the UF)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Literal


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

    kind: Literal["F", "J", "E"]
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


class People:
    """Draws people from a seeded random source."""

    def __init__(self, random: Random) -> None:
        raise NotImplementedError

    def person(self, kind: Literal["F", "J", "E"] | None = None) -> Person:
        """A buyer; without `kind` mostly F, some J, a few E."""
        raise NotImplementedError

    def company(self) -> Person:
        """A company (J) with a numeric CNPJ, fit to be the owner of a shop or of an ERP account."""
        raise NotImplementedError

    def address(self, state: str | None = None) -> Address:
        raise NotImplementedError
