"""Who buys and where it goes (§10.3, 10.4), from the harness's people."""

from __future__ import annotations

from random import Random
from typing import Any

from fake_webstore.orders.records import Fields
from fake_webstore.orders.wish import Refused, Wish
from fake_webstore.records import Store
from fake_webstore.world import Platform
from scenarios.harness.people import Address, Kind, People, Person

_KINDS: tuple[Kind, ...] = ("F", "J", "E")
_ELSEWHERE = 0.25


def draw(world: Platform, store: Store, wish: Wish, random: Random) -> Fields:
    """`customer`, `billing_address` and `shipping_address` of an order."""
    people = People(random)
    given = dict(wish.customer)
    person = people.person(_kind(given))
    customer = {**_customer(person, random), **given}
    customer = {"id": _id(world, store, customer), **customer}
    name = str(customer["name"])
    billing = {**_address(person.address, name), **wish.billing_address}
    return {
        "customer": customer,
        "billing_address": billing,
        "shipping_address": _shipping(wish, billing, people, random),
    }


def _kind(given: dict[str, Any]) -> Kind | None:
    """The kind asked for, or the one that a given document belongs to; None to draw one."""
    kind = given.pop("kind", given.get("person_type"))
    if kind is None:
        documents = {"cpf": "F", "cnpj": "J", "foreign_document": "E"}
        kind = next((letter for key, letter in documents.items() if given.get(key)), None)
    for known in _KINDS:
        if kind == known:
            return known
    if kind is not None:
        raise Refused(f"kind of a customer must be F, J or E, not {kind!r}")
    return None


def _customer(person: Person, random: Random) -> Fields:
    return {
        "person_type": person.kind,
        "name": person.name[:120],
        "trade_name": person.trade_name,
        "cpf": person.cpf,
        "cnpj": person.cnpj,
        "foreign_document": person.foreign_document,
        "rg": person.rg,
        "ie": person.ie,
        "icms_taxpayer": person.icms_taxpayer,
        "email": person.email,
        "phone": person.phone,
        "mobile_phone": person.mobile_phone,
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
        "accepts_marketing": random.random() < 0.3,
    }


def _id(world: Platform, store: Store, customer: Fields) -> int:
    """Who buys again with the same document is the same customer."""
    document = customer["cpf"] or customer["cnpj"] or customer["foreign_document"]
    known = store.customers.get(document) if isinstance(document, str) else None
    made = known or world.next_customer_id()
    if isinstance(document, str):
        store.customers[document] = made
    return made


def _shipping(wish: Wish, billing: Fields, people: People, random: Random) -> Fields | None:
    """Mostly the billing address; at times somebody else's."""
    is_elsewhere = random.random() < _ELSEWHERE
    if not wish.has_address:
        return None
    if wish.shipping_address is not None:
        return {**billing, **wish.shipping_address}
    if not is_elsewhere:
        return dict(billing)
    friend = people.person("F")
    return {**_address(friend.address, friend.name), "phone": friend.mobile_phone}


def _address(address: Address, recipient: str) -> Fields:
    return {
        "recipient": recipient[:120],
        "street": address.street,
        "number": address.number,
        "complement": address.complement,
        "district": address.district,
        "city": address.city,
        "state": address.state,
        "zip_code": address.zip_code,
        "ibge_code": address.ibge_code,
        "country": "BR",
        "reference": address.reference,
        "phone": None,
    }
