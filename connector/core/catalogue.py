"""The catalogue's values: what the ERP says of a product and what the shop shall show."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from connector.core.reasons import Reason


class Kind(StrEnum):
    """What a product is with regard to variations."""

    SIMPLE = "simple"
    PARENT = "parent"
    VARIATION = "variation"


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A row of the ERP's listing. `active` is None where the row does not say."""

    erp_id: str
    code: str
    name: str
    price: Decimal | None
    kind: Kind
    active: bool | None


@dataclass(frozen=True, kw_only=True)
class ListingPage:
    """One page of the listing; `pages` is how many there are in all (0: nothing found)."""

    page: int
    pages: int
    rows: tuple[Listing, ...]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VariationRef:
    """A variation as its parent's record names it."""

    erp_id: str
    code: str
    price: Decimal | None
    options: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ErpProduct:
    """The ERP's full record of a product or variation. Weights in kg, lengths in cm, money in BRL."""

    erp_id: str
    code: str
    name: str
    description: str
    gtin: str
    unit: str
    ncm: str
    price: Decimal | None
    net_weight: Decimal | None
    gross_weight: Decimal | None
    height: Decimal | None
    width: Decimal | None
    length: Decimal | None
    attachments: tuple[str, ...]
    brand: str
    warranty: str
    category: str
    keywords: str
    video_url: str
    seo_title: str
    seo_description: str
    kind: Kind
    active: bool
    is_service: bool
    variations: tuple[VariationRef, ...]
    # Of a variation: its product.
    parent_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Depot:
    """A depot's balance; an ignored one does not count towards the total."""

    name: str
    balance: Decimal
    ignored: bool


@dataclass(frozen=True, kw_only=True)
class ErpStock:
    """A product's balance in the ERP."""

    balance: Decimal
    reserved: Decimal
    depots: tuple[Depot, ...]


@dataclass(frozen=True, kw_only=True)
class Related:
    """Field 15, "Informações relacionadas" (webstore-api §7.4), without brand and category."""

    keywords: tuple[str, ...]
    warranty: str | None
    video_url: str | None
    seo_title: str | None
    seo_description: str | None


@dataclass(frozen=True, kw_only=True)
class ShopVariant:
    """A variation as the shop shall show it; None inherits from the product."""

    erp_id: str
    code: str
    option_values: tuple[str, ...]
    gtin: str | None
    price: Decimal | None
    net_weight: Decimal | None
    gross_weight: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Warning:
    """Something of a product that was left out or changed, and the value concerned."""

    reason: Reason
    detail: str


@dataclass(frozen=True, kw_only=True)
class ShopProduct:
    """A product as the shop shall show it, normalised (webstore-api §7.4). Stock travels apart."""

    erp_id: str
    code: str
    name: str
    description_html: str | None
    gtin: str | None
    unit: str
    ncm: str | None
    price: Decimal
    net_weight: Decimal
    gross_weight: Decimal
    height: Decimal
    width: Decimal
    length: Decimal
    images: tuple[str, ...]
    brand: str | None
    category_path: tuple[str, ...]
    related: Related
    options: tuple[str, ...] = ()
    variants: tuple[ShopVariant, ...] = ()
    warnings: tuple[Warning, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Skip:
    """The product cannot or shall not be written, and why."""

    reason: Reason
    detail: str = ""
