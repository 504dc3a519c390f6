"""A seeded Brazilian catalogue in neutral words; each fake turns it into its own records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random


@dataclass(frozen=True, kw_only=True)
class CatalogueVariation:
    """One variation of a product. `options` is axis → value in the axes' order, such as {"Cor": "Azul"}."""

    code: str
    options: dict[str, str]
    price: Decimal
    gtin: str | None
    net_weight_kg: Decimal
    gross_weight_kg: Decimal
    stock: Decimal


@dataclass(frozen=True, kw_only=True)
class CatalogueProduct:
    """One product. Money in BRL with two decimals, weights in kg, lengths in cm; `ncm` is 8 digits."""

    code: str
    name: str
    description_html: str
    gtin: str | None
    unit: str
    ncm: str | None
    price: Decimal
    promotional_price: Decimal | None
    cost_price: Decimal
    net_weight_kg: Decimal
    gross_weight_kg: Decimal
    height_cm: Decimal
    width_cm: Decimal
    length_cm: Decimal
    images: tuple[str, ...]
    brand: str | None
    category: tuple[str, ...]
    warranty: str | None
    keywords: tuple[str, ...]
    seo_title: str | None
    seo_description: str | None
    video_url: str | None
    stock: Decimal
    variations: tuple[CatalogueVariation, ...] = ()


def catalogue(random: Random, count: int, *, variations_share: float = 1 / 3) -> Iterator[CatalogueProduct]:
    """`count` products with codes unique within the call; about `variations_share` of them have variations."""
    raise NotImplementedError
