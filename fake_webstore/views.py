"""Products, stores and installations as the API answers them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fake_webstore import images, stock
from fake_webstore.formats import time_text
from fake_webstore.records import Product, Store, Variant


def product(store: Store, shown: Product, now: datetime) -> dict[str, Any]:
    """The whole product (§7.1)."""
    return {
        "id": shown.id,
        **(fields := shown.fields),
        "related": related(store, fields["related"]),
        "variants": [variant(child) for child in shown.variants],
        "images": images.documents(store, shown, now),
        "stock": stock.balance(shown),
        "url": f"https://{store.domain}/produto/{shown.id}",
        "version": shown.version,
        "created_at": time_text(shown.created_at),
        "updated_at": time_text(shown.updated_at),
    }


def variant(shown: Variant) -> dict[str, Any]:
    return {"id": shown.id, **shown.fields, "stock": stock.balance(shown)}


def related(store: Store, bag: dict[str, Any] | None) -> dict[str, Any] | None:
    """Codes are answered with the product that has them by now, or null (§7.4)."""
    if bag is None:
        return None
    return {
        **bag,
        "product_codes": [{"code": code, "product_id": _id_of(store, code)} for code in bag["product_codes"]],
    }


def _id_of(store: Store, code: str) -> int | None:
    owner = store.by_code.get(code)
    return owner.id if isinstance(owner, Product) and not owner.deleted else None


def shop(shown: Store) -> dict[str, Any]:
    """The store (§5)."""
    return {
        "id": shown.id,
        "name": shown.name,
        **shown.facts,
        "timezone": "America/Sao_Paulo",
        "currency": "BRL",
        "status": shown.status,
        "created_at": time_text(shown.created_at),
    }


def installation(shown: Store, api_url: str) -> dict[str, Any]:
    """One line of `GET /installations` (§5); the store has the app."""
    assert shown.installation is not None
    return {
        "store_id": shown.id,
        "name": shown.name,
        "domain": shown.domain,
        "status": shown.status,
        "api_url": api_url,
        "installed_at": time_text(shown.installation.installed_at),
        "scopes": list(shown.installation.scopes),
    }
