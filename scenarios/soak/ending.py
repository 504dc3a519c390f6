"""The end of the day: trouble is called off, the backlog drains, and both sides are counted against each other."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from scenarios.runner import upstream, verdict
from scenarios.runner.dungeon import Account, Dungeon
from scenarios.runner.statuses import shown_for
from scenarios.soak import watch

# Seconds of the wall: without any progress until it is given up, and of the clock: what the fakes' retries wait less.
_PATIENCE, _LOOK = 120.0, 1.0
_FORWARD = 600
# In these the shop's order stays where its payment led it.
_BEFORE_SHOWN = ("aberto", "aprovado")
NAMES = ("lost", "doubled", "wrong_money", "stock_wrong", "situation_wrong")


@dataclass(frozen=True)
class End:
    """`wrong` counts what is not equal, `left` the connector's work by state, `blocked` answers of the ERP.

    `apart` are the orders of which both sides say something else, with all that the shop has seen of them.
    """

    orders: int
    wrong: dict[str, int]
    apart: list[dict[str, Any]]
    left: dict[str, int]
    undelivered: int
    blocked: int
    forbidden: int
    drained_after_s: float

    @property
    def remains(self) -> int:
        """How much is not right yet."""
        return sum(self.wrong.values()) + sum(self.left.values()) + self.undelivered


async def settle(dungeon: Dungeon) -> End:
    """Look until nothing is wrong or on its way, or nothing gets better any more."""
    calm = {"call_profile": "calm", "delivery_profile": "in_order"}
    await dungeon.shop.send("PATCH", "", calm)
    for account in dungeon.accounts:
        await account.erp.send("PATCH", "", calm)
    ended = dungeon.clock.now()
    best, better_at = 10**9, time.monotonic()
    while True:
        began = time.monotonic()
        undelivered = await _hurry(dungeon)
        left = (await metrics(dungeon))["left"]
        if undelivered or left:
            remains = undelivered + sum(left.values())
            end = None
        else:
            end = await look(dungeon, undelivered, left, (dungeon.clock.now() - ended).total_seconds())
            remains = end.remains
        if end is not None and remains == 0:
            return end
        if remains < best:
            best, better_at = remains, time.monotonic()
        if time.monotonic() - better_at > _PATIENCE:
            return end or await look(dungeon, undelivered, left, (dungeon.clock.now() - ended).total_seconds())
        await asyncio.sleep(max(_LOOK, time.monotonic() - began))


async def _hurry(dungeon: Dungeon) -> int:
    """How many of the ERP's messages are not delivered; their retries come at once."""
    waiting = 0
    for account in dungeon.accounts:
        count = (await account.erp.get("/deliveries?limit=1"))["waiting"]
        if count:
            await account.erp.send("POST", "/clock/advance", {"seconds": _FORWARD})
        waiting += count
    return waiting


async def metrics(dungeon: Dungeon) -> dict[str, Any]:
    """What the connector tells of itself."""
    url = dungeon.connector.environment["CONNECTOR_PUBLIC_URL"]
    async with dungeon.connector.http.get(f"{url}/metrics") as answer:
        return watch.metrics(await answer.text())


async def look(dungeon: Dungeon, undelivered: int, left: dict[str, int], drained_after_s: float) -> End:
    """Everything, as it is now."""
    total: Counter[str] = Counter()
    apart: list[dict[str, Any]] = []
    for account in dungeon.accounts:
        total.update(await verdict.compare(dungeon, account))
        apart += await _apart(dungeon, account)
        statistics = await account.erp.get("/statistics")
        total["blocked"] += sum(statistics["blocked"]["natural"].values())
        total["forbidden"] += len(upstream.forbidden_services(statistics["calls_by_service"]))
    total["situation_wrong"] = len(apart)
    return End(
        orders=total["orders"],
        wrong={name: total[name] for name in NAMES},
        apart=apart,
        left=left,
        undelivered=undelivered,
        blocked=total["blocked"],
        forbidden=total["forbidden"],
        drained_after_s=round(drained_after_s, 1),
    )


async def _apart(dungeon: Dungeon, account: Account) -> list[dict[str, Any]]:
    orders = await account.erp.everything("/orders", "orders")
    in_erp = {str(order["numero_ecommerce"]): order for order in orders}
    both = [
        (order, in_erp[number])
        for order in await dungeon.shop.everything(f"{account.store}/orders", "orders")
        if (number := str(order["number"])) in in_erp
    ]
    return [
        {
            "store": account.store_id,
            "order": order["number"],
            "shop": order["status"],
            "erp": sale["situacao"],
            "erp_id": sale["id"],
            "history": order["history"],
        }
        for order, sale in both
        if not agrees(order["status"], str(sale["situacao"]))
    ]


def agrees(status: str, situation: str) -> bool:
    """Whether a status in the shop shows a situation of the ERP."""
    if situation in _BEFORE_SHOWN:
        return status == "paid"
    return status == ("cancelled" if situation == "cancelado" else shown_for(situation))
