"""What a platform remembers: the app, stores, products, stock, images, categories, settings; orders are apart.

Product and variant keep their writable fields as the wire's own JSON values, already in their one
spelling, so that "really different" (§7.2 rule 5) is a comparison of two dictionaries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from fake_webstore.bucket import Bucket
from fake_webstore.packing import Packing

if TYPE_CHECKING:
    from fake_webstore.orders.generator import Generator
    from fake_webstore.orders.records import Order
    from fake_webstore.overselling import Told
    from fake_webstore.webhooks import Subscription

Fields = dict[str, Any]
StockKind = Literal["physical", "available"]
SCOPES = ("read_products", "write_products", "read_orders", "write_orders", "app_settings")


@dataclass(kw_only=True)
class App:
    """A registered app (§3.1)."""

    app_id: int
    client_secret: str
    redirect_uri: str
    home_url: str
    scopes: tuple[str, ...] = SCOPES
    slug: str = "erp"
    name: str = "ERP"


@dataclass(kw_only=True)
class Installation:
    """The app in one store, with its one valid token."""

    access_token: str
    scopes: tuple[str, ...]
    installed_at: datetime


@dataclass(kw_only=True)
class AppSettings:
    """What the merchant saved and what the app reported (§4.2)."""

    registration: Literal["existing", "none"] | None = None
    erp_token: str | None = None
    connection: str = "not_connected"
    message: str | None = None
    stock_webhook_url: str | None = None
    last_sync_at: datetime | None = None
    configured_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Stock:
    """The balance of a product or variant (§9).

    `since_written` is what orders after `written_after`, the last one before the last write, hold of it:
    a balance of kind `available` knows of the others.
    """

    quantity: Decimal = Decimal(0)
    kind: StockKind = "physical"
    reserved: Decimal = Decimal(0)
    since_written: Decimal = Decimal(0)
    written_after: int = 0
    updated_at: datetime | None = None
    source_updated_at: datetime | None = None

    @property
    def available(self) -> Decimal:
        taken = self.reserved if self.kind == "physical" else self.since_written
        return max(Decimal(0), self.quantity - taken)


@dataclass(slots=True, kw_only=True)
class Image:
    """A picture of a product; fetched at `requested_at` plus the fetch time (§8).

    `arrived` is what came of it, "ready" or the error; None while it is being fetched. Where nothing is fetched the
    address alone decides at once, and it is seen when the time has come.
    """

    id: int
    source_url: str
    alt: str | None
    requested_at: datetime
    is_fetched: bool = False
    arrived: str | None = None


# What the fields of most products and variants have in common.
_PACKING = Packing(
    b'"option_values":["","external_id":null,"gtin":null,"gtin":"789","promotional_price":null,"summary":null,"</p><ul>'
    b'<li></li></ul><h2></h2><p>","description_html":"<h2>","unit":"UN","ncm":"","price":".90","net_weight_kg":"0.",'
    b'"gross_weight_kg":"0.","package":{"height_cm":".0","width_cm":".0","length_cm":".0"},"brand":"","category_path":["'
    b'","related":{"product_codes":[],"keywords":["","warranty":"3 meses","video_url":null,"seo_title":"",'
    b'"seo_description":"","active":true,"options":[]}{"code":"'
)


class Written:
    """Something with writable fields, kept as packed JSON: a tenth of the memory of dictionaries.

    `fields` is a new dictionary at every reading; change it by assigning a whole one.
    """

    __slots__ = ("_packed", "code")

    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    @property
    def fields(self) -> Fields:
        return _PACKING.unpack(self._packed)

    @fields.setter
    def fields(self, fields: Fields) -> None:
        self._packed = _PACKING.pack(fields)
        self.code = str(fields["code"])


class Variant(Written):
    """One variation of a product (§7.3)."""

    __slots__ = ("id", "product", "stock")

    def __init__(self, *, id: int, product: Product, fields: Fields) -> None:
        super().__init__(fields)
        self.id = id
        self.product = product
        self.stock = Stock()


class Product(Written):
    """A product (§7.1); soft-deleted ones stay to keep their code."""

    __slots__ = ("created_at", "deleted", "id", "images", "stock", "updated_at", "variants", "version")

    def __init__(self, *, id: int, fields: Fields, created_at: datetime) -> None:
        super().__init__(fields)
        self.id = id
        self.created_at = self.updated_at = created_at
        self.version = 1
        self.variants: list[Variant] = []
        self.images: list[Image] = []
        self.stock = Stock()
        self.deleted = False


@dataclass(kw_only=True)
class Category:
    """A category; `path` is the names from the root."""

    id: int
    parent_id: int | None
    path: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class Store:
    """A shop: its facts (§5), its owner's log-in and everything in it."""

    id: int
    name: str
    facts: dict[str, Any]
    created_at: datetime
    owner_email: str
    password: str
    password_hash: str
    status: str = "active"
    installation: Installation | None = None
    settings: AppSettings = field(default_factory=AppSettings)
    bucket: Bucket = field(default_factory=Bucket)
    products: dict[int, Product] = field(default_factory=dict)
    by_code: dict[str, Product | Variant] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    categories: dict[tuple[str, ...], Category] = field(default_factory=dict)
    webhooks: dict[int, Subscription] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    order_numbers: set[int] = field(default_factory=set)
    next_order_number: int = 1001
    trade: Generator | None = None
    # Document of a buyer → id, so that who buys again is the same customer.
    customers: dict[str, int] = field(default_factory=dict)
    # What the ERP has by code, as far as it was told, and the sales of what it had not.
    erp_stock: dict[str, Told] = field(default_factory=dict)
    oversold: list[dict[str, Any]] = field(default_factory=list)
    # What the storefront's carts have led to, by their key.
    purchases: dict[str, int] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        return str(self.facts["domain"])
