"""What every call passes on its way in and out: record, faults, credentials, bucket, body, errors."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from fake_webstore import moods, profiles
from fake_webstore.api import mishaps, recording
from fake_webstore.api.call import Answer, Call, Endpoint, check_query
from fake_webstore.api.own import insufficient_scope
from fake_webstore.bucket import FULL_HEADERS
from fake_webstore.errors import ApiError, not_found
from fake_webstore.records import Installation, Store
from fake_webstore.world import Platform
from scenarios.harness.bodies import parse_json
from scenarios.harness.journal import JournalFull
from scenarios.harness.worlds import Worlds

Perform = Callable[[Platform, web.Request, dict[str, Any]], Awaitable[web.Response]]


class Gate:
    """Stands before every endpoint of one fake."""

    def __init__(self, worlds: Worlds[Platform]) -> None:
        self._worlds = worlds
        self._numbers = itertools.count(1)

    def world_of(self, request: web.Request) -> Platform:
        world = self._worlds.find(request.match_info["world"])
        if world is None:
            raise not_found()
        return world

    async def pass_call(self, request: web.Request, name: str, perform: Perform) -> web.StreamResponse:
        """Record the call, let the ordered fault happen, perform it, word what went wrong."""
        request_id = f"req_{next(self._numbers):06x}"
        try:
            world = self.world_of(request)
            entry = world.journal.append(
                "api", call=name, method=request.method, path=request.rel_url.raw_path, status=None
            )
        except ApiError as error:
            return error_answer(error, request_id)
        except JournalFull:
            return error_answer(ApiError(507, "journal_full"), request_id)
        # What the door ordered counts more than the world's own disorder.
        fault = world.faults.meet(name) or profiles.trouble(world.call_profile, world.origin, entry["seq"])
        entry["fault"] = fault.what if fault else None
        world.under_way_calls += 1
        try:
            response = await mishaps.instead(fault, world, request) or await perform(world, request, entry)
        except ApiError as error:
            entry["error"] = error.code
            response = error_answer(error, request_id)
        finally:
            world.under_way_calls -= 1
        entry["status"] = response.status
        world.answers[name, response.status] += 1
        if fault and fault.what in ("cut", "answer_lost"):
            entry["status"] = None if fault.what == "cut" else entry["status"]
            return mishaps.cut(request)
        for header, value in FULL_HEADERS.items():
            response.headers.setdefault(header, value)
        response.headers["X-Request-Id"] = request_id
        return response

    def handler(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The aiohttp handler of a row of §6."""

        async def perform(world: Platform, request: web.Request, entry: dict[str, Any]) -> web.Response:
            return await _perform(world, request, endpoint, entry)

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self.pass_call(request, endpoint.name, perform)

        return handle


async def _perform(world: Platform, request: web.Request, endpoint: Endpoint, entry: dict[str, Any]) -> web.Response:
    entry["store_id"] = int(request.match_info["store_id"])
    entry["query"] = request.query_string
    require_user_agent(request)
    store, installation = _caller(world, request)
    _require_open(store, endpoint)
    try:
        answer = await _within_limit(world, request, endpoint, entry, store, installation)
    except ApiError as error:
        error.headers = {**_bucket_headers(world, store), **error.headers}
        raise
    entry.update(endpoint.noted(answer.document))
    roll = f"{world.origin}:answer:{entry['seq']}"
    body = None if answer.document is None else moods.write(answer.document, world.moods, roll)
    headers = {**_bucket_headers(world, store), **answer.headers}
    return web.Response(
        body=body, status=answer.status, headers=headers, content_type="application/json" if body else None
    )


async def _within_limit(
    world: Platform,
    request: web.Request,
    endpoint: Endpoint,
    entry: dict[str, Any],
    store: Store,
    installation: Installation,
) -> Answer:
    if endpoint.scope and endpoint.scope not in installation.scopes:
        raise insufficient_scope(endpoint.scope)
    _take(world, store, 1)
    document = await _document(request, endpoint, entry) if endpoint.takes_body else None
    if (extra := endpoint.extra_units(document)) > 0:
        _take(world, store, extra, refund=1)
    check_query(request.query, endpoint.query)
    call = Call(
        world=world,
        store=store,
        installation=installation,
        api_url=world.api_url(f"{request.scheme}://{request.host}"),
        path=request.match_info,
        query=request.query,
        document=document,
    )
    return endpoint.handle(call)


def require_user_agent(request: web.Request) -> None:
    if not request.headers.get("User-Agent", "").strip():
        raise ApiError(400, "missing_user_agent")


def _caller(world: Platform, request: web.Request) -> tuple[Store, Installation]:
    """The store that the token opens, if the path names it (§5)."""
    header = request.headers.get("Authorization")
    if not header:
        raise ApiError(401, "missing_token")
    scheme, _, token = header.partition(" ")
    if token.strip() in world.revoked:
        raise ApiError(401, "token_revoked")
    store_id = world.tokens.get(token.strip()) if scheme.lower() == "bearer" else None
    if store_id is None:
        raise ApiError(401, "invalid_token")
    if store_id != int(request.match_info["store_id"]):
        raise ApiError(403, "wrong_store")
    store = world.stores[store_id]
    assert store.installation is not None
    return store, store.installation


def _require_open(store: Store, endpoint: Endpoint) -> None:
    if store.status == "closed":
        raise ApiError(410, "store_closed")
    if store.status == "suspended" and endpoint.method != "GET":
        raise ApiError(402, "store_suspended")


def _take(world: Platform, store: Store, units: int, refund: int = 0) -> None:
    """Charge the bucket; what was charged before for a call that is now refused is given back."""
    if not world.bucket_on:
        return
    wait = store.bucket.take(units, world.clock.now())
    if wait is not None:
        store.bucket.give_back(refund)
        raise ApiError(429, "rate_limited", headers={"Retry-After": str(max(1, wait))})


def _bucket_headers(world: Platform, store: Store) -> dict[str, str]:
    return store.bucket.headers(world.clock.now()) if world.bucket_on else dict(FULL_HEADERS)


async def _document(request: web.Request, endpoint: Endpoint, entry: dict[str, Any]) -> Any:
    raw = await read_body(request)
    document, malformed = None, False
    try:
        document = parse_json(raw, DEEPEST)
    except ValueError:
        malformed = True
    entry["body"] = recording.body_text(raw, document, endpoint.secret_keys, endpoint.recorded)
    if request.content_type != "application/json":
        raise ApiError(415, "unsupported_media_type")
    if malformed:
        raise ApiError(400, "malformed_json")
    return document


# Well below what the schemas' validator follows; no document of the contract is deeper than ten.
DEEPEST = 100


async def read_body(request: web.Request) -> bytes:
    """The body. Raises ApiError for one that is too large or not encoded as its headers say.

    Raises RequestPayloadError where the caller is gone: whatever was asked, nobody waits for an answer.
    """
    try:
        return await request.read()
    except ConnectionResetError as error:
        raise web.RequestPayloadError("the caller is gone") from error
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "payload_too_large") from None
    except web.RequestPayloadError:
        raise ApiError(400, "bad_request") from None


def error_answer(error: ApiError, request_id: str) -> web.Response:
    return web.Response(
        body=orjson.dumps(error.body(request_id)),
        status=error.status,
        headers=error.headers,
        content_type="application/json",
    )
