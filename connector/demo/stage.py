"""What the demo plays on: the three programs started, one world in each fake, a merchant."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import ClientSession
from rich.console import Console

from connector.clock import RealClock, ScaledClock
from connector.demo.doors import ERP_WORLD, SHOP_WORLD, Door
from connector.demo.merchant import Merchant
from connector.demo.processes import Ports, Processes
from connector.store.engine import make_engine
from connector.vault import new_key

SEED = 2026
_PLAN = "potencializar"


@dataclass(kw_only=True)
class Stage:
    """What the demo works with once everything runs."""

    console: Console
    ports: Ports
    folder: Path
    processes: Processes
    erp: Door
    shop: Door
    account: dict[str, Any]
    platform: dict[str, Any]
    merchant: Merchant
    engine: sa.Engine

    @property
    def store_id(self) -> int:
        return int(self.platform["stores"][0]["id"])

    @property
    def store_path(self) -> str:
        """Where the shop's door has the store."""
        return f"/stores/{self.store_id}"

    async def until(self, reached: Callable[[], Awaitable[bool]], seconds: float, every: float) -> bool:
        """Ask again and again; False if it did not come in so many seconds of the wall."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not await reached():
            self.processes.check()
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(every)
        return True


async def set_up(
    console: Console, http: ClientSession, processes: Processes, ports: Ports, products: int, rate: float
) -> Stage:
    """Start everything on one clock. Raises DemoError."""
    clock, folder = ScaledClock(time.time(), RealClock().now(), rate), processes.folder
    console.print(
        f"Starting fake ERP, fake Webstore and connector; {rate:g} seconds pass in one; "
        f"{products} products, quota 120 calls a minute."
    )
    await _start_fakes(processes, ports, clock)
    erp = Door(http, f"http://127.0.0.1:{ports.erp_door}", ERP_WORLD)
    shop = Door(http, f"http://127.0.0.1:{ports.shop_door}", SHOP_WORLD)
    account = await erp.create(seed=SEED, plan=_PLAN, products=products, variations_share=1 / 3)
    url = f"http://127.0.0.1:{ports.connector}"
    app = {"redirect_uri": f"{url}/oauth/callback", "home_url": f"{url}/app/entrar"}
    platform = await shop.create(seed=SEED, app=app, stores=[{"name": "Loja Demonstração"}])
    environment = _environment(ports, folder, platform, clock)
    await processes.start("connector", "connector", env=environment)
    await processes.until_listening("connector", ports.connector)
    store = platform["stores"][0]
    merchant = Merchant(http, environment["CONNECTOR_WEBSTORE_URL"], store["id"], store["email"], store["password"])
    return Stage(
        console=console,
        ports=ports,
        folder=folder,
        processes=processes,
        erp=erp,
        shop=shop,
        account=account,
        platform=platform,
        merchant=merchant,
        engine=make_engine(environment["CONNECTOR_DATABASE_URL"], writes=False),
    )


async def _start_fakes(processes: Processes, ports: Ports, clock: ScaledClock) -> None:
    await processes.start(
        "fake-erp", "fake_erp", "--port", str(ports.erp), "--door-port", str(ports.erp_door), "--clock", clock.spec()
    )
    await processes.start(
        "fake-webstore", "fake_webstore", "--port", str(ports.shop), "--door-port", str(ports.shop_door),
        "--clock", clock.spec(),
    )  # fmt: skip
    await processes.until_listening("fake-erp", ports.erp_door)
    await processes.until_listening("fake-webstore", ports.shop_door)


def _environment(ports: Ports, folder: Path, platform: dict[str, Any], clock: ScaledClock) -> dict[str, str]:
    """The connector's configuration."""
    return {
        "CONNECTOR_PUBLIC_URL": f"http://127.0.0.1:{ports.connector}",
        "CONNECTOR_PORT": str(ports.connector),
        "CONNECTOR_WEBSTORE_URL": f"http://127.0.0.1:{ports.shop}/{SHOP_WORLD}",
        "CONNECTOR_APP_ID": str(platform["app_id"]),
        "CONNECTOR_APP_SECRET": platform["client_secret"],
        "CONNECTOR_KEYS": _key(folder),
        "CONNECTOR_DATABASE_URL": f"sqlite:///{folder / 'connector.sqlite3'}",
        "CONNECTOR_ERP_URL": f"http://127.0.0.1:{ports.erp}/api2/",
        "CONNECTOR_CLOCK": clock.spec(),
    }


def _key(folder: Path) -> str:
    """The demo's encryption key, made once, readable by its owner alone (decisions §11)."""
    path = folder / "key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key())
    return path.read_text().strip()
