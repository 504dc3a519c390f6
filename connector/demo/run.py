"""The demo's story, and the table at its end."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import ClientSession
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from connector.clock import RealClock, ScaledClock
from connector.core.progress import progress
from connector.demo.compare import FIELDS, Comparison, compare
from connector.demo.doors import ERP_WORLD, SHOP_WORLD, Door
from connector.demo.errors import DemoError
from connector.demo.merchant import Merchant
from connector.demo.processes import Ports, Processes, prepare_folder
from connector.store import pulls, stores
from connector.store.engine import make_engine
from connector.vault import new_key

_SEED = 2026
_PLAN = "potencializar"
_CHANGED = 10


@dataclass
class _Stage:
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


async def run(*, stay: bool, folder: str, products: int, rate: float, port: int) -> bool:
    """Play it; whether everything was equal at the end. Raises DemoError."""
    console = Console(highlight=False, soft_wrap=True)
    interruption = _Interruption()
    ports, place = Ports(port), Path(folder)
    ports.check()
    prepare_folder(place)
    processes = Processes(place)
    started = time.monotonic()
    try:
        async with ClientSession() as http:
            stage = await _set_up(console, http, processes, ports, place, products, rate)
            equal = await _play(stage)
            console.print(f"{time.monotonic() - started:.0f} s in all")
            _addresses(stage)
            if stay:
                await interruption.stay(stage)
            return equal
    finally:
        await processes.stop()


def _key(folder: Path) -> str:
    """The demo's encryption key, made once, readable by its owner alone (decisions §11)."""
    path = folder / "key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key())
    return path.read_text().strip()


async def _set_up(
    console: Console, http: ClientSession, processes: Processes, ports: Ports, folder: Path, products: int, rate: float
) -> _Stage:
    clock = ScaledClock(time.time(), RealClock().now(), rate)
    console.print(
        f"Starting fake ERP, fake Webstore and connector; {rate:g} seconds pass in one; "
        f"{products} products, quota 120 calls a minute."
    )
    await processes.start(
        "fake-erp", "fake_erp", "--port", str(ports.erp), "--door-port", str(ports.erp_door), "--clock", clock.spec()
    )
    await processes.start(
        "fake-webstore", "fake_webstore", "--port", str(ports.shop), "--door-port", str(ports.shop_door),
        "--clock", clock.spec(),
    )  # fmt: skip
    await processes.until_listening("fake-erp", ports.erp_door)
    await processes.until_listening("fake-webstore", ports.shop_door)
    erp = Door(http, f"http://127.0.0.1:{ports.erp_door}", ERP_WORLD)
    shop = Door(http, f"http://127.0.0.1:{ports.shop_door}", SHOP_WORLD)
    account = await erp.create(seed=_SEED, plan=_PLAN, products=products, variations_share=1 / 3)
    url = f"http://127.0.0.1:{ports.connector}"
    app = {"redirect_uri": f"{url}/oauth/callback", "home_url": f"{url}/app/entrar"}
    platform = await shop.create(seed=_SEED, app=app, stores=[{"name": "Loja Demonstração"}])
    database = f"sqlite:///{folder / 'connector.sqlite3'}"
    environment = {
        "CONNECTOR_PUBLIC_URL": url,
        "CONNECTOR_PORT": str(ports.connector),
        "CONNECTOR_WEBSTORE_URL": f"http://127.0.0.1:{ports.shop}/{SHOP_WORLD}",
        "CONNECTOR_APP_ID": str(platform["app_id"]),
        "CONNECTOR_APP_SECRET": platform["client_secret"],
        "CONNECTOR_KEYS": _key(folder),
        "CONNECTOR_DATABASE_URL": database,
        "CONNECTOR_ERP_URL": f"http://127.0.0.1:{ports.erp}/api2/",
        "CONNECTOR_CLOCK": clock.spec(),
    }
    await processes.start("connector", "connector", env=environment)
    await processes.until_listening("connector", ports.connector)
    store = platform["stores"][0]
    merchant = Merchant(http, environment["CONNECTOR_WEBSTORE_URL"], store["id"], store["email"], store["password"])
    engine = make_engine(database, writes=False)
    return _Stage(console, ports, folder, processes, erp, shop, account, platform, merchant, engine)


async def _play(stage: _Stage) -> bool:
    console = stage.console
    await stage.merchant.log_in()
    await stage.merchant.install()
    console.print("Installed the app: Aplicativos > ERP > Instalar")
    await stage.merchant.save_token(stage.account["token"])
    await _until_connected(stage)
    console.print('Connected: Configurar > "Já possuo cadastro no ERP" > Token > Salvar')
    await _until_pulled(stage, 1, "first pull")
    first_calls, first_writes = await _erp_calls(stage), await _shop_writes(stage)
    changed = await _change_products(stage)
    console.print(f"Changed {changed} products in the ERP")
    await stage.merchant.open_connector()
    await stage.merchant.submit_to("/sincronizar")
    await _until_pulled(stage, 2, "second pull")
    result = compare(
        await stage.erp.all_products("/products"), await stage.shop.all_products(f"/stores/{stage.store_id}/products")
    )
    _table(console, result)
    writes = await _shop_writes(stage) - first_writes
    statistics = await stage.erp.get("/statistics")
    calls, blocked = statistics["calls"], _blocked(statistics)
    console.print(
        f"ERP calls: {calls} ({first_calls} in the first pull, "
        f"{first_calls / max(1, result.products + result.variations):.2f} for each product or variation), "
        f"blocked answers: {blocked}"
    )
    console.print(f"Products written in the second pull: {writes} for {changed} changed")
    good = result.is_equal and blocked == 0 and writes == changed
    console.print("[green]everything equal[/]" if good else "[red]NOT equal[/]")
    return good


