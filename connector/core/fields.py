"""Normalisation of single fields (webstore-api §7.4). Each returns the value and, where something was wrong, why."""

from __future__ import annotations

import html
import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from connector.core.reasons import Reason

# Where each form runs out of digits (webstore-api §2).
_MONEY_END = Decimal(10) ** 9
_MEASURE_END = Decimal(10) ** 4
_MAX_QUANTITY = Decimal("999999999.999")
_MAX_ADDRESS = 2000
# The mark of byte order is met in texts too; the shop takes it for a blank.
_BLANKS = re.compile(r"[\s\ufeff]+")
_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
_OPEN_END = re.compile(r"(<[^<>]*|&[#\w]{0,10})\Z")
_IMAGE_ENDINGS = ("jpg", "jpeg", "png", "webp", "gif")
_ADDRESS = re.compile(r"(https?)(://[^\s\ufeff/?#]+[^\s\ufeff]*)", re.IGNORECASE)


def text(value: str) -> str:
    """Blanks collapsed, ends trimmed."""
    return _BLANKS.sub(" ", value).strip()


def is_code(code: str) -> bool:
    """Whether the shop takes it as a code (webstore-api §7.1)."""
    return 1 <= len(code) <= 60 and code.isprintable() and code == code.strip() and code not in (".", "..")


def money(value: Decimal | None) -> Decimal | Reason:
    """Two decimals, half up; nothing and zero are no price."""
    amount = value or Decimal(0)
    if not amount.is_finite() or amount >= _MONEY_END:
        return Reason.BAD_PRICE
    amount = max(Decimal(0), amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if not amount:
        return Reason.NO_PRICE
    return amount if amount < _MONEY_END else Reason.BAD_PRICE


def description(value: str) -> str | None:
    """HTML as it is; plain text as paragraphs, its line breaks kept and its entities not escaped twice."""
    value = value.strip()
    if not value:
        return None
    if _TAG.search(value):
        return value
    paragraphs = re.split(r"\n\s*\n", html.unescape(value).strip().replace("\r\n", "\n"))
    lines = ("<br>".join(html.escape(line.strip(), quote=False) for line in p.split("\n")) for p in paragraphs)
    return "".join(f"<p>{line}</p>" for line in lines)


def cut_html(value: str, limit: int) -> str:
    """The beginning of an HTML text, without a tag or an entity that the cut has left open."""
    return value if len(value) <= limit else _OPEN_END.sub("", value[:limit])


def gtin(value: str) -> str | Reason | None:
    """8, 12, 13 or 14 digits whose check digit holds (webstore-api §16.3)."""
    digits = value.strip()
    if not digits or digits.upper() == "SEM GTIN":
        return None
    if len(digits) not in (8, 12, 13, 14) or not (digits.isascii() and digits.isdigit()):
        return Reason.GTIN_INVALID
    weighted = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(reversed(digits[:-1])))
    return digits if (10 - weighted % 10) % 10 == int(digits[-1]) else Reason.GTIN_INVALID


def ncm(value: str) -> str | Reason | None:
    """Eight digits without dots."""
    if not value.strip():
        return None
    digits = re.sub(r"[.\s]", "", value)
    return digits if len(digits) == 8 and digits.isascii() and digits.isdigit() else Reason.NCM_INVALID


def unit(value: str) -> str:
    """Upper case, six characters at most; UN where the ERP names none."""
    return text(value).upper()[:6].rstrip() or "UN"


def weight(value: Decimal | None) -> Decimal | Reason:
    """Kilograms with three decimals."""
    return _measure(value, Decimal("0.001"))


def length(value: Decimal | None) -> Decimal | Reason:
    """Centimetres with two decimals."""
    return _measure(value, Decimal("0.01"))


def _measure(value: Decimal | None, step: Decimal) -> Decimal | Reason:
    measure = value or Decimal(0)
    if not measure.is_finite() or not 0 <= measure < _MEASURE_END:
        return Reason.MEASURE_INVALID
    measure = measure.quantize(step, ROUND_HALF_UP)
    return measure if measure < _MEASURE_END else Reason.MEASURE_INVALID


def quantity(value: Decimal) -> Decimal:
    """What may be sold: never below zero nor above what the shop takes, three decimals, never rounded up."""
    if not value.is_finite():
        return Decimal("0.000")
    return min(max(Decimal(0), value), _MAX_QUANTITY).quantize(Decimal("0.001"), ROUND_DOWN)


def address(value: str) -> str | None:
    """An http or https address as the shop takes it, its scheme in lower case; None if it is none."""
    found = _ADDRESS.fullmatch(value.strip())
    return found[1].lower() + found[2] if found and len(found[0]) <= _MAX_ADDRESS else None


def is_image(address: str) -> bool:
    """Whether an attachment's address may be a picture: an image ending, or none at all."""
    name = re.split(r"[?#]", address, maxsplit=1)[0].rsplit("/", 1)[-1]
    return "." not in name or name.rsplit(".", 1)[-1].lower() in _IMAGE_ENDINGS
