"""Where the connector is tortured: both fakes and the connector as processes of their own, several accounts and shops.

The fakes outlive everything; a connector's process is killed by SIGKILL and started again on the same database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import ClientSession

from connector.demo.doors import Door
from connector.demo.errors import DemoError
from connector.demo.merchant import Merchant
from connector.demo.processes import Processes
from connector.vault import new_key
from scenarios.harness.clock import ScaledClock
from scenarios.runner.connector_processes import ConnectorProcesses, commands_on, free_ports

PLATFORM = "loja"
# Real seconds: a stalled answer of 45 s on the clock outlasts it at any rate up to 20.
_TIMEOUT = 2
_LOOK = 0.2

# Contract, stock webhook: what can happen to messages on their way, one kind to an account.
_DISORDERS = ("lost_answer", "duplicated", "reordered", "late", "burst")


@dataclass(kw_only=True)
class Account:
    """An ERP account and the shop that it belongs to. `leaves` are the products with a balance of their own."""

    erp: Door
    token: str
    store_id: int
    merchant: Merchant
    is_physical: bool
    leaves: list[dict[str, Any]] = field(default_factory=list)

    @property
    def store(self) -> str:
        """The shop's path at its control door."""
        return f"/stores/{self.store_id}"


@dataclass(frozen=True, kw_only=True)
class Furniture:
    """How the accounts are made. `disorders` go round: what happens to the messages of each account on their way.

    `bucket` = whether the shop counts calls: two a second would be the wall in torture, and not what is proved. `fills`
    = whether each product is given much of everything, so that nobody buys what is not there.
    """

    accounts: int
    products: int
    plan: str
    variations_share: float = 0.2
    all_physical: bool = False
    disorders: tuple[str, ...] = _DISORDERS
    bucket: bool = False
    fills: bool = True
    # Real seconds for the first pulls.
    patience: float = 120
    # Entries that each account's journal may hold; None: as many as a world holds by itself.
    journal_limit: int | None = None


@dataclass(kw_only=True)
class Dungeon:
    """The running processes. `kills` counts the SIGKILLs."""

    clock: ScaledClock
    shop: Door
    accounts: list[Account]
    connector: ConnectorProcesses
    kills: int = 0

    async def kill_and_restart(self, random: Random) -> None:
        """SIGKILL to one process, drawn; a moment later it is started again."""
        name = random.choice(list(self.connector.commands))
        await self.connector.kill(name)
        self.kills += 1
        await asyncio.sleep(random.uniform(0, 1))
        await self.connector.start(name)


