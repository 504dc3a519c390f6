"""Codes, tokens, installing and uninstalling the app (§3.2)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from urllib.parse import urlencode

from fake_webstore import webhooks
from fake_webstore.records import AppSettings, Installation, Store
from fake_webstore.world import Grant, Platform

CODE_LIFETIME = timedelta(seconds=300)


def is_app(world: Platform, client_id: str, client_secret: str) -> bool:
    """Whether these are the app's credentials."""
    good_secret = secrets.compare_digest(client_secret.encode(), world.app.client_secret.encode())
    return good_secret and client_id == str(world.app.app_id)


def grant_code(world: Platform, store: Store) -> str:
    """A code that the app may exchange once (§3.2, step 1)."""
    code = world.secret(40)
    world.grants[code] = Grant(store.id, world.clock.now() + CODE_LIFETIME)
    return code


def redirect_address(world: Platform, store: Store, api_url: str, state: str | None) -> str:
    """Where the panel sends the merchant's browser after *Instalar*."""
    query = {"code": grant_code(world, store), "store_id": store.id, "api_url": api_url}
    if state is not None:
        query["state"] = state
    glue = "&" if "?" in world.app.redirect_uri else "?"
    return world.app.redirect_uri + glue + urlencode(query)


def exchange(world: Platform, code: str) -> Store | None:
    """The store whose app is now installed, or None for a code that is unknown, used or too old."""
    grant = world.grants.pop(code, None)
    if grant is None or world.clock.now() > grant.expires_at:
        return None
    store = world.stores[grant.store_id]
    if store.status == "closed":
        return None
    install(world, store)
    return store


def install(world: Platform, store: Store) -> Installation:
    """Give the store a new token; the old one, if any, is revoked (§3.2). Settings and subscriptions stay."""
    revoke(world, store)
    store.installation = Installation(access_token=world.secret(48), scopes=world.app.scopes, installed_at=world.now())
    world.tokens[store.installation.access_token] = store.id
    return store.installation


def revoke(world: Platform, store: Store) -> None:
    if store.installation:
        del world.tokens[store.installation.access_token]
        world.revoked.add(store.installation.access_token)
        store.installation = None


def uninstall(world: Platform, store: Store) -> None:
    """The event goes first, being the last of the store; then token, subscriptions and settings go (§4.1)."""
    store.settings.updated_at = world.now()
    webhooks.emit_app(world, store, "uninstalled")
    revoke(world, store)
    store.webhooks.clear()
    store.settings = AppSettings()
