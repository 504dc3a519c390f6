"""`connector orders accept` and `link`, as a program of its own beside a connector that is running."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from connector.store import sales
from scenarios.runner.stage import Stage
from tests.flows.test_cancellations import _held
from tests.flows.trade import ERP, sale_of, shown, typed

Start = Callable[..., Awaitable[Stage]]


async def _connector(stage: Stage, *command: str) -> tuple[int, str, str]:
    """Status, output and complaint of a command with the stage's configuration."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "CONNECTOR_PUBLIC_URL": stage.url,
        "CONNECTOR_WEBSTORE_URL": stage.shop_url,
        "CONNECTOR_APP_ID": str(stage.shop.app.app_id),
        "CONNECTOR_APP_SECRET": stage.shop.app.client_secret,
        "CONNECTOR_KEYS": stage.key,
        "CONNECTOR_DATABASE_URL": stage.database_url,
        "CONNECTOR_ERP_URL": stage.erp_url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "connector", "orders", *command),
        env=environment,
        cwd=stage.folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    assert "Traceback" not in err.decode(), err.decode()
    return process.returncode, out.decode(), err.decode()


async def test_an_order_typed_by_hand_is_linked_and_a_disagreement_accepted(stage: Start) -> None:
    here = await stage(erp=ERP)
    order = await _held(here)
    store, number = str(here.store_id()), str(order["number"])
    other = await typed(here, order, total="11.00")
    status, _, told = await _connector(here, "link", store, number, other)
    assert (status, told) == (
        1,
        f"connector: order {number}: they are not the same order: the total; --force links them all the same\n",
    )
    status, _, told = await _connector(here, "link", store, number, "999")
    assert status == 1 and "the ERP has no order with that id" in told

    erp_id = await typed(here, order)
    status, told, _ = await _connector(here, "link", store, number, erp_id)
    assert (status, told.startswith(f"order {number}: linked to order ")) == (0, True)

    async def referenced() -> bool:
        reference = (await shown(here, order))["external_reference"]
        return reference is not None and reference["id"] == erp_id

    await here.until(referenced, "the shop was told by the connector that is running", seconds=30)

    status, _, told = await _connector(here, "accept", store, number)
    assert status == 1 and "nothing to accept" in told
    pair = "loja: cancelled, ERP: shipped"
    conflict = {"reason": "order_conflict", "detail": pair}
    # The connector that is running may read the order meanwhile, and sees that there is none: then once more.
    for _ in range(3):
        await here.product.env.db.write(sales.change, here.store_id(), int(order["id"]), **conflict)
        accepted = await _connector(here, "accept", store, number)
        if accepted[0] == 0:
            break
    assert accepted == (0, f"order {number}: accepted ({pair})\n", "")
    sale = await sale_of(here, order)
    assert (sale.reason, sale.accepted) == (None, pair)
    status, _, told = await _connector(here, "accept", store, "123456")
    assert status == 1 and f"store {store} has no order 123456" in told
