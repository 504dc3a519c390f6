"""What a product must obey beyond its shape: check digits, prices, options, codes (§7)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from fake_webstore.errors import Detail
from fake_webstore.records import Fields, Product, Store, Variant
from fake_webstore.shapes import detail, field_path

Planned = list[tuple[Variant | None, Fields]]


def faults(store: Store, product: Product | None, fields: Fields, variants: Planned) -> list[Detail]:
    """Everything wrong with the product as it would be after the write."""
    return [
        *_required(fields, product),
        *_codes(fields["code"]),
        *_gtin(fields["gtin"]),
        *_prices(fields["price"], fields["promotional_price"]),
        *_related(fields),
        *_variants(fields, variants),
        *_code_owners(store, product, fields, variants),
    ]


def _required(fields: Fields, product: Product | None) -> Iterator[Detail]:
    if product is None:
        yield from (detail("required", key) for key in ("name", "price") if fields[key] is None)


def _codes(code: str, *at: str | int) -> Iterator[Detail]:
    if not code.isprintable() or code != code.strip() or code in (".", ".."):
        yield detail("invalid_format", *at, "code")


def _gtin(gtin: str | None, *at: str | int) -> Iterator[Detail]:
    if gtin is not None and not has_check_digit(gtin):
        yield Detail(field_path((*at, "gtin")), "invalid_check_digit", "GTIN check digit does not match.")


def has_check_digit(gtin: str) -> bool:
    """Weights 3, 1, 3, … from the right beside the check digit (§16.3)."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(gtin)))
    return weighted % 10 == 0


def _prices(price: str | None, promotional: str | None, *at: str | int) -> Iterator[Detail]:
    if price is not None and Decimal(price) <= 0:
        yield detail("too_small", *at, "price")
    if promotional is None:
        return
    if Decimal(promotional) <= 0:
        yield detail("too_small", *at, "promotional_price")
    elif price is not None and Decimal(promotional) >= Decimal(price):
        yield detail("too_large", *at, "promotional_price")


def _related(fields: Fields) -> Iterator[Detail]:
    codes = (fields["related"] or {}).get("product_codes", [])
    for index, code in enumerate(codes):
        if code == fields["code"]:
            message = "A product cannot be related to itself."
            yield Detail(f"related.product_codes[{index}]", "not_allowed_value", message)


def _variants(fields: Fields, variants: Planned) -> Iterator[Detail]:
    if len(variants) > 200:
        yield detail("too_long", "variants")
    combinations: set[tuple[str, ...]] = set()
    for index, (_, variant) in enumerate(variants):
        at = ("variants", index)
        yield from _codes(variant["code"], *at)
        yield from _gtin(variant["gtin"], *at)
        yield from _prices(variant["price"] or fields["price"], variant["promotional_price"], *at)
        values = variant["option_values"]
        if values is None:
            yield detail("required", *at, "option_values")
        elif len(values) != len(fields["options"]) or not values:
            message = "Give one value for each of the product's options."
            yield Detail(field_path((*at, "option_values")), "not_allowed_value", message)
        elif tuple(values) in combinations:
            message = "Another variant of the product has these values."
            yield Detail(field_path((*at, "option_values")), "not_allowed_value", message)
        else:
            combinations.add(tuple(values))


def _code_owners(store: Store, product: Product | None, fields: Fields, variants: Planned) -> Iterator[Detail]:
    """Codes are unique in the store across products and variants (§7.1)."""
    owner = store.by_code.get(fields["code"])
    if owner is not None and owner is not product:
        yield Detail("code", "code_in_use", "Another product or variant of the store has this code.")
    seen = {fields["code"]}
    for index, (variant, planned) in enumerate(variants):
        owner = store.by_code.get(planned["code"])
        if planned["code"] in seen or (owner is not None and owner is not variant):
            path = field_path(("variants", index, "code"))
            yield Detail(path, "code_in_use", "Another product or variant of the store has this code.")
        seen.add(planned["code"])
