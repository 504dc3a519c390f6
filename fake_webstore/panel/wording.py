"""Values as the merchant reads them: Brazilian numbers, money and dates, words for codes."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal

from scenarios.harness.clock import BRASILIA

LOCALE = "pt_BR"
NOTHING = "—"

# §4.2: code → words, and how the badge looks.
CONNECTIONS = {
    "connected": ("Conectado", "good"),
    "not_connected": ("Não conectado", "neutral"),
    "token_rejected": ("Token recusado", "bad"),
    "paused": ("Pausado", "warn"),
}

# §8.
IMAGE_STATES = {"pending": ("Baixando", "neutral"), "ready": ("Pronta", "good"), "failed": ("Falhou", "bad")}
IMAGE_ERRORS = {
    "unreachable": "endereço não responde",
    "unsupported_type": "tipo de arquivo não aceito",
    "too_large": "arquivo maior que 10 MB",
    "not_allowed": "endereço não permitido",
}


def read_money(text: str) -> str | None:
    """A price as a person types it (`1.234,56`, `59,90`, `59.9`), as §2 has it; None for what is none."""
    plain = text.removeprefix("R$").strip()
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", plain):
        return None
    amount = f"{Decimal(plain):.2f}"
    return amount if Decimal(amount) > 0 else None


def money(text: str | None) -> str:
    return format_currency(Decimal(text), "BRL", locale=LOCALE) if text else NOTHING


def weight(text: str | None) -> str:
    return f"{format_decimal(Decimal(text), '#,##0.000', locale=LOCALE)} kg" if text else NOTHING


def length(text: str | None) -> str:
    return f"{format_decimal(Decimal(text), '#,##0.0#', locale=LOCALE)} cm" if text else NOTHING


def quantity(number: float) -> str:
    return format_decimal(Decimal(str(number)), "#,##0.###", locale=LOCALE)


def moment(value: datetime | str | None) -> str:
    """Date and time in Brasília."""
    if value is None:
        return NOTHING
    exact = datetime.fromisoformat(value) if isinstance(value, str) else value
    return format_datetime(exact.astimezone(BRASILIA), "dd/MM/yyyy HH:mm:ss", locale=LOCALE)


def ncm(text: str | None) -> str:
    """0901.21.00."""
    return f"{text[:4]}.{text[4:6]}.{text[6:]}" if text else NOTHING


def masked(secret: str) -> str:
    """A saved token: only its last four characters (§4.1), of a short one none."""
    return "••••••••" + (secret[-4:] if len(secret) >= 8 else "")


FILTERS = {
    "money": money,
    "weight": weight,
    "centimetres": length,
    "quantity": quantity,
    "moment": moment,
    "ncm": ncm,
    "masked": masked,
}
