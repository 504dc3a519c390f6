"""The two calls of the app itself: code for token, and its installations (§3.2, 5)."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from fake_webstore import installs, views
from fake_webstore.api import recording
from fake_webstore.api.call import check_query
from fake_webstore.api.gate import DEEPEST, read_body, require_user_agent
from fake_webstore.errors import ApiError
from fake_webstore.world import Platform
from scenarios.harness.bodies import parse_json

_TOKEN_KEYS = ("grant_type", "client_id", "client_secret", "code")
_SECRET = frozenset({"client_secret", "code"})


class OAuthRefusal(Exception):
    """An answer in the OAuth form."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status, self.error, self.description = status, error, description


async def post_token(world: Platform, request: web.Request, entry: dict[str, Any]) -> web.Response:
    """Exchange a code for a token."""
    try:
        document, status = await _exchange(world, request, entry), 200
    except OAuthRefusal as refusal:
        entry["error"] = refusal.error
        document, status = {"error": refusal.error, "error_description": refusal.description}, refusal.status
    return web.Response(
        body=orjson.dumps(document),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def _exchange(world: Platform, request: web.Request, entry: dict[str, Any]) -> dict[str, Any]:
    fields = await _fields(request, entry)
    missing = [key for key in _TOKEN_KEYS if not str(fields.get(key) or "").strip()]
    if missing:
        raise OAuthRefusal(400, "invalid_request", f"{missing[0]} is missing")
    if fields["grant_type"] != "authorization_code":
        raise OAuthRefusal(400, "unsupported_grant_type", "use authorization_code")
    if not installs.is_app(world, str(fields["client_id"]), str(fields["client_secret"])):
        raise OAuthRefusal(401, "invalid_client", "client_id or client_secret is wrong")
    store = installs.exchange(world, str(fields["code"]))
    if store is None or store.installation is None:
        raise OAuthRefusal(400, "invalid_grant", "the code is unknown, used or older than 300 seconds")
    entry["store_id"] = store.id
    return {
        "access_token": store.installation.access_token,
        "token_type": "bearer",
        "scope": " ".join(store.installation.scopes),
        "store_id": store.id,
        "api_url": world.api_url(f"{request.scheme}://{request.host}"),
    }


async def _fields(request: web.Request, entry: dict[str, Any]) -> dict[str, Any]:
    if not request.headers.get("User-Agent", "").strip():
        raise OAuthRefusal(400, "invalid_request", "send a User-Agent")
    try:
        raw = await read_body(request)
    except ApiError:
        raise OAuthRefusal(400, "invalid_request", "the body cannot be read") from None
    fields: Any = None
    if request.content_type == "application/x-www-form-urlencoded":
        fields = dict(parse_qsl(raw.decode(errors="replace")))
    elif request.content_type == "application/json":
        try:
            fields = parse_json(raw, DEEPEST)
        except ValueError:
            raise OAuthRefusal(400, "invalid_request", "the body is no JSON") from None
    entry["body"] = recording.body_text(raw, fields, _SECRET)
    if not isinstance(fields, dict):
        raise OAuthRefusal(400, "invalid_request", "send a form or a JSON object")
    return fields


async def get_installations(world: Platform, request: web.Request, _: dict[str, Any]) -> web.Response:
    """Every store that has the app, without tokens."""
    require_user_agent(request)
    _require_app(world, request)
    check_query(request.query, frozenset())
    api_url = world.api_url(f"{request.scheme}://{request.host}")
    found = [views.installation(store, api_url) for store in world.stores.values() if store.installation]
    return web.Response(body=orjson.dumps(found), content_type="application/json")


def _require_app(world: Platform, request: web.Request) -> None:
    header = request.headers.get("Authorization")
    if not header:
        raise ApiError(401, "missing_token", headers={"WWW-Authenticate": "Basic"})
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        pair = ""
    client_id, _, client_secret = pair.partition(":")
    if scheme.lower() != "basic" or not installs.is_app(world, client_id, client_secret):
        raise ApiError(401, "invalid_token", headers={"WWW-Authenticate": "Basic"})
