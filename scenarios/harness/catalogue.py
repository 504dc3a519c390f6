"""A seeded Brazilian catalogue in neutral words; each fake turns it into its own records.

Every forty products in a row hold each awkward shape of the Webstore contract, section 16.6, that
belongs to products; everything else is drawn.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from scenarios.harness import documents, wording
from scenarios.harness.goods import AXES, BRANDS, FRACTIONAL_UNITS, GOODS, Goods


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
    """One product. Money in BRL with two decimals, weights in kg, lengths in cm; `ncm` is 8 digits.

    `description_html` may be HTML, plain text with line breaks or empty; the stock of a product with
    variations is the sum of theirs.
    """

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


# A product's place among forty decides about its awkward shape. A code has at most 22 characters,
# so that the longest suffix of a variation (8) fits into the 30 that the ERP takes.
_PLACES = 40
_ODD_CODES = {
    3: "{stem}/{serial}",
    8: "{stem} {serial}",
    13: "{stem}+{serial}",
    18: "PROMOÇÃO-{serial}",
    23: "{digits}",
    31: "AÇO 1/2 + {serial}",
    37: "EDICAO-ESPECIAL-{serial:06}",
}
_WITHOUT_NCM = frozenset({5, 29})
_WITHOUT_WEIGHT = 11
_LONG_NAME = 16
_CHOSEN_GOODS = {
    27: tuple(goods for goods in GOODS if goods.ncm.startswith("0")),
    33: tuple(goods for goods in GOODS if goods.unit in FRACTIONAL_UNITS),
}
_WITH_AXES = tuple(goods for goods in GOODS if goods.axes)

_GTIN_SHARE = 0.8


def catalogue(random: Random, count: int, *, variations_share: float = 1 / 3) -> Iterator[CatalogueProduct]:
    """`count` products with codes unique within the call; about `variations_share` of them have variations."""
    return (_product(random, index, random.random() < variations_share) for index in range(count))


def _product(random: Random, index: int, varied: bool) -> CatalogueProduct:
    place = index % _PLACES
    goods = random.choice(_CHOSEN_GOODS.get(place, _WITH_AXES if varied else GOODS))
    code = _code(goods, index)
    price = _price(random, goods)
    net, gross = (Decimal("0.000"),) * 2 if place == _WITHOUT_WEIGHT else _weights(random, goods)
    brand = random.choice(BRANDS) if random.random() < 0.85 else None
    title = wording.name(random, goods, brand, long=place == _LONG_NAME)
    seo_title, seo_description = wording.seo(random, title, goods)
    variations = _variations(random, goods, code, price, (net, gross)) if varied and goods.axes else ()
    height, width, length = (Decimal(side) for side in goods.box)
    return CatalogueProduct(
        code=code,
        name=title,
        description_html=wording.description(random, title, goods),
        gtin=_gtin(random),
        unit=goods.unit,
        ncm=None if place in _WITHOUT_NCM else goods.ncm,
        price=price,
        promotional_price=_share_of(price, random.randint(70, 95)) if random.random() < 1 / 6 else None,
        cost_price=_share_of(price, random.randint(40, 65)),
        net_weight_kg=net,
        gross_weight_kg=gross,
        height_cm=height,
        width_cm=width,
        length_cm=length,
        images=wording.images(random),
        brand=brand,
        category=goods.category,
        warranty=wording.warranty(random),
        keywords=wording.keywords(random, goods, brand),
        seo_title=seo_title,
        seo_description=seo_description,
        video_url=wording.video(random),
        stock=sum((v.stock for v in variations), Decimal(0)) if variations else _stock(random, goods),
        variations=variations,
    )


def _variations(
    random: Random, goods: Goods, code: str, price: Decimal, weights: tuple[Decimal, Decimal]
) -> tuple[CatalogueVariation, ...]:
    """2 to 6 of the possible combinations; one product in four prices, one in four weighs each by itself."""
    names = [AXES[axis][0] for axis in goods.axes]
    choices = [random.sample(list(AXES[axis][1].items()), 3) for axis in goods.axes]
    grid = list(itertools.product(*choices))
    chosen = sorted(random.sample(range(len(grid)), random.randint(2, min(6, len(grid)))))
    own_price, own_weights = random.random() < 0.25, random.random() < 0.25
    variations = []
    for combination in (grid[number] for number in chosen):
        net, gross = _weights(random, goods) if own_weights else weights
        variations.append(
            CatalogueVariation(
                code="-".join([code, *(suffix for _, suffix in combination)]),
                options=dict(zip(names, (value for value, _ in combination), strict=True)),
                price=_share_of(price, random.randint(100, 130)) if own_price else price,
                gtin=_gtin(random),
                net_weight_kg=net,
                gross_weight_kg=gross,
                stock=_stock(random, goods),
            )
        )
    return tuple(variations)


def _code(goods: Goods, index: int) -> str:
    plain = unicodedata.normalize("NFD", goods.noun[:3]).encode("ascii", "ignore").decode()
    shape = _ODD_CODES.get(index % _PLACES, "{stem}-{serial:05}")
    return shape.format(stem=plain.upper(), serial=index + 1, digits=4711 + index // _PLACES)


def _price(random: Random, goods: Goods) -> Decimal:
    """Most prices end in 90 or 99 cents."""
    cents = random.choice((90, 90, 99, 0, random.randrange(100)))
    return Decimal(random.randint(*goods.prices) * 100 + cents).scaleb(-2)


def _share_of(price: Decimal, percent: int) -> Decimal:
    """That many hundredths of a price, cut to cents."""
    return Decimal(int(price * percent)).scaleb(-2)


def _weights(random: Random, goods: Goods) -> tuple[Decimal, Decimal]:
    """Net and gross weight in kg, three decimals; net is above zero and not above gross."""
    gross = random.randint(*goods.grams)
    net = max(1, gross * random.randint(80, 98) // 100)
    return Decimal(net).scaleb(-3), Decimal(gross).scaleb(-3)


def _stock(random: Random, goods: Goods) -> Decimal:
    """One in ten is sold out; only goods sold by measure have fractions."""
    if random.random() < 0.1:
        return Decimal(0)
    if goods.unit in FRACTIONAL_UNITS:
        return Decimal(random.randint(1, 90_000)).scaleb(-3)
    return Decimal(random.randint(1, 250))


def _gtin(random: Random) -> str | None:
    return documents.gtin13(random) if random.random() < _GTIN_SHARE else None
