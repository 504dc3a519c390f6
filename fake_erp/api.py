"""The API's front: finds service and account, and answers who has no account here.

What happens to a call with a valid token is in `attempt`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import web

from fake_erp import attempt, codes, dialects, envelope, ledger, quotation
from fake_erp.moods import Moods
from fake_erp.screens.routes import Screens
from fake_erp.services import SERVICES
from fake_erp.services.service import Service
from fake_erp.settings import DEFAULT_ANSWERS
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.bodies import end_with, refuse_unreadable
from scenarios.harness.journal import Journal, JournalFull, mask

PREFIX = "/api2/"

# PHP's usual limit for a POST.
_LARGEST_BODY = 8 * 2**20


class Api:
    """Answers the calls of every account."""

    def __init__(self, worlds: ErpWorlds, journal: Journal) -> None:
        self._worlds = worlds
        self._journal = journal
        self._no_moods = Moods("", False)
        self._services = {PREFIX + name: service for service in SERVICES.values() for name in service.names}

    def application(self) -> web.Application:
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.add_subapp("/erp", Screens(self._worlds).application())
        app.router.add_post(
            quotation.PATH, partial(refuse_unreadable, handler=quotation.Quotation(self._worlds).answer)
        )
        for path in self._services:
            app.router.add_route("*", path, self._serve)
        app.router.add_route("*", "/{rest:.*}", self._serve)
        app.on_shutdown.append(self._end_held_calls)
        return app

    async def _end_held_calls(self, _: web.Application) -> None:
        for world in self._worlds:
            world.drop_paused()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        try:
            sent = await dialects.read(request)
        except web.RequestPayloadError:
            return await end_with(request, web.Response(status=400, text="Bad Request"))
        world = self._worlds.by_token(sent.token)
        service = self._services.get(request.rel_url.raw_path)
        try:
            if service is None:
                return self._no_service(request, sent, world)
            if world is None:
                return self._no_account(request, sent, service)
            return await attempt.run(request, sent, service, world)
        except JournalFull as error:
            # Nothing may happen that would not be on record.
            return web.Response(status=507, text=str(error))

    def _no_service(self, request: web.Request, sent: dialects.Sent, world: ErpWorld | None) -> web.Response:
        """A plain HTTP 404, no envelope (transport §1)."""
        journal, masked = (world.journal, world.masked_token) if world else (self._journal, mask(sent.token))
        path = request.path[:100].encode("utf-8", "replace").decode()
        entry = ledger.open_entry(journal, "not_found", request, sent, path, frozenset(), masked)
        return _ended(entry, web.Response(status=404, text="File not found"))

    def _no_account(self, request: web.Request, sent: dialects.Sent, service: Service) -> web.Response:
        """Code 1 or 2. No account, so no journal but the root's, no quota and no `x-limit-api`."""
        entry = ledger.open_entry(self._journal, "call", request, sent, service.name, service.params, mask(sent.token))
        refusal = codes.Refusal(codes.TOKEN_UNKNOWN if sent.token.strip() else codes.TOKEN_MISSING)
        entry["code"] = refusal.code
        return _ended(entry, envelope.failure(refusal, "root", self._no_moods, xml=attempt.in_xml(sent, service)))


def _ended(entry: dict[str, Any], response: web.Response) -> web.Response:
    """With the answer on record; it took no time."""
    ledger.answered(entry, response, DEFAULT_ANSWERS)
    entry["ended"] = entry["at"]
    return response
