"""Makes stores and products from the harness's people and catalogue, through the shop's own rules."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from random import Random
from typing import Any

from argon2 import PasswordHasher

from fake_webstore import catalogue as shop
from fake_webstore import images, installs
from fake_webstore.records import Product, Store
from fake_webstore.world import Platform
from scenarios.harness.catalogue import CatalogueProduct, CatalogueVariation, catalogue
from scenarios.harness.people import People, Person

# A fake guards nothing: as cheap as the library allows.
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def create_store(world: Platform, *, name: str | None = None, products: int = 0, installed: bool = False) -> Store:
    """A store with its owner's log-in, filled and with the app if wanted."""
    store_id = world.next_store_id()
    random = Random(f"{world.origin}:{store_id}")
    owner = People(random).company()
    password = world.secret(12)
    store = Store(
        id=store_id,
        name=name or owner.trade_name or owner.name,
        facts=_facts(store_id, owner),
        created_at=world.now(),
        owner_email=f"loja{store_id}@exemplo.com.br",
        password=password,
        password_hash=HASHER.hash(password),
    )
    world.stores[store.id] = store
    _fill(world, store, catalogue(random, products))
    if installed:
        installs.install(world, store)
    return store


def _facts(store_id: int, owner: Person) -> dict[str, Any]:
    place = owner.address
    phone = owner.phone or owner.mobile_phone
    return {
        "legal_name": owner.name,
        "cnpj": owner.cnpj,
        "ie": owner.ie,
        "domain": f"loja{store_id}.webstore.example",
        "email": owner.email,
        "phone": phone,
        "address": {
            "recipient": owner.name[:120],
            "street": place.street,
            "number": place.number,
            "complement": place.complement,
            "district": place.district,
            "city": place.city,
            "state": place.state,
            "zip_code": place.zip_code,
            "ibge_code": place.ibge_code,
            "country": "BR",
            "reference": place.reference,
            "phone": phone,
        },
    }


def _fill(world: Platform, store: Store, goods: Iterable[CatalogueProduct]) -> None:
    known: dict[Decimal, Decimal] = {}
    for one in goods:
        product, _ = shop.put(world, store, one.code, _document(one))
        images.replace(world, store, product, [{"source_url": url} for url in one.images])
        _stock(product, one, known)
        product.version = 1


def _document(one: CatalogueProduct) -> dict[str, Any]:
    has_promotion = one.promotional_price is not None and 0 < one.promotional_price < one.price
    return {
        "name": one.name,
        "description_html": one.description_html,
        "gtin": one.gtin,
        "unit": one.unit,
        "ncm": one.ncm,
        "price": f"{one.price:.2f}",
        "promotional_price": f"{one.promotional_price:.2f}" if has_promotion else None,
        "net_weight_kg": f"{one.net_weight_kg:.3f}",
        "gross_weight_kg": f"{one.gross_weight_kg:.3f}",
        "package": {
            "height_cm": f"{one.height_cm:.2f}",
            "width_cm": f"{one.width_cm:.2f}",
            "length_cm": f"{one.length_cm:.2f}",
        },
        "brand": one.brand,
        "category_path": list(one.category) or None,
        "related": {
            "keywords": list(one.keywords),
            "warranty": one.warranty,
            "video_url": one.video_url,
            "seo_title": one.seo_title,
            "seo_description": one.seo_description,
        },
        "options": list(one.variations[0].options) if one.variations else [],
        "variants": [_variant(variation, one.price) for variation in one.variations],
    }


def _variant(variation: CatalogueVariation, price: Decimal) -> dict[str, Any]:
    return {
        "code": variation.code,
        "gtin": variation.gtin,
        "option_values": list(variation.options.values()),
        "price": f"{variation.price:.2f}" if variation.price != price else None,
        "net_weight_kg": f"{variation.net_weight_kg:.3f}",
        "gross_weight_kg": f"{variation.gross_weight_kg:.3f}",
    }


def _stock(product: Product, one: CatalogueProduct, known: dict[Decimal, Decimal]) -> None:
    targets = [(product.stock, one.stock)]
    targets += [
        (child.stock, variation.stock) for child, variation in zip(product.variants, one.variations, strict=True)
    ]
    for stock, quantity in targets:
        # Equal balances are one object: most of ten thousand are small whole numbers.
        stock.quantity, stock.updated_at = known.setdefault(quantity, quantity), product.created_at
