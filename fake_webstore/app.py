"""The composition root: the only module that puts the parts of this fake together."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fake_webstore import snapshot
from fake_webstore.api.routes import CALLS
from fake_webstore.control.door import build_door
from fake_webstore.making import make_world
from fake_webstore.site import build_site
from fake_webstore.world import Platform
from scenarios.harness.clock import Clock
from scenarios.harness.worlds import Worlds


class FakeWebstore:
    """One instance of the fake: its worlds, the site (API and panel) and the control door."""

    def __init__(self, clock: Clock, public_url: str | None = None) -> None:
        self.clock = clock
        # Where the port is not known yet `listens_at` tells it; a world's own one counts more.
        self.public_url = public_url
        self.worlds: Worlds[Platform] = Worlds()

    def create_world(self, **settings: Any) -> Platform:
        """A new platform; the settings are those of `POST /__fake__/worlds`. Raises WorldError."""
        if settings.get("public_url") is None:
            settings["public_url"] = self.public_url
        return self.worlds.add(make_world(self.clock, CALLS, **settings))

    def load_world(self, document: Any, *, name: str | None = None) -> Platform:
        """The world of a snapshot, under another name if one is given.

        Must be called from the event loop. Raises SnapshotError for what is no snapshot, WorldError for a name that
        is taken.
        """
        world = snapshot.load(document, self.clock, CALLS, self.worlds.add, name=name)
        # Where this program listens and not where the saved one did.
        world.public_url = self.public_url or world.public_url
        return world

    def listens_at(self, address: str) -> None:
        """The site's address is known now: worlds that were told of none have this one."""
        self.public_url = address
        for world in self.worlds:
            world.public_url = world.public_url or address

    def site(self) -> web.Application:
        """What the app and the merchant's browser talk to."""
        return build_site(self.worlds)

    def door(self) -> web.Application:
        """What tests and people talk to."""
        return build_door(self.worlds, self.create_world, self.load_world)

    async def close(self) -> None:
        """Stop every world's deliveries."""
        await self.worlds.close()
