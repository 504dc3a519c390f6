"""The app's settings in a store: saved by the merchant, reported on by the app (§4)."""

from __future__ import annotations

from typing import Any

from fake_webstore import shapes, webhooks
from fake_webstore.errors import Invalid
from fake_webstore.formats import is_web_address, parse_time, time_text
from fake_webstore.records import Store
from fake_webstore.world import Platform

LONGEST_TOKEN = 200


def document(world: Platform, store: Store) -> dict[str, Any]:
    """The settings as the app reads them: the ERP token in clear."""
    settings = store.settings
    return {
        "app": world.app.slug,
        "store_id": store.id,
        "registration": settings.registration,
        "erp_token": settings.erp_token,
        "connection": settings.connection,
        "message": settings.message,
        "stock_webhook_url": settings.stock_webhook_url,
        "last_sync_at": time_text(settings.last_sync_at),
        "configured_at": time_text(settings.configured_at),
        "updated_at": time_text(settings.updated_at),
    }


def save_token(world: Platform, store: Store, token: str) -> None:
    """The merchant pressed *Salvar* with a token; a different one starts the connection anew (§4.2)."""
    settings = store.settings
    if token != settings.erp_token:
        settings.connection, settings.message = "not_connected", None
    settings.registration, settings.erp_token = "existing", token
    settings.configured_at = settings.updated_at = world.now()
    webhooks.emit_app(world, store, "configured")


def report(world: Platform, store: Store, patch: dict[str, Any]) -> None:
    """The app reports its state. Raises ApiError; a report without news changes nothing."""
    shapes.require("AppSettingsPatch", patch)
    values = dict(patch)
    if (text := patch.get("last_sync_at")) is not None:
        try:
            values["last_sync_at"] = parse_time(text).replace(microsecond=0)
        except ValueError:
            raise Invalid(shapes.detail("invalid_format", "last_sync_at")) from None
    if (url := patch.get("stock_webhook_url")) is not None and not is_web_address(url):
        raise Invalid(shapes.detail("invalid_format", "stock_webhook_url"))
    settings = store.settings
    changed = {key: value for key, value in values.items() if getattr(settings, key) != value}
    for key, value in changed.items():
        setattr(settings, key, value)
    if changed:
        settings.updated_at = world.now()
