"""The products of one account: kept by id, found by name, code, barcode, state or date.

Searching ten thousand products costs milliseconds, so what a search found is kept until a product
changes; a page of it is then a slice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from fake_erp.moments import parse_moment
from fake_erp.records import Mapping, Product

FIRST_PRODUCT_ID = 700_000_001
FIRST_MAPPING_ID = 550_000_001
_KEPT_SEARCHES = 32


@dataclass(frozen=True, kw_only=True)
class Search:
    """The filters of `produtos.pesquisa.php`; `text` is already folded, `situacao` "" = active and inactive."""

    text: str = ""
    gtin: str = ""
    situacao: str = ""
    created_from: datetime | None = None
    children: bool = True


class Catalogue:
    """Products in order of their ids, and the mappings that announce them. `changed` is told of every change."""

    # Derived, or not this store's own.
    NOT_SAVED = frozenset({"_changed", "_found", "rows"})

    def __init__(self, changed: Callable[[int], None]) -> None:
        self._changed = changed
        self._products: dict[int, Product] = {}
        self._codes: dict[str, int] = {}
        self._mappings: dict[int, list[Mapping]] = {}
        self._found: dict[Search, list[Product]] = {}
        # What the listing service has encoded of each product; dropped when the product changes.
        self.rows: dict[int, bytes] = {}
        self._next_product = FIRST_PRODUCT_ID
        self._next_mapping = FIRST_MAPPING_ID
        # Numbers of mappings that the platform has not agreed to yet, by product and integration.
        self._offered: dict[str, int] = {}

    def __len__(self) -> int:
        """Products as a merchant counts them: variations belong to their parent."""
        return sum(1 for _ in self.parents())

    def parents(self) -> Iterator[Product]:
        """Every product that is no variation, deleted ones included."""
        return (p for p in self._products.values() if p.tipoVariacao != "V")

    def all(self) -> list[Product]:
        """Every product and variation in order of ids, deleted ones included."""
        return list(self._products.values())

    def get(self, product_id: int) -> Product | None:
        return self._products.get(product_id)

    def by_code(self, code: str) -> Product | None:
        """The product that holds this code and is not deleted."""
        product = self._products.get(self._codes.get(code, 0))
        held = product is not None and product.codigo == code and product.situacao != "E"
        return product if held else None

    def all_with_code(self, code: str) -> list[Product]:
        """Every product with this code that is not deleted; more than one where codes need not be unique."""
        return [p for p in self._products.values() if code and p.codigo == code and p.situacao != "E"]

    def children(self, parent: Product) -> list[Product]:
        return [self._products[child] for child in parent.variation_ids]

    def new_product_id(self) -> int:
        self._next_product += 1
        return self._next_product - 1

    def add(self, product: Product) -> Product:
        self._products[product.id] = product
        self.touch(product)
        return product

    def fill(self, products: Iterable[Product]) -> None:
        """Take what is there from the start, which is no change."""
        for product in products:
            self._products[product.id] = product
            if product.codigo:
                self._codes[product.codigo] = product.id

    def touch(self, product: Product) -> None:
        """Forget what was derived from a product before it changed."""
        if product.codigo:
            self._codes[product.codigo] = product.id
        self.rows.pop(product.id, None)
        self._found.clear()
        self._changed(product.id)

    def search(self, wanted: Search) -> list[Product]:
        """What the filters let through, in order of ids."""
        found = self._found.get(wanted)
        if found is None:
            if len(self._found) >= _KEPT_SEARCHES:
                self._found.clear()
            found = self._found[wanted] = [p for p in self._products.values() if _passes(p, wanted)]
        return found

    def mappings(self, product_id: int) -> list[Mapping]:
        return self._mappings.get(product_id, [])

    def all_mappings(self) -> list[Mapping]:
        return [mapping for mappings in self._mappings.values() for mapping in mappings]

    def map(self, product: Product, integration: int, sku: str, parent_sku: str = "") -> Mapping:
        """Announce a product on a platform; a variation's mapping names its parent's (products §2.1)."""
        parent = self.mapping(product.idProdutoPai, integration)
        mapping = Mapping(
            idMapeamento=self._offered.pop(f"{product.id}:{integration}", 0) or self._new_mapping_id(),
            idEcommerce=integration,
            idProduto=product.id,
            skuMapeamento=sku,
            skuMapeamentoPai=parent_sku or (parent.skuMapeamento if parent else ""),
            idMapeamentoPai=parent.idMapeamento if parent else 0,
        )
        self._mappings.setdefault(product.id, []).append(mapping)
        return mapping

    def mapping(self, product_id: int, integration: int) -> Mapping | None:
        """The first announcement of a product on a platform."""
        return next((m for m in self.mappings(product_id) if m.idEcommerce == integration), None)

    def offer(self, product: Product, integration: int) -> int:
        """The number of a mapping that is, or that arises if the platform takes the product (stock webhook §4)."""
        if mapping := self.mapping(product.id, integration):
            return mapping.idMapeamento
        key = f"{product.id}:{integration}"
        if key not in self._offered:
            self._offered[key] = self._new_mapping_id()
        return self._offered[key]

    def agree(self, product: Product, integration: int, sku: str, url: str, image: str) -> Mapping:
        """What the platform answers to a product: its mapping arises, or is brought up to date."""
        mapping = self.mapping(product.id, integration) or self.map(product, integration, sku)
        parent = self.mapping(product.idProdutoPai, integration)
        agreed = replace(
            mapping,
            skuMapeamento=sku,
            skuMapeamentoPai=parent.skuMapeamento if parent else mapping.skuMapeamentoPai,
            idMapeamentoPai=parent.idMapeamento if parent else mapping.idMapeamentoPai,
            urlProduto=url or mapping.urlProduto,
            urlImagem=image or mapping.urlImagem,
        )
        held = self._mappings[product.id]
        held[held.index(mapping)] = agreed
        return agreed

    def _new_mapping_id(self) -> int:
        number, self._next_mapping = self._next_mapping, self._next_mapping + 1
        return number

    def unmap(self, product_id: int) -> int:
        """Remove a product's mappings and say how many there were."""
        return len(self._mappings.pop(product_id, []))

    def unmap_one(self, product_id: int, number: int) -> None:
        """Remove one mapping of a product."""
        self._mappings[product_id] = [m for m in self.mappings(product_id) if m.idMapeamento != number]

    def unmap_integration(self, integration: int) -> int:
        """Remove every mapping of one integration and say how many there were."""
        before = len(self.all_mappings())
        kept = {each: [m for m in held if m.idEcommerce != integration] for each, held in self._mappings.items()}
        self._mappings = {product: held for product, held in kept.items() if held}
        return before - len(self.all_mappings())


def _passes(product: Product, wanted: Search) -> bool:
    # §0.1: without `situacao` the answer holds active and inactive ones; E only when asked for.
    if product.situacao != wanted.situacao and (wanted.situacao or product.situacao == "E"):
        return False
    if product.tipoVariacao == "V" and not wanted.children:
        return False
    if wanted.gtin and product.gtin != wanted.gtin:
        return False
    if wanted.text and wanted.text not in product.nome.casefold() and wanted.text not in product.codigo.casefold():
        return False
    # "From that moment on" is the natural reading of `dataCriacao` (products §1).
    return wanted.created_from is None or parse_moment(product.data_criacao) >= wanted.created_from
