"""The control door: the part that is the same for both fakes.

A small aiohttp application on a port of its own (decisions §14). The fake adds its own routes
(seed, change, look) to the one returned by `control_door`. JSON in, JSON out; whatever is wrong with
a request is answered with 400, 404, 405, 409 or 413 and `{"error": "<what is wrong and what to do>"}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from aiohttp import web

from scenarios.harness.bodies import Handler, parse_json, refuse_unreadable
from scenarios.harness.faults import Faults, UnknownFault
from scenarios.harness.journal import JournalFull
from scenarios.harness.pages import add_pages
from scenarios.harness.worlds import NoSuchWorld, World, WorldError, Worlds

PREFIX = "/__fake__"
MAX_BODY = 64 * 2**20


class DoorError(ValueError):
    """A request to the control door makes no sense; the text goes to the caller."""


def answer(document: Any, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(body=orjson.dumps(document), status=status, content_type="application/json")


async def read_body(request: web.Request) -> bytes:
    """The request's body. Raises DoorError for one that cannot be unpacked."""
    try:
        return await request.read()
    except web.RequestPayloadError:
        raise DoorError("the body is not encoded as its headers say") from None


async def read_object(request: web.Request, known: set[str]) -> dict[str, Any]:
    """The request's JSON object; an empty body is `{}`. Raises DoorError, also for keys not in `known`."""
    raw = await read_body(request)
    if not raw:
        return {}
    try:
        document = parse_json(raw)
    except ValueError as error:
        raise DoorError(f"the body is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise DoorError("the body must be a JSON object")
    if unknown := sorted(set(document) - known):
        raise DoorError(f"unknown key {unknown[0]!r}; known: {', '.join(sorted(known))}")
    return document


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except NoSuchWorld as error:
        return answer({"error": str(error)}, 404)
    except (DoorError, UnknownFault, WorldError) as error:
        return answer({"error": str(error)}, 400)
    except JournalFull as error:
        return answer({"error": str(error)}, 409)
    except web.HTTPRequestEntityTooLarge:
        return answer({"error": f"the body is larger than {MAX_BODY} bytes"}, 413)
    except web.HTTPNotFound:
        return answer({"error": f"no such page of the control door: {request.method} {request.path}"}, 404)
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        return answer({"error": f"{request.path} takes {allowed}, not {request.method}"}, 405)


def asked_number(request: web.Request) -> int | None:
    """The order that `?number=` names; None where none is named. Raises DoorError."""
    if unknown := sorted(set(request.query) - {"number"}):
        raise DoorError(f"unknown parameter {unknown[0]!r}; known: number")
    return _whole_number(request.query["number"], "number") if "number" in request.query else None


def take_back(request: web.Request, faults: Faults) -> web.Response:
    """Take back the fault that `?number=` names, all where none is named."""
    number = asked_number(request)
    if number is None:
        faults.clear()
    elif not faults.take_back(number):
        raise DoorError(f"no fault has the number {number}: GET lists those that are ordered")
    return answer({})


def _whole_number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise DoorError(f"{name} must be a whole number from 0 with at most 18 digits, not {text[:40]!r}")
    return int(text)


def control_door(worlds: Worlds[Any], title: str, links: Sequence[tuple[str, str]] = ()) -> web.Application:
    """Routes that both fakes share, under `/__fake__/worlds`, and the pages for people at `/__fake__/`.

    `links` are texts and addresses to show there.

    GET worlds; DELETE worlds/{world}; GET .../clock, POST .../clock/advance {"seconds"};
    GET, POST .../faults, DELETE .../faults?number=; GET .../journal?since=&kind=&limit=.
    """
    app = web.Application(middlewares=[refuse_unreadable, _explain], client_max_size=MAX_BODY)

    def world_of(request: web.Request) -> World:
        world: World = worlds.get(request.match_info["world"])
        return world

    async def list_worlds(_: web.Request) -> web.Response:
        return answer([{"name": w.name, "seed": w.seed, "journal": len(w.journal)} for w in worlds])

    async def delete_world(request: web.Request) -> web.Response:
        await worlds.remove(request.match_info["world"])
        return answer({})

    async def show_clock(request: web.Request) -> web.Response:
        clock = world_of(request).clock
        return answer({"now": clock.now().isoformat(), "rate": clock.rate})

    async def advance_clock(request: web.Request) -> web.Response:
        document = await read_object(request, {"seconds"})
        seconds = document.get("seconds")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or seconds < 0:
            raise DoorError(f"seconds must be a number from 0, not {seconds!r}")
        try:
            return answer({"now": world_of(request).clock.advance(seconds).isoformat()})
        except ValueError as error:
            raise DoorError(str(error)) from None

    async def list_faults(request: web.Request) -> web.Response:
        return answer(world_of(request).faults.as_list())

    async def order_fault(request: web.Request) -> web.Response:
        document = await read_object(request, {"call", "what", "first", "calls", "with"})
        world = world_of(request)
        world.journal.require_room()
        fault = world.faults.order(document)
        world.journal.append("fault_ordered", **fault.as_dict())
        return answer(fault.as_dict(), 201)

    async def clear_faults(request: web.Request) -> web.Response:
        return take_back(request, world_of(request).faults)

    async def read_journal(request: web.Request) -> web.Response:
        query = request.query
        if unknown := sorted(set(query) - {"since", "kind", "limit"}):
            raise DoorError(f"unknown parameter {unknown[0]!r}; known: kind, limit, since")
        since = _whole_number(query.get("since", "0"), "since")
        limit = _whole_number(query["limit"], "limit") if "limit" in query else None
        return answer(world_of(request).journal.since(since, query.get("kind"), limit))

    base = f"{PREFIX}/worlds"
    app.router.add_get(base, list_worlds)
    app.router.add_delete(f"{base}/{{world}}", delete_world)
    app.router.add_get(f"{base}/{{world}}/clock", show_clock)
    app.router.add_post(f"{base}/{{world}}/clock/advance", advance_clock)
    app.router.add_get(f"{base}/{{world}}/faults", list_faults)
    app.router.add_post(f"{base}/{{world}}/faults", order_fault)
    app.router.add_delete(f"{base}/{{world}}/faults", clear_faults)
    app.router.add_get(f"{base}/{{world}}/journal", read_journal)
    add_pages(app, worlds, PREFIX, title, links)
    return app
