"""What a buyer enters at the checkout, read and checked; the sentences are for the buyer. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stdnum import luhn

from fake_webstore.orders import freight
from fake_webstore.orders.wish import Card, Line, Wish
from scenarios.harness.documents import with_cnpj_digits, with_cpf_digits
from scenarios.harness.places import STATES

# Field → label, longest value, whether it must be there (§10.3, 10.4).
FIELDS = {
    "name": ("Nome completo ou razão social", 120, True),
    "document": ("CPF ou CNPJ", 20, True),
    "ie": ("Inscrição estadual", 18, False),
    "email": ("E-mail", 120, True),
    "phone": ("Telefone com DDD", 20, True),
    "zip_code": ("CEP", 9, True),
    "street": ("Rua", 120, True),
    "number": ("Número", 10, True),
    "complement": ("Complemento", 80, False),
    "district": ("Bairro", 60, True),
    "city": ("Cidade", 60, True),
    "state": ("Estado", 2, True),
    "reference": ("Ponto de referência", 120, False),
    "recipient": ("Quem recebe", 120, False),
    "notes": ("Observações", 1000, False),
    "gift_message": ("Mensagem do presente", 300, False),
}
# Checkboxes and choices besides.
CHOICES = ("foreign", "gift", "freight", "payment", "installments")
PAYMENTS = {
    "pix": "Pix (5% de desconto)",
    "credit_card": "Cartão de crédito",
    "debit_card": "Cartão de débito",
    "boleto": "Boleto",
    "bank_transfer": "Transferência bancária",
}
OTHER_WAYS = {"pickup": "Retirar na loja", "own_delivery": "Entrega da loja (motoboy)"}
CARDS = ("credit_card", "debit_card")
_MOST_INSTALLMENTS = 12
_BRANDS = {"3": "amex", "4": "visa", "5": "mastercard", "6": "elo"}
# Test cards, as gateways have them.
REFUSED_CARD, REVIEWED_CARD = "4000000000000002", "4000000000000259"


@dataclass(frozen=True)
class Entered:
    """A checkout form: the fields as they were typed, and by field what is wrong with them."""

    values: Mapping[str, str]
    wrong: dict[str, str] = field(default_factory=dict)


def read(form: Mapping[str, str]) -> Entered:
    """The form with blanks trimmed, and its faults."""
    values = {name: " ".join(form.get(name, "").split()) for name in (*FIELDS, *CHOICES)}
    # The last rule of a field that finds something has the word.
    return Entered(values, dict((*_lengths(values), *_rules(values))))


def _lengths(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, (label, longest, is_required) in FIELDS.items():
        if is_required and not values[name]:
            yield name, f"Preencha o campo {label}."
        elif len(values[name]) > longest:
            yield name, f"{label}: use no máximo {longest} caracteres."


def _rules(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if values["document"] and not values["foreign"] and _kind(values) is None:
        yield "document", "CPF ou CNPJ inválido: confira os números."
    if values["email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", values["email"]):
        yield "email", "E-mail inválido: use o formato nome@exemplo.com.br."
    if values["phone"] and not re.fullmatch(r"(55)?[1-9]{2}\d{8,9}", _digits(values["phone"])):
        yield "phone", "Telefone inválido: use DDD e número, por exemplo (31) 98765-4321."
    if values["state"] and values["state"] not in STATES:
        yield "state", "Escolha o estado."
    elif values["zip_code"]:
        yield from _zip_code(values)
    if values["payment"] not in PAYMENTS:
        yield "payment", "Escolha a forma de pagamento."
    if values["payment"] == "credit_card" and not _installments(values):
        yield "installments", f"Escolha de 1 a {_MOST_INSTALLMENTS} parcelas."
    if values["freight"] not in (*freight.SERVICES, *OTHER_WAYS):
        yield "freight", "Escolha a forma de entrega."


def _zip_code(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    digits, state = _digits(values["zip_code"]), values["state"]
    if len(digits) != 8:
        yield "zip_code", "CEP inválido: use oito números."
    elif state and not any(first <= int(digits[:5]) <= last for first, last in STATES[state].zip_prefixes):
        yield "zip_code", f"Este CEP não é de {state}: confira o CEP e o estado."


def _installments(values: Mapping[str, str]) -> int | None:
    text = values["installments"] or "1"
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    return count if 1 <= count <= _MOST_INSTALLMENTS else None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text))


def _kind(values: Mapping[str, str]) -> str | None:
    """F for a valid CPF, J for a valid CNPJ, letters included; None for neither."""
    plain = _plain_document(values)
    if re.fullmatch(r"\d{11}", plain, re.ASCII) and len(set(plain)) > 1 and with_cpf_digits(plain[:9]) == plain:
        return "F"
    if re.fullmatch(r"[0-9A-Z]{12}\d{2}", plain, re.ASCII) and with_cnpj_digits(plain[:12]) == plain:
        return "J"
    return None


def _plain_document(values: Mapping[str, str]) -> str:
    return re.sub(r"[.\-/ ]", "", values["document"]).upper()


def wish(entered: Entered, lines: tuple[Line, ...], coupon: str | None, status: str, card: Card | None = None) -> Wish:
    """The order that the form asks for; nothing of it is left to be drawn. The form must be without fault."""
    values = entered.values
    service = values["freight"] if values["freight"] in freight.SERVICES else None
    delivery = "carrier" if service else values["freight"]
    address = _address(values)
    is_gift = bool(values["gift"])
    return Wish(
        lines=lines,
        customer=_customer(values),
        billing_address=address,
        shipping_address=None if delivery == "pickup" else {"recipient": values["recipient"] or values["name"]},
        delivery=delivery,
        service=service,
        payment=values["payment"],
        installments=_installments(values) if values["payment"] == "credit_card" else None,
        card=card,
        status=status,
        coupon=coupon,
        customer_notes=values["notes"] or None,
        gift={"is_gift": is_gift, "message": values["gift_message"] or None if is_gift else None},
    )


def _customer(values: Mapping[str, str]) -> dict[str, Any]:
    kind = "E" if values["foreign"] else _kind(values)
    plain = _plain_document(values)
    ie = values["ie"].upper() if kind == "J" else ""
    phone = "+55" + _digits(values["phone"]).removeprefix("55" if len(_digits(values["phone"])) > 11 else "")
    is_mobile = len(phone) == len("+5531987654321")
    taxpayer = "exempt" if ie.startswith("ISENT") else "contributor" if ie else "non_contributor"
    return {
        "person_type": kind,
        "name": values["name"],
        "trade_name": None,
        "cpf": plain if kind == "F" else None,
        "cnpj": plain if kind == "J" else None,
        "foreign_document": values["document"] if kind == "E" else None,
        "rg": None,
        "ie": ie if taxpayer == "contributor" else None,
        "icms_taxpayer": taxpayer,
        "email": values["email"],
        "phone": None if is_mobile else phone,
        "mobile_phone": phone if is_mobile else None,
        "birth_date": None,
        "accepts_marketing": False,
    }


def _address(values: Mapping[str, str]) -> dict[str, Any]:
    state = STATES[values["state"]]
    is_capital = values["city"].casefold() == state.capital.casefold()
    return {
        "recipient": values["name"],
        **{key: values[key] for key in ("street", "number", "district", "city", "state")},
        "complement": values["complement"] or None,
        "zip_code": _digits(values["zip_code"]),
        "ibge_code": state.capital_ibge if is_capital else None,
        "country": "BR",
        "reference": values["reference"] or None,
        "phone": None,
    }


def card_of(text: str) -> tuple[Card, str] | None:
    """What is kept of a card's number, and what the gateway will say of it; None for no card's number."""
    number = re.sub(r"[ .-]", "", text)
    if not re.fullmatch(r"\d{13,19}", number, re.ASCII) or not luhn.is_valid(number):
        return None
    status = {REFUSED_CARD: "refused", REVIEWED_CARD: "payment_review"}.get(number, "paid")
    return Card(_BRANDS.get(number[0], "elo"), number[-4:]), status
