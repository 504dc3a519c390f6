"""The doors for messages: the shop's events and the ERP's stock webhook. Answered once they are durable."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from aiohttp import web

from connector.core.errors import ContractBroken
from connector.flows import events
from connector.flows.door import put_aside
from connector.flows.intake import PATIENCE, NotKept
from connector.store import stores
from connector.store.stores import Door
from connector.web.addresses import Addresses
from connector.web.context import ENV, LOG
from connector.wire.erp_bodies import read_body
from connector.wire.erp_messages import tracking_answer

# Keeps a message of a store, or raises NotKept.
Keep = Callable[[int, str], Awaitable[None]]

KEEP: web.AppKey[Keep] = web.AppKey("keep")
ADDRESSES = web.AppKey("addresses", Addresses)

# Contract, webstore-api section 11.3.
_MAX_AGE_SECONDS = 300


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
    try:
        async with asyncio.timeout(PATIENCE):
            store = await env.db.read(stores.by_id, int(text))
    except (sa.exc.SQLAlchemyError, TimeoutError):
        return _not_kept(request, int(text))
    if store is None or store.uninstalled_at is not None:
        return web.Response(status=410, text="no such store here")
    if store.subscription_secret is None:
        # Subscribed a moment ago, the secret not kept yet: the shop sends it again.
        return web.Response(status=503, text="not ready")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        # The shop packs nothing (webstore-api §11.3), and its signature is over the bytes as they came.
        return web.Response(status=400, text="send it unpacked")
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
        async with asyncio.timeout(PATIENCE):
            text = body.decode(errors="replace")
            await env.db.write_soon(events.receive, env, store.id, event, event_id, resource, text)
    except (sa.exc.SQLAlchemyError, TimeoutError):
        return _not_kept(request, store.id)
    return web.Response(text="ok")


async def stock_probe(request: web.Request) -> web.Response:
    """The ERP tries the address when the merchant saves it (erp-stock-webhook §1)."""
    await _door(request)
    return web.Response(text="ok")


async def stock_message(request: web.Request) -> web.Response:
    """A message of the ERP: kept raw and durable, then answered.

    What cannot be read is put aside and answered 200 too, since it would be no better the next fifteen times.
    """
    door = await _door(request)
    # Beyond the application's limit (1 MiB) this ends in 413: so much we never keep.
    body = await request.read()
    if not body.strip():
        return web.Response(text="ok")
    try:
        text = read_body(body, request.headers.get("Content-Encoding", ""))
    except ContractBroken as error:
        return await _put_aside(request, door, body, error)
    try:
        await request.app[KEEP](door.store_id, text)
    except NotKept:
        return _not_kept(request, door.store_id)
    if b"rastreio" in body and (answer := tracking_answer(text.encode())) is not None:
        return web.json_response(answer)
    return web.Response(text="ok")


async def _door(request: web.Request) -> Door:
    """Whose address it is, or the answer that it is nobody's."""
    try:
        door = await request.app[ADDRESSES].find(request.match_info["secret"])
    except (sa.exc.SQLAlchemyError, TimeoutError):
        raise web.HTTPServiceUnavailable(text="cannot be kept now") from None
    if door is None:
        raise web.HTTPNotFound(text="no such address")
    if door.is_uninstalled:
        raise web.HTTPGone(text="the app is not installed any more")
    return door


async def _put_aside(request: web.Request, door: Door, body: bytes, error: ContractBroken) -> web.Response:
    env = request.app[ENV]
    request.app[LOG].warning("put_aside", store=door.store_id, reason=error.reason, size=len(body))
    try:
        async with asyncio.timeout(PATIENCE):
            await env.db.write_soon(put_aside, env, door.store_id, body, error)
    except (sa.exc.SQLAlchemyError, TimeoutError):
        return _not_kept(request, door.store_id)
    return web.Response(text="ok")


def _not_kept(request: web.Request, store_id: int) -> web.Response:
    """Have it sent again."""
    request.app[LOG].error("not_kept", store=store_id, exc_info=True)
    return web.Response(status=503, text="cannot be kept now")
