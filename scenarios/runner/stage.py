"""All three programs on one event loop, over real loopback sockets, under any of the clocks.

With a virtual clock the loop's time is jumped forward by looptime, the store runs inline, and ten hours
pass in seconds (decisions §15). The stage answers for nothing but starting, stopping and finding things.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from aiohttp import ClientSession, TCPConnector, web

from connector.app import Connector
from connector.clock import LoopClock
from connector.clock import RealClock as ConnectorRealClock
from connector.crash import Crashed, CrashPoints
from connector.demo.doors import Door
from connector.demo.merchant import Merchant
from connector.settings import load
from connector.store import pulls, stores
from connector.store.stores import Store
from connector.vault import new_key
from connector.web.site import serving
from fake_erp.app import FakeErp
from fake_erp.worlds import ErpWorld
from fake_webstore.app import FakeWebstore
from fake_webstore.world import Platform
from scenarios.harness.clock import Clock, RealClock, VirtualClock
from scenarios.runner import upstream

COMPANY, PLATFORM = "empresa", "loja"


class StageError(AssertionError):
    """Something that was waited for did not come."""


class Stage:
    """`erp` and `shop` are the fakes' worlds, `connector` the product; addresses are http://127.0.0.1:port.

    `died` is set when the connector has reached a crash point that was asked for.
    """

    def __init__(self, folder: Path, *, virtual: bool, seed: int = 1, log_stream: TextIO | None = None) -> None:
        self.folder = folder
        self.virtual = virtual
        self.seed = seed
        self._log_stream = log_stream
        self._use_clock(VirtualClock() if virtual else RealClock())
        self.key = new_key()
        self.connector: Connector | None = None
        # What the daily comparison may call: off, since it would be in every count.
        self.reconcile_calls = 0
        self.died = asyncio.Event()
        # Those of the connector's next life. This process is not its alone: it dies by doing nothing any more.
        self.crash_points: Callable[[], CrashPoints] = lambda: CrashPoints(die=self.died.set)
        self._runners: list[web.AppRunner] = []
        self._connector_runner: web.AppRunner | None = None
        self._http: ClientSession | None = None
        self._held: socket.socket | None = None

    def _use_clock(self, clock: Clock) -> None:
        self.clock = clock
        self.fake_erp = FakeErp(clock)
        self.fake_webstore = FakeWebstore(clock)

    async def open(
        self,
        *,
        erp: dict[str, Any] | None = None,
        shop: dict[str, Any] | None = None,
        database_url: str | None = None,
        connector: dict[str, Any] | None = None,
    ) -> None:
        """Start both fakes with one world each, and the connector; each may be given settings of its own."""
        self._settings = connector or {}
        # How long idle connections are kept is counted on the wall, which must not show in virtual time.
        self._http = ClientSession(connector=TCPConnector(keepalive_timeout=None))
        # One for all its lives: a connector that starts again must not live in the past.
        self._connector_clock = LoopClock(self.clock.now()) if self.virtual else ConnectorRealClock()
        self._connector_clock.now()
        erp_url = await self._serve(self.fake_erp.api())
        shop_url = await self._serve(self.fake_webstore.site())
        self.erp_door_url = await self._serve(self.fake_erp.door())
        self.erp_door = Door(self._http, self.erp_door_url, COMPANY)
        self.shop_door_url = await self._serve(self.fake_webstore.door())
        self.shop_door = Door(self._http, self.shop_door_url, PLATFORM)
        self.fake_webstore.public_url = shop_url
        # Held as long as the stage stands: of many stages at once another would take the port of a dead connector.
        self._held = _bound(0)
        self.port: int = self._held.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.shop_url = f"{shop_url}/{PLATFORM}"
        self.erp_url = f"{erp_url}/api2/"
        self.erp: ErpWorld = self.fake_erp.create_world(**{"name": COMPANY, "seed": self.seed, **(erp or {})})
        app = {"redirect_uri": f"{self.url}/oauth/callback", "home_url": f"{self.url}/app/entrar"}
        self.shop: Platform = self.fake_webstore.create_world(
            **{"name": PLATFORM, "seed": self.seed, "app": app, "stores": [{}], **(shop or {})}
        )
        self.database_url = database_url or f"sqlite:///{self.folder / 'connector.sqlite3'}"
        await self.start_connector()

    async def _serve(self, app: web.Application, port: int = 0) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self._runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def start_connector(self) -> None:
        """Build the connector on its database, as after a restart."""
        settings = load(
            env_file=None,
            public_url=self.url,
            webstore_url=self.shop_url,
            app_id=self.shop.app.app_id,
            app_secret=self.shop.app.client_secret,
            keys=self.key,
            database_url=self.database_url,
            erp_url=self.erp_url,
            port=self.port,
            reconcile_calls=self.reconcile_calls,
            **self._settings,
        )
        self.connector = Connector(
            settings,
            clock=self._connector_clock,
            seed=self.seed,
            inline=self.virtual,
            log_stream=self._log_stream,
            crash=self.crash_points(),
        )
        self._connector_runner = serving(self.connector.web(), shutdown_timeout=0.1)
        await self._connector_runner.setup()
        await web.SockSite(self._connector_runner, _bound(self.port)).start()
        await self.connector.start_worker()

    async def stop_connector(self) -> None:
        """Stop it; its database stays."""
        while self._connector_runner is not None:
            # Each handler that met a dead connector ends the cleaning up once.
            with suppress(Crashed):
                await self._connector_runner.cleanup()
                self._connector_runner = None
        if self.connector is not None:
            await self.connector.close()
            self.connector = None

    async def close(self) -> None:
        """Stop everything. Raises StageError if the ERP was told what the connector must not tell it."""
        worlds = list(self.fake_erp.worlds)
        await self._stop_all()
        # Everything that calls this ERP is the connector: people of a story move things by the control door.
        if forbidden := [line for world in worlds for line in upstream.forbidden_calls(world.journal)]:
            raise StageError(f"the connector must not make such calls of the ERP: {'; '.join(forbidden[:5])}")

    async def _stop_all(self) -> None:
        await self.stop_connector()
        await self.fake_erp.worlds.close()
        await self.fake_webstore.close()
        if self._http is not None:
            await self._http.close()
        for runner in self._runners:
            await runner.cleanup()
        if self._held is not None:
            self._held.close()

    @property
    def http(self) -> ClientSession:
        assert self._http is not None
        return self._http

    @property
    def product(self) -> Connector:
        """The connector under test."""
        assert self.connector is not None
        return self.connector

    def store_id(self, place: int = 0) -> int:
        """The number of a store of the platform."""
        return list(self.shop.stores)[place]

    async def erp_products(self) -> list[dict[str, Any]]:
        """What the ERP holds, by its control door."""
        return await self.erp_door.all_products("/products")

    async def shop_products(self, place: int = 0) -> list[dict[str, Any]]:
        """What a shop shows, by its control door."""
        return await self.shop_door.all_products(f"/stores/{self.store_id(place)}/products")

    def merchant(self, place: int = 0) -> Merchant:
        """The owner of a store, before the panel."""
        store = self.shop.stores[self.store_id(place)]
        return Merchant(self.http, self.shop_url, store.id, store.owner_email, store.password)

    async def connect(self, place: int = 0, token: str | None = None) -> Merchant:
        """Log in, install the app, paste the token, save."""
        merchant = self.merchant(place)
        await merchant.log_in()
        await merchant.install()
        await merchant.save_token(self.erp.token if token is None else token)
        return merchant

    async def store(self, place: int = 0) -> Store:
        """The connector's row of a store."""
        found = await self.product.env.db.read(stores.by_id, self.store_id(place))
        assert found is not None, "the connector does not know this store"
        return found

    async def until(self, condition: Callable[[], Awaitable[bool]], what: str, seconds: float = 60) -> None:
        """Wait until it holds, by the stage's clock; raises StageError after `seconds`."""
        start = self.clock.now()
        step = 1.0 if self.virtual else 0.02
        while not await condition():
            if (self.clock.now() - start).total_seconds() > seconds:
                raise StageError(f"{what}: did not come within {seconds} s")
            await self.clock.sleep(step)

    async def until_connection(self, state: str, place: int = 0, seconds: float = 60) -> None:
        """Wait until the panel shows this connection state."""

        async def reached() -> bool:
            return bool(self.shop.stores[self.store_id(place)].settings.connection == state)

        await self.until(reached, f"connection {state}", seconds)

    async def until_pulled(self, count: int = 1, place: int = 0, seconds: float = 60) -> None:
        """Wait until the store has finished that many pulls."""

        async def reached() -> bool:
            latest = await self.product.env.db.read(pulls.latest, self.store_id(place))
            finished = await self.product.env.db.read(pulls.finished_count, self.store_id(place))
            return latest is not None and latest.finished_at is not None and finished >= count

        await self.until(reached, f"pull {count} finished", seconds)


def _bound(port: int) -> socket.socket:
    """A socket at this port of the loopback, any if 0; beside others of ours, of which one that listens is found."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", port))
    return made