async def build(
    http: ClientSession,
    processes: Processes,
    *,
    seed: int,
    clock: ScaledClock,
    database_url: str,
    furniture: Furniture,
    configuration: Mapping[str, str] | None = None,
    commands: dict[str, tuple[str, ...]] | None = None,
) -> Dungeon:
    """Start the fakes, make the accounts and shops, start the connector, connect them all, wait for their pulls.

    `configuration` is more of the connector's environment; `commands` are what of it runs, where that is not what the
    database calls for.
    """
    ports = free_ports()
    doors = {"fake-erp": (ports.erp, ports.erp_door), "fake-webstore": (ports.shop, ports.shop_door)}
    for name, (port, door) in doors.items():
        module = name.replace("-", "_")
        await processes.start(name, module, "--port", str(port), "--door-port", str(door), "--clock", clock.spec())
        await processes.until_listening(name, door)
    url = f"http://127.0.0.1:{ports.connector}"
    shop = Door(http, f"http://127.0.0.1:{ports.shop_door}", PLATFORM)
    app = {"redirect_uri": f"{url}/oauth/callback", "home_url": f"{url}/app/entrar"}
    stores: list[dict[str, Any]] = [{} for _ in range(furniture.accounts)]
    platform = await shop.create(seed=seed, app=app, stores=stores, bucket=furniture.bucket)
    made = []
    for place, store in enumerate(platform["stores"]):
        erp = Door(http, f"http://127.0.0.1:{ports.erp_door}", f"empresa-{place}")
        is_physical = furniture.all_physical or place % 2 == 0
        created = await erp.create(
            seed=seed + place,
            plan=furniture.plan,
            products=furniture.products,
            variations_share=furniture.variations_share,
            send_physical=is_physical,
            **({} if furniture.journal_limit is None else {"journal_limit": furniture.journal_limit}),
        )
        owner = Merchant(http, platform["base_url"], store["id"], store["email"], store["password"])
        made.append(
            Account(erp=erp, token=created["token"], store_id=store["id"], merchant=owner, is_physical=is_physical)
        )
    environment = {
        "CONNECTOR_PUBLIC_URL": url,
        "CONNECTOR_PORT": str(ports.connector),
        "CONNECTOR_WEBSTORE_URL": platform["base_url"],
        "CONNECTOR_APP_ID": str(platform["app_id"]),
        "CONNECTOR_APP_SECRET": platform["client_secret"],
        "CONNECTOR_KEYS": new_key(),
        "CONNECTOR_DATABASE_URL": database_url,
        "CONNECTOR_ERP_URL": f"http://127.0.0.1:{ports.erp}/api2/",
        "CONNECTOR_CLOCK": clock.spec(),
        "CONNECTOR_ERP_TIMEOUT": str(_TIMEOUT),
        "CONNECTOR_SHOP_TIMEOUT": str(_TIMEOUT),
        **(configuration or {}),
    }
    connector = ConnectorProcesses(
        http=http,
        folder=processes.folder,
        environment=environment,
        commands=commands or commands_on(database_url),
        apart=processes.apart,
    )
    dungeon = Dungeon(clock=clock, shop=shop, accounts=made, connector=connector)
    try:
        await connector.start_all()
        async with asyncio.TaskGroup() as together:
            for place, account in enumerate(made):
                together.create_task(
                    _furnish(dungeon, account, furniture, furniture.disorders[place % len(furniture.disorders)])
                )
    except BaseExceptionGroup as group:
        await connector.stop()
        raise group.exceptions[0] from None
    except BaseException:
        await connector.stop()
        raise
    return dungeon


async def _furnish(dungeon: Dungeon, account: Account, furniture: Furniture, disorder: str) -> None:
    """Connected, pulled, announced, with its messages out of order."""
    await account.merchant.log_in()
    await account.merchant.install()
    await account.merchant.save_token(account.token)
    panel: dict[str, Any] = {}
    for _ in range(round(furniture.patience / _LOOK)):
        panel = await dungeon.shop.get(f"{account.store}/settings?secrets=1")
        if panel["last_sync_at"]:
            break
        await asyncio.sleep(_LOOK)
    else:
        raise DemoError(f"store {account.store_id} has no catalogue after {furniture.patience:g} s: {panel['message']}")
    shown = {product["code"]: product for product in await dungeon.shop.all_products(f"{account.store}/products")}
    announced = []
    for product in await account.erp.all_products("/products"):
        here = shown.get(str(product["codigo"]).strip())
        if here is None or product["situacao"] != "A" or product["variacoes"]:
            continue
        announced.append({"idProduto": product["id"], "skuMapeamento": str(here["id"])})
        account.leaves.append({"id": product["id"], "code": here["code"], "unit": here["unit"]})
    await account.erp.send("POST", "/mappings", announced)
    kinds = ("stock_webhook_url", "situation_webhook_url", "tracking_webhook_url")
    changes = {**dict.fromkeys(kinds, panel["stock_webhook_url"]), "delivery_profile": disorder}
    await account.erp.send("PATCH", "", changes)
    if furniture.fills:
        much = [{"idProduto": leaf["id"], "tipo": "B", "quantidade": "100000"} for leaf in account.leaves]
        await account.erp.send("POST", "/stock", much)
