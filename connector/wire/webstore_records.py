"""Webstore documents: the product that we write, and what we read of the shop (webstore-api §3–5, 7–9, 11)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import orjson

from connector.core.catalogue import ShopProduct, ShopVariant
from connector.core.errors import ContractBroken
from connector.core.reasons import Reason
from connector.core.subscription import Subscription

T = TypeVar("T")

_PRODUCT_KEYS = (
    "external_id",
    "name",
    "description_html",
    "gtin",
    "unit",
    "ncm",
    "price",
    "net_weight_kg",
    "gross_weight_kg",
    "package",
    "brand",
    "category_path",
    "options",
)
_RELATED_KEYS = ("keywords", "warranty", "video_url", "seo_title", "seo_description")
_VARIANT_KEYS = ("code", "external_id", "option_values", "gtin", "price", "net_weight_kg", "gross_weight_kg", "active")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What installing gives: the store's bearer token and its address."""

    store_id: int
    token: str = field(repr=False)
    api_url: str


@dataclass(frozen=True, kw_only=True)
class ShopSettings:
    """What the merchant saved in the panel; None where nothing was."""

    registration: str | None
    erp_token: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A product as the shop has it: its ids, and prints of the fields and of the images that a sync writes."""

    shop_id: int
    code: str
    variants: dict[str, int]
    fields_print: str
    images_print: str
    image_trouble: str | None = None


def parse_grant(document: Any) -> Grant:
    """The token response of section 3.2."""
    return _read(document, lambda d: Grant(store_id=int(d["store_id"]), token=d["access_token"], api_url=d["api_url"]))


def parse_settings(document: Any) -> ShopSettings:
    return _read(document, lambda d: ShopSettings(registration=d["registration"], erp_token=d["erp_token"]))


def parse_store_name(document: Any) -> str:
    return _read(document, lambda d: str(d["name"]))


def parse_subscription(document: Any) -> tuple[int, str]:
    """Id and secret of a new subscription (section 11.2)."""
    return _read(document, lambda d: (int(d["id"]), str(d["secret"])))


def parse_subscriptions(document: Any) -> list[Subscription]:
    """What `GET /webhooks` lists; no secret is among it."""
    return _read(
        document,
        lambda d: [Subscription(id=int(s["id"]), url=s["url"], is_active=s["active"] is True) for s in d],
    )


def parse_written(document: Any) -> Written:
    """A product's document, in a list or by itself."""
    return _read(
        document,
        lambda d: Written(
            shop_id=int(d["id"]),
            code=d["code"],
            variants={v["code"]: int(v["id"]) for v in d["variants"]},
            fields_print=_fields_print(d),
            images_print=images_print([image["source_url"] for image in d["images"]]),
            image_trouble=_image_trouble(d["images"]),
        ),
    )


def _image_trouble(images: list[Mapping[str, Any]]) -> str | None:
    """The pictures that the shop could not fetch, each with the shop's word for it (section 8)."""
    failed = [f"{i['source_url']}: {i.get('error') or 'failed'}" for i in images if i.get("status") == "failed"]
    return "\n".join(failed) or None


# The keys of a product's document that each of the fifteen fields fills (section 7.4); a variant has some of them too.
_KEYS_OF = {
    "name": ("name",),
    "description": ("description_html",),
    "gtin": ("gtin",),
    "unit": ("unit",),
    "ncm": ("ncm",),
    "price": ("price",),
    "net_weight": ("net_weight_kg",),
    "gross_weight": ("gross_weight_kg",),
    "related": ("related", "brand", "category_path"),
}
_PACKAGE_KEYS_OF = {"height": "height_cm", "width": "width_cm", "length": "length_cm"}
_REQUIRED = ("name", "price")


def without(document: Mapping[str, Any], fields: Collection[str], *, is_new: bool) -> dict[str, Any]:
    """A document of `product_document` without these of the fifteen; a new product has what the shop requires."""
    gone = {key for name in fields for key in _KEYS_OF.get(name, ())} - ({*_REQUIRED} if is_new else set())
    gone_of_package = {key for name, key in _PACKAGE_KEYS_OF.items() if name in fields}
    left = {key: value for key, value in document.items() if key not in gone}
    left["package"] = {key: value for key, value in document["package"].items() if key not in gone_of_package}
    left["variants"] = [
        {key: value for key, value in variant.items() if key not in gone} for variant in document["variants"]
    ]
    return left


