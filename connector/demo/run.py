"""The demo's story from its start to its verdict."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from rich.console import Console

from connector.demo.catalogue import bring_catalogue
from connector.demo.processes import Ports, Processes, prepare_folder
from connector.demo.report import addresses
from connector.demo.stage import Stage, set_up
from connector.demo.trade import trade


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
            stage = await set_up(console, http, processes, ports, products, rate)
            equal = await _play(stage)
            console.print(f"{time.monotonic() - started:.0f} s in all")
            addresses(stage)
            if stay:
                await interruption.stay(stage)
            return equal
    finally:
        await processes.stop()


async def _play(stage: Stage) -> bool:
    catalogue_equal = await bring_catalogue(stage)
    trade_equal = await trade(stage)
    statistics = await stage.erp.get("/statistics")
    once, blocked = _told_once(stage, statistics), _blocked(statistics)
    stage.console.print(f"ERP calls in all: {statistics['calls']}, blocked answers: {blocked}")
    by_service = ", ".join(f"{name} {calls}" for name, calls in sorted(statistics["calls_by_service"].items()))
    stage.console.print(f"ERP calls by service: {by_service}", soft_wrap=True)
    good = catalogue_equal and trade_equal and once and blocked == 0
    stage.console.print("[green]everything equal[/]" if good else "[red]NOT equal[/]")
    return good


def _told_once(stage: Stage, statistics: dict[str, Any]) -> bool:
    """Whether each order cost one call; the demo orders no fault that would call for another."""
    calls, orders = statistics["calls_by_service"].get("pedido.incluir.php", 0), statistics["orders_inserted"]
    stage.console.print(
        f"ERP calls that insert an order: {calls} for {orders} orders, {calls / max(1, orders):.2f} each"
    )
    return bool(calls == orders)


def _blocked(statistics: dict[str, Any]) -> int:
    """Answers that said "too many calls"; the demo orders none."""
    return sum(statistics["blocked"]["natural"].values())


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

    async def stay(self, stage: Stage) -> None:
        """Keep everything up until it comes. Raises DemoError if a process ends by itself."""
        self._staying = True
        stage.console.print("Everything stays up until Ctrl-C.")
        while not self._asked.is_set():
            stage.processes.check()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), 0.5)
