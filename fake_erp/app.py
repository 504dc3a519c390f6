"""The composition root: the only module that puts the parts of this fake together."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fake_erp import snapshot
from fake_erp.api import Api
from fake_erp.door import build_door
from fake_erp.settings import read_settings
from fake_erp.worlds import ErpWorld, ErpWorlds
from scenarios.harness.clock import Clock
from scenarios.harness.journal import Journal

# Calls that belong to no account: enough to find a misconfigured client by.
_ROOT_JOURNAL_LIMIT = 100_000


class FakeErp:
    """One instance of the fake: its worlds, the API that they share and its control door."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.worlds = ErpWorlds()
        self.journal = Journal(clock.now, _ROOT_JOURNAL_LIMIT)

    def create_world(self, **settings: Any) -> ErpWorld:
        """A new account. Raises WorldError for a setting that makes no sense."""
        return self.worlds.add(ErpWorld(self.clock, read_settings(settings)))

    def load_world(self, document: Any, *, name: str | None = None, token: str | None = None) -> ErpWorld:
        """The account of a snapshot, under another name or token if one is given.

        Raises SnapshotError for what is no snapshot, WorldError for a name or token that is taken.
        """
        return snapshot.load(document, self.clock, self.worlds.add, name=name, token=token)

    def api(self) -> web.Application:
        """What the connector talks to."""
        return Api(self.worlds, self.journal).application()

    def door(self) -> web.Application:
        """What tests and people talk to."""
        return build_door(self.worlds, self.journal, self.create_world, self.load_world)
