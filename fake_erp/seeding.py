"""From the harness's neutral catalogue to this ERP's products, seeded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from fake_erp.moments import write_moment
from fake_erp.records import Depot, Product
from scenarios.harness.catalogue import CatalogueProduct, CatalogueVariation, catalogue

# Contract, products §2: category levels are joined like this in API calls.
CATEGORY_SEPARATOR = " >> "
NAME_LENGTH = 120


def child_name(parent: str, grade: dict[str, str]) -> str:
    """A variation is named after its parent and its attributes (products §3, sample)."""
    return " - ".join([parent, *grade.values()])[:NAME_LENGTH].rstrip()


class Seeder:
    """Draws products of the harness and turns each into a record and its variations."""

    def __init__(self, random: Random, depots: tuple[Depot, ...], now: datetime, new_id: Callable[[], int]) -> None:
        self._random = random
        self._depots = depots
        self._now = now
        self._new_id = new_id
        # What many products have alike is there once: ten thousand of them are meant to be small.
        self._amounts: dict[str, Decimal] = {}
        self._balance: dict[tuple[str, ...], tuple[Decimal, ...]] = {}
        self._grades: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}

    def products(self, count: int, variations_share: float) -> Iterator[Product]:
        """`count` products, each followed by its variations, in order of ids."""
        drawn = catalogue(self._random, count, variations_share=variations_share)
        return (record for item in drawn for record in self._records(item))

    def _records(self, item: CatalogueProduct) -> list[Product]:
        product = self._product(item)
        children = [self._variation(product, variation) for variation in item.variations]
        if children:
            product.tipoVariacao, product.classe_produto = "P", "V"
            product.variation_ids = tuple(child.id for child in children)
        return [product, *children]

    def _product(self, item: CatalogueProduct) -> Product:
        # Two image lists on the wire: the first image is hosted by the ERP, the rest elsewhere.
        inactive = self._random.random() < 0.03
        stock = Decimal(0) if item.variations else item.stock
        return Product(
            id=self._new_id(),
            data_criacao=self._created(),
            nome=item.name,
            codigo=item.code,
            unidade=item.unit,
            preco=_text(item.price),
            preco_promocional=_text(item.promotional_price or "0.00"),
            preco_custo=_text(item.cost_price),
            preco_custo_medio=_text(item.cost_price),
            ncm=_text(_dotted(item.ncm)) if item.ncm else "",
            gtin=item.gtin or "",
            peso_liquido=_text(item.net_weight_kg),
            peso_bruto=_text(item.gross_weight_kg),
            situacao="I" if inactive else "A",
            descricao_complementar=item.description_html,
            garantia=(item.warranty or "")[:20],
            marca=item.brand or "",
            alturaEmbalagem=_text(item.height_cm),
            larguraEmbalagem=_text(item.width_cm),
            comprimentoEmbalagem=_text(item.length_cm),
            categoria=_text(CATEGORY_SEPARATOR.join(item.category)),
            seo_title=item.seo_title or "",
            seo_keywords=_text(", ".join(item.keywords)[:255]),
            seo_description=_text(item.seo_description or ""),
            link_video=(item.video_url or "")[:100],
            anexos=item.images[:1],
            imagens_externas=item.images[1:],
            balances=self._balances(stock),
            reserved=self._reserved(stock),
        )

    def _variation(self, parent: Product, item: CatalogueVariation) -> Product:
        return replace(
            parent,
            id=self._new_id(),
            nome=child_name(parent.nome, item.options),
            codigo=item.code,
            preco=_text(item.price),
            gtin=item.gtin or "",
            peso_liquido=_text(item.net_weight_kg),
            peso_bruto=_text(item.gross_weight_kg),
            tipoVariacao="V",
            classe_produto="S",
            idProdutoPai=parent.id,
            grade=self._grade(item.options),
            anexos=(),
            imagens_externas=(),
            balances=self._balances(item.stock),
            reserved=self._reserved(item.stock),
        )

    def _grade(self, options: dict[str, str]) -> dict[str, str]:
        return self._grades.setdefault(tuple(options.items()), options)

    def _amount(self, amount: Decimal) -> Decimal:
        # By its text: 1 and 1.000 are equal and not alike.
        return self._amounts.setdefault(str(amount), amount)

    def _created(self) -> str:
        age = timedelta(seconds=self._random.randrange(86_400, 3 * 365 * 86_400))
        return write_moment(self._now - age)

    def _balances(self, amount: Decimal) -> tuple[Decimal, ...]:
        """All of it in the first depot that counts, a few damaged pieces where nothing counts."""
        first = next((number for number, depot in enumerate(self._depots) if not depot.ignored), None)
        damaged = Decimal(self._random.choice((0, 0, 0, 1, 3)))
        balances = tuple(
            self._amount(amount if number == first else damaged if depot.ignored else Decimal(0))
            for number, depot in enumerate(self._depots)
        )
        return self._balance.setdefault(tuple(map(str, balances)), balances)

    def _reserved(self, amount: Decimal) -> Decimal:
        """A few pieces in open orders."""
        return self._amount(min(Decimal(self._random.choice((0, 0, 0, 1, 2))), amount))


def _text(value: object) -> str:
    return sys.intern(str(value))


def _dotted(ncm: str) -> str:
    """61091000 → 6109.10.00 (products §2)."""
    return f"{ncm[:4]}.{ncm[4:6]}.{ncm[6:]}"
