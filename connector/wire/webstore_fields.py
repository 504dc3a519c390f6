"""The fifteen fields of a product's document as texts to compare, whoever wrote the document (webstore-api §7.4)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.core.errors import ContractBroken
from connector.core.reasons import Reason
from connector.wire import webstore_records
from connector.wire.webstore_records import Written

# The field's name in reports and locks → the document's key.
_NUMBERS = {"price": "price", "net_weight": "net_weight_kg", "gross_weight": "gross_weight_kg"}
_LENGTHS = {"height": "height_cm", "width": "width_cm", "length": "length_cm"}
_TEXTS = {"name": "name", "gtin": "gtin", "unit": "unit", "ncm": "ncm", "related.brand": "brand"}
_RELATED = {
    "warranty": "warranty",
    "video": "video_url",
    "seo_title": "seo_title",
    "seo_description": "seo_description",
}

# Variants are written whole: what one does not have itself, such as a price, is a value as well.
_NONE = "–"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A product as the shop's list shows it: its document, and the written quantity of each code that has one."""

    written: Written
    document: Mapping[str, Any]
    quantities: Mapping[str, Decimal]
    images: tuple[str, ...]


def parse_shown(document: Any) -> Shown:
    """A row of the shop's list of products."""
    written = webstore_records.parse_written(document)
    try:
        holders = document["variants"] or [document]
        quantities = {holder["code"]: Decimal(str(holder["stock"]["quantity"])) for holder in holders}
        images = tuple(str(image["source_url"]) for image in document["images"])
    except (KeyError, TypeError, InvalidOperation) as error:
        raise ContractBroken(Reason.SHOP_CONTRACT, f"product without {error}") from error
    return Shown(written=written, document=document, quantities=quantities, images=images)


def product_fields(document: Mapping[str, Any], images: Sequence[str]) -> dict[str, str]:
    """Field → text of a product; numbers without idle zeros, the description by the words that a person reads."""
    package, related = document.get("package") or {}, document.get("related") or {}
    return {
        "description": _words(document.get("description_html") or ""),
        **{name: str(document.get(key) or "") for name, key in _TEXTS.items()},
        **{name: _number(document.get(key)) for name, key in _NUMBERS.items()},
        **{name: _number(package.get(key)) for name, key in _LENGTHS.items()},
        "images": " ".join(images),
        "related.category": " > ".join(document.get("category_path") or ()),
        "related.keywords": ", ".join(related.get("keywords") or ()),
        **{f"related.{name}": str(related.get(key) or "") for name, key in _RELATED.items()},
    }


def variant_fields(document: Mapping[str, Any], code: str) -> dict[str, str] | None:
    """The same of a variant, as far as it has fields of its own; None if the product has no such variant on offer."""
    for variant in document.get("variants") or ():
        if variant["code"] == code and variant.get("active", True):
            numbers = {name: _number(variant.get(key)) or _NONE for name, key in _NUMBERS.items()}
            return {"code": code, "gtin": str(variant.get("gtin") or _NONE), **numbers}
    return None


def _number(value: Any) -> str:
    """Zero and nothing are one: a measure that nobody filled in."""
    number = Decimal(value) if value else Decimal(0)
    return format(number.normalize(), "f") if number else ""


def _words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())
