"""The writable fields of a product and a variant: defaults, one spelling, merging (§7.1, 7.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fake_webstore import categories
from fake_webstore.formats import centimetres
from fake_webstore.records import Fields, Store

_DEFAULTS: Fields = {
    "code": None,
    "external_id": None,
    "name": None,
    "description_html": None,
    "summary": None,
    "gtin": None,
    "unit": "UN",
    "ncm": None,
    "price": None,
    "promotional_price": None,
    "net_weight_kg": "0.000",
    "gross_weight_kg": "0.000",
    "package": {"height_cm": "0.0", "width_cm": "0.0", "length_cm": "0.0"},
    "brand": None,
    "category_path": None,
    "related": None,
    "active": True,
    "options": [],
}

_VARIANT_DEFAULTS: Fields = {
    "code": None,
    "external_id": None,
    "gtin": None,
    "option_values": None,
    "price": None,
    "promotional_price": None,
    "net_weight_kg": None,
    "gross_weight_kg": None,
    "active": True,
}

_RELATED: Fields = {
    "product_codes": [],
    "keywords": [],
    "warranty": None,
    "video_url": None,
    "seo_title": None,
    "seo_description": None,
}


def merged(old: Fields | None, document: dict[str, Any], store: Store, clean_html: Callable[[str], str]) -> Fields:
    """The product's fields after the write: absent keeps, null clears, objects merge key by key."""
    fields = {**(old or _DEFAULTS), **{key: value for key, value in document.items() if key != "variants"}}
    fields["gtin"] = _gtin(fields["gtin"])
    fields["unit"] = fields["unit"].strip().upper()
    if document.get("description_html"):
        fields["description_html"] = clean_html(document["description_html"])
    if "package" in document:
        written = {key: centimetres(text) for key, text in document["package"].items()}
        fields["package"] = {**(old or _DEFAULTS)["package"], **written}
    if document.get("category_path"):
        fields["category_path"] = categories.known_path(store, document["category_path"])
    if document.get("related") is not None:
        fields["related"] = {**_RELATED, **((old or {}).get("related") or {}), **document["related"]}
    return fields


def merged_variant(old: Fields | None, document: dict[str, Any]) -> Fields:
    """The variant's fields after the write."""
    fields = {**(old or _VARIANT_DEFAULTS), **document}
    fields["gtin"] = _gtin(fields["gtin"])
    return fields


def _gtin(text: str | None) -> str | None:
    """Blank is stored as null (§7.1)."""
    return (text or "").strip() or None
