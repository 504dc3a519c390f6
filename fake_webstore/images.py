"""The pictures of a product (§8). Unless the world fetches, the address alone decides what becomes of one."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from fake_webstore import fetching, shapes, webhooks
from fake_webstore.agenda import Errand
from fake_webstore.errors import Detail, Invalid
from fake_webstore.fetching import READY
from fake_webstore.formats import is_web_address
from fake_webstore.records import Image, Product, Store
from fake_webstore.world import Platform

FETCH_TIME = timedelta(seconds=2)
_TYPES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})


def replace(world: Platform, store: Store, product: Product, listed: Any) -> None:
    """Make the list the product's pictures. The same address keeps its picture; no news changes nothing."""
    shapes.require("ImageList", listed)
    _check_addresses(listed)
    by_address = {image.source_url: image for image in product.images}
    before = [(image.source_url, image.alt) for image in product.images]
    if [(entry["source_url"], entry.get("alt")) for entry in listed] == before:
        return
    now = world.clock.now()
    product.images = [_picture(world, by_address.get(entry["source_url"]), entry, now) for entry in listed]
    if any(image.is_fetched and image.arrived is None for image in product.images):
        world.agenda.at(now + FETCH_TIME, Errand("fetch_images", store.id, product.id))
    product.version += 1
    product.updated_at = world.now()
    webhooks.emit_product(world, store, "updated", product)


def _check_addresses(listed: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(listed):
        if not is_web_address(entry["source_url"]):
            raise Invalid(shapes.detail("invalid_format", index, "source_url"))
        if entry["source_url"] in seen:
            raise Invalid(Detail(f"[{index}].source_url", "not_allowed_value", "The address is listed twice."))
        seen.add(entry["source_url"])


def _picture(world: Platform, known: Image | None, entry: dict[str, Any], now: datetime) -> Image:
    if known is None:
        image = Image(id=world.next_id(), source_url=entry["source_url"], alt=entry.get("alt"), requested_at=now)
        if world.fetcher is not None:
            image.is_fetched = True
        else:
            image.arrived = fate(image.source_url) or READY
        return image
    known.alt = entry.get("alt")
    return known


def fetch_due(world: Platform, store: Store, product_id: int) -> None:
    """Fetch those of a product's pictures whose time has come."""
    now = world.clock.now()
    for image in store.products[product_id].images:
        is_due = image.is_fetched and image.arrived is None and image.requested_at + FETCH_TIME <= now
        if is_due and world.fetcher is not None:
            world.fetcher.begin(image)


def fate(source_url: str) -> str | None:
    """The error that this address is said to end with where nothing is fetched; None for a picture."""
    parts = urlsplit(source_url)
    host = parts.hostname or ""
    if fetching.is_this_machine(host) or (fetching.is_address(host) and not fetching.is_public(host)):
        return "not_allowed"
    suffix = PurePosixPath(parts.path).suffix.lower()
    return "unsupported_type" if suffix and suffix not in _TYPES else None


def documents(store: Store, product: Product, now: datetime) -> list[dict[str, Any]]:
    return [_document(store, image, position, now) for position, image in enumerate(product.images)]


def _document(store: Store, image: Image, position: int, now: datetime) -> dict[str, Any]:
    status, error = _state(image, now)
    return {
        "id": image.id,
        "source_url": image.source_url,
        "url": f"https://{store.domain}/imagens/{image.id}" if status == READY else None,
        "position": position,
        "alt": image.alt,
        "status": status,
        "error": error,
    }


def _state(image: Image, now: datetime) -> tuple[str, str | None]:
    if image.arrived is None or not (image.is_fetched or now >= image.requested_at + FETCH_TIME):
        return "pending", None
    return (READY, None) if image.arrived == READY else ("failed", image.arrived)
