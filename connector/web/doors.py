"""The doors for messages: the shop's events and the ERP's stock webhook. Answered once they are durable."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from aiohttp import web

from connector.flows import events
from connector.store import stores
from connector.web.context import ENV, LOG

# Contract, webstore-api section 11.3.
_MAX_AGE_SECONDS = 300

_MAX_BODY = 256 * 1024


def is_signed(headers: Any, body: bytes, secret: str, now: datetime) -> bool:
    """Whether the shop signed these bytes not long ago (webstore-api §11.3)."""
    timestamp, given = headers.get("X-Webstore-Timestamp", ""), headers.get("X-Webstore-Hmac-SHA256", "")
    right = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"sha256={right}".encode(), given.encode()):
        return False
    return timestamp.isascii() and timestamp.isdigit() and abs(int(timestamp) - now.timestamp()) <= _MAX_AGE_SECONDS


async def shop_event(request: web.Request) -> web.Response:
    """A message of the shop: 401 unless it is signed, 503 where it cannot be kept, else 200."""
    env = request.app[ENV]
    text = request.headers.get("X-Webstore-Store-Id", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        # Not 410, by which the shop would delete the subscription: somebody else asks, or lost the header.
        return web.Response(status=400, text="no store number")
    store = await env.db.read(stores.by_id, int(text))
    if store is None or store.uninstalled_at is not None:
        return web.Response(status=410, text="no such store here")
    if store.subscription_secret is None:
        # Subscribed a moment ago, the secret not kept yet: the shop sends it again.
        return web.Response(status=503, text="not ready")
    body = await request.read()
    if not is_signed(request.headers, body, env.vault.open(store.subscription_secret), env.clock.now()):
        request.app[LOG].warning("unsigned_event", store=store.id)
        return web.Response(status=401, text="bad signature")
    try:
        message = orjson.loads(body)
        event, event_id = str(message["event"]), str(message["event_id"])
        resource = str((message.get("resource") or {}).get("id", ""))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return web.Response(status=400, text="no event")
    try:
        await env.db.write(events.receive, env, store.id, event, event_id, resource, body.decode(errors="replace"))
    except sa.exc.SQLAlchemyError:
        request.app[LOG].exception("not_kept", store=store.id)
        return web.Response(status=503, text="cannot be kept now")
    return web.Response(text="ok")


async def stock_probe(request: web.Request) -> web.Response:
    """The ERP tries the address when the merchant saves it (erp-stock-webhook §1)."""
    env = request.app[ENV]
    if await env.db.read(stores.by_door, env.vault.mark(request.match_info["secret"])) is None:
        return web.Response(status=404, text="no such address")
    return web.Response(text="ok")


async def stock_message(request: web.Request) -> web.Response:
    """A stock message: kept raw and durable, then answered."""
    env = request.app[ENV]
    store = await env.db.read(stores.by_door, env.vault.mark(request.match_info["secret"]))
    if store is None:
        return web.Response(status=404, text="no such address")
    body = bytearray()
    # A body comes in pieces: one read is not all of it.
    async for piece in request.content.iter_chunked(2**16):
        body += piece
        if len(body) > _MAX_BODY:
            return web.Response(status=413, text="too large")
    if not body.strip():
        return web.Response(text="ok")
    try:
        await env.db.write(events.receive_from_erp, env, store.id, body.decode(errors="replace"))
    except sa.exc.SQLAlchemyError:
        request.app[LOG].exception("not_kept", store=store.id)
        return web.Response(status=503, text="cannot be kept now")
    return web.Response(text="ok")
