"""The first half of the demo: install, connect, pull the catalogue, change it, pull again, compare."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from connector.core.progress import progress
from connector.demo.compare import compare
from connector.demo.errors import DemoError
from connector.demo.report import catalogue_table
from connector.demo.stage import Stage
from connector.store import pulls, stores

# So few that the brake stops none of the demo's catalogues.
_CHANGED = 5


async def bring_catalogue(stage: Stage) -> bool:
    """Play it; whether both sides have the same catalogue, and only what had changed was written again."""
    console = stage.console
    await _connect(stage)
    await _until_pulled(stage, 1, "first pull")
    first_calls, first_writes = await _erp_calls(stage), await _shop_writes(stage)
    changed = await _change_products(stage)
    console.print(f"Changed {changed} products in the ERP")
    await stage.merchant.open_connector()
    await stage.merchant.submit_to("/sincronizar")
    await _until_pulled(stage, 2, "second pull")
    result = compare(
        await stage.erp.all_products("/products"), await stage.shop.all_products(f"{stage.store_path}/products")
    )
    catalogue_table(console, result)
    writes = await _shop_writes(stage) - first_writes
    console.print(
        f"ERP calls of the first pull: {first_calls}, "
        f"{first_calls / max(1, result.products + result.variations):.2f} for each product or variation"
    )
    console.print(f"Products written in the second pull: {writes} for {changed} changed")
    return result.is_equal and writes == changed


async def _connect(stage: Stage) -> None:
    await stage.merchant.log_in()
    await stage.merchant.install()
    stage.console.print("Installed the app: Aplicativos > ERP > Instalar")
    await stage.merchant.save_token(stage.account["token"])

    async def is_connected() -> bool:
        return bool((await stage.shop.get(f"{stage.store_path}/settings"))["connection"] == "connected")

    if not await stage.until(is_connected, seconds=20, every=0.05):
        raise DemoError(f"the connection was not reported within 20 s: see {stage.folder / 'connector.log'}")
    stage.console.print('Connected: Configurar > "Já possuo cadastro no ERP" > Token > Salvar')


async def _until_pulled(stage: Stage, count: int, label: str) -> None:
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


async def _change_products(stage: Stage) -> int:
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


async def _erp_calls(stage: Stage) -> int:
    return int((await stage.erp.get("/statistics"))["calls"])


async def _shop_writes(stage: Stage) -> int:
    calls = (await stage.shop.get("/statistics"))["calls"]
    return sum(count for call, count in calls.items() if call.startswith("PUT") and "by-code" in call)