async def _until_connected(stage: _Stage) -> None:
    for _ in range(400):
        stage.processes.check()
        settings = await stage.shop.get(f"/stores/{stage.store_id}/settings")
        if settings["connection"] == "connected":
            return
        await asyncio.sleep(0.05)
    raise DemoError(f"the connection was not reported within 20 s: see {stage.folder / 'connector.log'}")


async def _until_pulled(stage: _Stage, count: int, label: str) -> None:
    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=stage.console) as bar:
        task = bar.add_task(label, total=None, left="")
        while True:
            stage.processes.check()
            with stage.engine.connect() as c:
                finished = pulls.finished_count(c, stage.store_id) >= count
                pull, store = pulls.latest(c, stage.store_id), stores.by_id(c, stage.store_id)
                if pull is not None and store is not None:
                    state = progress(pull.total, pull.done, pulls.remaining(c, pull), store.calls_per_minute)
                    bar.update(task, total=state.total, completed=state.done, left=f"{state.calls_left} calls left")
            if finished:
                return
            await asyncio.sleep(0.25)


async def _change_products(stage: _Stage) -> int:
    """Ten simple products get another price, name, text, weight; the ERP's operator does it."""
    everything = await stage.erp.all_products("/products")
    simple = [product for product in everything if not product.get("variacoes") and product["situacao"] == "A"]
    chosen = simple[:: max(1, len(simple) // _CHANGED)][:_CHANGED]
    for place, product in enumerate(chosen):
        price = Decimal(product["preco"]) + Decimal("1.37") + place
        changes = {"preco": str(price), "nome": f"{product['nome'][:100]} (novo)", "peso_bruto": "1.234"}
        await stage.erp.send("PATCH", f"/products/{product['id']}", changes)
        await stage.erp.send("POST", "/stock", {"idProduto": product["id"], "tipo": "B", "quantidade": str(7 + place)})
    return len(chosen)


async def _erp_calls(stage: _Stage) -> int:
    return int((await stage.erp.get("/statistics"))["calls"])


async def _shop_writes(stage: _Stage) -> int:
    calls = (await stage.shop.get("/statistics"))["calls"]
    return sum(count for call, count in calls.items() if call.startswith("PUT") and "by-code" in call)


def _blocked(statistics: dict[str, Any]) -> int:
    """Answers that said "too many calls"; the demo orders none."""
    return sum(statistics["blocked"]["natural"].values())


def _table(console: Console, result: Comparison) -> None:
    table = Table(title=f"ERP and shop compared: {result.products} products, {result.variations} variations")
    for column in ("field", "compared", "equal", ""):
        table.add_column(column, justify="right" if column in ("compared", "equal") else "left")
    for name in FIELDS:
        good = result.compared[name] and result.compared[name] == result.equal[name]
        table.add_row(name, str(result.compared[name]), str(result.equal[name]), "[green]✓[/]" if good else "[red]✗[/]")
    console.print(table)
    if result.inactive:
        console.print(f"{result.inactive} more products are inactive in the ERP and were rightly not created")
    for kind, codes in (("missing in the shop", result.missing), ("only in the shop", result.surplus)):
        if codes:
            console.print(f"[red]{kind}: {', '.join(codes[:20])}[/]")
    for difference in result.differences:
        console.print(f"[red]{difference}[/]", markup=True)


def _addresses(stage: _Stage) -> None:
    store = stage.platform["stores"][0]
    panel = f"http://127.0.0.1:{stage.ports.shop}/{SHOP_WORLD}/painel/{store['id']}"
    stage.console.print(
        f"Panel:           {panel}  (log in: {store['email']} / {store['password']})\n"
        f"Connector page:  from the panel: Aplicativos > ERP > Configurar > Abrir página do conector\n"
        f"Control doors:   http://127.0.0.1:{stage.ports.erp_door}/__fake__/worlds and "
        f"http://127.0.0.1:{stage.ports.shop_door}/__fake__/worlds\n"
        f"Logs, database:  {stage.folder}",
        soft_wrap=True,
    )


class _Interruption:
    """Ctrl-C or SIGTERM: ends the story at once, and the staying up as its proper end."""

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._asked = asyncio.Event()
        self._staying = False
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, self._ask)

    def _ask(self) -> None:
        self._asked.set()
        if not self._staying and self._task is not None:
            self._task.cancel()

    async def stay(self, stage: _Stage) -> None:
        """Keep everything up until it comes. Raises DemoError if a process ends by itself."""
        self._staying = True
        stage.console.print("Everything stays up until Ctrl-C.")
        while not self._asked.is_set():
            stage.processes.check()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), 0.5)
