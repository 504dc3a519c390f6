"""Categories, created by the paths of products (§8)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from fake_webstore.records import Category, Store
from fake_webstore.world import Platform


def _key(names: Sequence[str]) -> tuple[str, ...]:
    """Names are compared without case and accents."""
    plain = (unicodedata.normalize("NFKD", name.strip()).casefold() for name in names)
    return tuple("".join(c for c in name if not unicodedata.combining(c)) for name in plain)


def known_path(store: Store, names: Sequence[str]) -> list[str]:
    """The path as the store spells it: known levels keep their first spelling."""
    key = _key(names)
    path: list[str] = []
    for depth, name in enumerate(names, start=1):
        known = store.categories.get(key[:depth])
        path = list(known.path) if known else [*path, name.strip()]
    return path


def create_missing(world: Platform, store: Store, path: Sequence[str]) -> None:
    """Make the levels of the path that the store lacks."""
    key, parent = _key(path), None
    for depth in range(1, len(path) + 1):
        category = store.categories.get(key[:depth])
        if category is None:
            category = Category(id=world.next_id(), parent_id=parent, path=tuple(path[:depth]))
            store.categories[key[:depth]] = category
        parent = category.id


def document(store: Store, category: Category) -> dict[str, Any]:
    return {
        "id": category.id,
        "name": category.path[-1],
        "parent_id": category.parent_id,
        "path": list(category.path),
        "url": f"https://{store.domain}/categoria/{category.id}",
        "active": True,
    }
