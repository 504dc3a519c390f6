"""Who makes the day: each shop's buyers, its ERP's operator, and what goes wrong by the hour."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from connector.demo.doors import Door
from scenarios.harness.clock import ScaledClock
from scenarios.runner.dungeon import Account, Dungeon
from scenarios.soak.plan import HOUR, Deed, Wish, deeds

# What happens to one message in four of every tenth account; most accounts' messages come as they are sent.
DISORDERS = (
    *("in_order", "in_order", "lost_answer", "in_order", "duplicated"),
    *("in_order", "reordered", "in_order", "late", "burst"),
)
# Of the shop's messages, hour by hour: one in four repeated, overtaken or lost.
_SHOP_DISORDERS = ("in_order", "in_order", "duplicated", "in_order", "reordered", "lost")
# One hour in so many has calls of both sides cut, stalled, answered with an error. The second is the first of them:
# what memory is compared with has seen trouble, or its trace would be taken for growth.
_ROUGH_HOUR_IN, _ROUGH_HOUR = 8, 1
# How long an order that is not in the ERP yet is left alone before its next step is tried again.
_AGAIN = 300.0
# Of this leaf of the first account nobody moves or buys anything: with it the freshness is measured.
_PROBED = -1
_GIVE_UP = 600.0


@dataclass
class Done:
    """What was done so far, and the worst lateness of a timer (the clock's seconds) since it was last asked for."""

    counts: Counter[str] = field(default_factory=Counter)
    _late: float = 0.0

    def was_late(self, seconds: float) -> None:
        self._late = max(self._late, seconds)

    def worst_lateness(self) -> float:
        worst, self._late = self._late, 0.0
        return worst


async def wait_until(clock: ScaledClock, began: datetime, at: float) -> float:
    """Until so many seconds after the beginning; how late it has become by then."""
    await clock.sleep(at - (clock.now() - began).total_seconds())
    return (clock.now() - began).total_seconds() - at


class Shop:
    """One shop's day."""

    def __init__(self, wish: Wish, dungeon: Dungeon, place: int, done: Done) -> None:
        self._wish, self._dungeon, self._done = wish, dungeon, done
        self._account = dungeon.accounts[place]
        self._random = Random(f"{wish.seed}:soak:deeds:{place}")
        self._queue: list[Deed] = deeds(wish, place)
        self._leaves = self._account.leaves[:_PROBED] if place == 0 else self._account.leaves
        # Orders by our number: the shop's id and number; and the ERP's ids by the shop's number.
        self._placed: dict[int, tuple[int, str]] = {}
        self._in_erp: dict[str, int] = {}
        # Of orders by our number whose next step waits: until when.
        self._waits_until: dict[int, float] = {}
        self._read_to = 0

    async def trade(self, began: datetime) -> None:
        """To the end of the day."""
        heapq.heapify(self._queue)
        while self._queue:
            deed = heapq.heappop(self._queue)
            self._done.was_late(await wait_until(self._dungeon.clock, began, deed.at))
            if deed.kind == "order":
                await self._order(deed)
            elif deed.kind == "move":
                await self._move()
            else:
                await self._step(deed)

    async def _order(self, deed: Deed) -> None:
        """Paid at once; one to three products."""
        chosen = self._random.sample(self._leaves, min(len(self._leaves), self._random.randint(1, 3)))
        items = [{"code": leaf["code"], "quantity": self._random.randint(1, 3)} for leaf in chosen]
        payment = self._random.choice(("pix", "credit_card"))
        document = {"status": "paid", "payment": payment, "items": items, "oversell": True}
        answer = await self._dungeon.shop.send("POST", f"{self._account.store}/orders", document)
        order = answer["orders"][0]
        self._placed[deed.order] = (order["id"], str(order["number"]))
        self._done.counts["orders"] += 1

    async def _move(self) -> None:
        """Goods come in, go out, are counted."""
        leaf, kind = self._random.choice(self._leaves), self._random.choice("EESSB")
        quantity = self._random.randint(50_000, 100_000) if kind == "B" else self._random.randint(1, 40)
        await self._account.erp.send("POST", "/stock", _movement(leaf, kind, quantity))
        self._done.counts["movements"] += 1

    async def _step(self, deed: Deed) -> None:
        """Take an order's next step; later, if it is not in the ERP yet, and then behind the steps before it."""
        waits_until = self._waits_until.get(deed.order, 0.0)
        if deed.at < waits_until:
            self._take_later(deed, waits_until + 1.0)
            return
        shop_id, number = self._placed[deed.order]
        erp_id = await self._erp_id(number)
        if erp_id is None:
            self._waits_until[deed.order] = deed.at + _AGAIN
            self._take_later(deed, deed.at + _AGAIN)
            return
        if deed.step == "cancelled":
            path = f"{self._account.store}/orders/{shop_id}/cancel"
            await self._dungeon.shop.send("POST", path, {"reason": "customer"})
        elif deed.step == "tracking":
            code = f"SOAK{self._account.store_id}X{number}"
            await self._account.erp.send("POST", f"/orders/{erp_id}/tracking", {"codigoRastreamento": code})
        else:
            await self._account.erp.send("POST", f"/orders/{erp_id}/situation", {"situacao": deed.step})
        self._done.counts["steps"] += 1

    def _take_later(self, deed: Deed, at: float) -> None:
        if at < self._wish.hours * HOUR:
            heapq.heappush(self._queue, Deed(at, deed.kind, deed.order, deed.step))

    async def _erp_id(self, number: str) -> int | None:
        if number not in self._in_erp:
            for entry in await self._account.erp.get(f"/journal?kind=order_inserted&since={self._read_to}"):
                self._read_to = entry["seq"]
                self._in_erp[str(entry["numero_ecommerce"])] = entry["id"]
        return self._in_erp.get(number)


def _movement(leaf: dict[str, Any], kind: str, quantity: int) -> dict[str, Any]:
    return {"idProduto": leaf["id"], "tipo": kind, "quantidade": str(quantity)}


async def make_trouble(dungeon: Dungeon, began: datetime, hours: float) -> None:
    """Hour by hour another disorder of the shop's messages; at times calls of both sides go wrong."""
    doors = [account.erp for account in dungeon.accounts]
    for hour in range(int(hours)):
        await wait_until(dungeon.clock, began, hour * HOUR)
        is_rough = hour % _ROUGH_HOUR_IN == _ROUGH_HOUR
        calls = {"call_profile": "rough" if is_rough else "calm"}
        delivery = _SHOP_DISORDERS[hour % len(_SHOP_DISORDERS)]
        await dungeon.shop.send("PATCH", "", {**calls, "delivery_profile": delivery})
        if is_rough or (hour - 1) % _ROUGH_HOUR_IN == _ROUGH_HOUR:
            await asyncio.gather(*(door.send("PATCH", "", calls) for door in doors))


async def freshness(dungeon: Dungeon, random: Random) -> float | None:
    """The clock's seconds from a movement in the ERP until the shop shows it; None if not within ten minutes."""
    account = dungeon.accounts[0]
    leaf = account.leaves[_PROBED]
    quantity = random.randint(100_000, 900_000)
    began = dungeon.clock.now()
    await account.erp.send("POST", "/stock", _movement(leaf, "B", quantity))
    while (passed := (dungeon.clock.now() - began).total_seconds()) < _GIVE_UP:
        if await _shown(dungeon.shop, account, leaf["code"]) == quantity:
            return passed
        await asyncio.sleep(0.1)
    return None


async def _shown(shop: Door, account: Account, code: str) -> float | None:
    products = await shop.all_products(f"{account.store}/products")
    return next((float(one["stock"]["quantity"]) for one in products if one["code"] == code), None)