def images_print(addresses: list[str]) -> str:
    """A print of a list of images: equal prints, equal lists."""
    return _print(addresses)


def _fields_print(document: Mapping[str, Any]) -> str:
    """A print of what a sync writes and of nothing else, so that an edit of another field does not count."""
    own = {key: document[key] for key in _PRODUCT_KEYS}
    # None and an empty list are one: the shop fills in the keys when another of them is edited.
    own["related"] = {key: (document["related"] or {}).get(key) or None for key in _RELATED_KEYS}
    own["variants"] = [{key: variant[key] for key in _VARIANT_KEYS} for variant in document["variants"]]
    return _print(own)


def _print(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _read(document: Any, read: Callable[[Any], T]) -> T:
    try:
        return read(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContractBroken(Reason.SHOP_CONTRACT, f"answer without {error}") from error


def product_document(product: ShopProduct) -> dict[str, Any]:
    """The keys of `PUT /products/by-code/{code}` that the fifteen fields fill (section 7.4)."""
    related = product.related
    return {
        "external_id": product.erp_id,
        "name": product.name,
        "description_html": product.description_html,
        "gtin": product.gtin,
        "unit": product.unit,
        "ncm": product.ncm,
        "price": _fixed(product.price, 2),
        "net_weight_kg": _fixed(product.net_weight, 3),
        "gross_weight_kg": _fixed(product.gross_weight, 3),
        "package": {
            "height_cm": _fixed(product.height, 2),
            "width_cm": _fixed(product.width, 2),
            "length_cm": _fixed(product.length, 2),
        },
        "brand": product.brand,
        "category_path": list(product.category_path) or None,
        "related": {
            "keywords": list(related.keywords),
            "warranty": related.warranty,
            "video_url": related.video_url,
            "seo_title": related.seo_title,
            "seo_description": related.seo_description,
        },
        "options": list(product.options),
        "variants": [_variant_document(variant) for variant in product.variants],
    }


def _variant_document(variant: ShopVariant) -> dict[str, Any]:
    return {
        "code": variant.code,
        "external_id": variant.erp_id,
        "option_values": list(variant.option_values),
        "gtin": variant.gtin,
        "price": _fixed(variant.price, 2),
        "net_weight_kg": _fixed(variant.net_weight, 3),
        "gross_weight_kg": _fixed(variant.gross_weight, 3),
    }


def _fixed(value: Decimal | None, decimals: int) -> str | None:
    """A decimal text; the shop refuses one with fewer decimals (section 2)."""
    return None if value is None else f"{value:.{decimals}f}"


def images_document(addresses: tuple[str, ...]) -> list[dict[str, Any]]:
    """The body of `PUT /products/{id}/images` (section 8)."""
    return [{"source_url": address, "alt": None} for address in addresses]


@dataclass(frozen=True, kw_only=True)
class Level:
    """A balance to write: of a product, or of one of its variants."""

    product_id: int
    variant_id: int | None
    quantity: Decimal


def levels_document(levels: list[Level], kind: str) -> dict[str, Any]:
    """The body of `POST /stock/batch` (section 9)."""
    return {
        "items": [
            {
                "product_id": level.product_id,
                "variant_id": level.variant_id,
                "quantity": _number(level.quantity),
                "kind": kind,
            }
            for level in levels
        ]
    }


def _number(value: Decimal) -> int | float:
    """A JSON number; exact, since it has three decimals at most and is far below 2**53."""
    return int(value) if value == value.to_integral_value() else float(value)


def parse_level_results(document: Any, count: int) -> list[tuple[int, str]]:
    """HTTP status and error code of each balance, in the order sent (section 9)."""
    results = _read(document, lambda d: [(int(r["status"]), _error_code(r.get("error"))) for r in d["results"]])
    if len(results) != count:
        raise ContractBroken(Reason.SHOP_CONTRACT, f"{len(results)} results for {count} balances")
    return list(results)


def _error_code(error: Mapping[str, Any] | None) -> str:
    return str((error or {}).get("code", ""))
