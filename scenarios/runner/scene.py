"""What the people of a story reach: the control doors of both fakes, the shop's panel, a clock.

The connector is met only as a merchant meets it, through the panel and its pages, so that the same story can be
played against programs of their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from aiohttp import ClientSession

from connector.demo.doors import Door
from connector.demo.merchant import Merchant
from scenarios.harness.clock import Clock

_PAGE = 500

Document = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """What was seen: how many things were compared, in words, and what of it is wrong."""

    count: int
    told: str
    wrong: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether something was compared and nothing is wrong."""
        return self.count > 0 and not self.wrong


@dataclass(kw_only=True)
class Scene:
    """One account and one shop. `patience` is the time between two looks, in seconds of the clock."""

    erp: Door
    shop: Door
    http: ClientSession
    # Where the ERP's control door is, for what belongs to no account.
    erp_door_url: str
    clock: Clock
    seed: int
    patience: float
    began: datetime
    store_id: int
    merchant: Merchant
    # The number of the step that is being played.
    step: int = 0
    # Ids of the shop's orders by the name that the story gave them.
    orders: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    async def enter(
        cls,
        *,
        erp: Door,
        shop: Door,
        http: ClientSession,
        erp_door_url: str,
        clock: Clock,
        seed: int,
        patience: float,
    ) -> Scene:
        """Find the shop and its owner by the doors alone."""
        platform = await shop.get("")
        store = platform["stores"][0]
        merchant = Merchant(http, platform["base_url"], store["id"], store["email"], store["password"])
        return cls(
            erp=erp,
            shop=shop,
            http=http,
            erp_door_url=erp_door_url,
            clock=clock,
            seed=seed,
            patience=patience,
            began=clock.now(),
            store_id=store["id"],
            merchant=merchant,
        )

    def passed(self) -> float:
        """Seconds of the story so far."""
        return (self.clock.now() - self.began).total_seconds()

    def random(self) -> Random:
        """The step's own source of chance, so that its draws do not move another step's."""
        return Random(f"{self.seed}:step {self.step}")

    async def until(self, see: Callable[[], Awaitable[Look]], seconds: float) -> Look:
        """Look until it holds or the time is over; returns the last look."""
        start = self.clock.now()
        while True:
            seen = await see()
            if seen.holds or (self.clock.now() - start).total_seconds() >= seconds:
                return seen
            await self.clock.sleep(self.patience)

    @property
    def store(self) -> str:
        """The shop's path at its control door."""
        return f"/stores/{self.store_id}"

    async def panel(self, *, secrets: bool = False) -> Document:
        """What the shop's panel shows of the connector."""
        settings: Document = await self.shop.get(f"{self.store}/settings{'?secrets=1' if secrets else ''}")
        return settings

    async def unknown_tokens(self) -> list[Document]:
        """The fake ERP's journal of calls that no account answered for."""
        async with self.http.get(f"{self.erp_door_url}/__fake__/journal") as answer:
            entries: list[Document] = await answer.json()
            return entries

    async def erp_products(self) -> list[Document]:
        """The account's active products with their variations."""
        products = await self.erp.all_products("/products")
        return [product for product in products if product["situacao"] == "A"]

    async def shop_products(self) -> list[Document]:
        return await self.shop.all_products(f"{self.store}/products")

    async def erp_orders(self) -> list[Document]:
        return await _all(self.erp, "/orders", "orders")

    async def shop_orders(self) -> list[Document]:
        return await _all(self.shop, f"{self.store}/orders", "orders")

    async def named_orders(self, name: str) -> list[Document]:
        """The shop's orders of this name, as they are now."""
        return [await self.shop.get(f"{self.store}/orders/{order_id}") for order_id in self.orders[name]]


async def _all(door: Door, path: str, key: str) -> list[Document]:
    """Everything behind a paged listing of a door."""
    found: list[Document] = []
    while True:
        page = await door.get(f"{path}?offset={len(found)}&limit={_PAGE}")
        found += page[key]
        if len(found) >= page["total"] or not page[key]:
            return found


def code_of(product: Document) -> str:
    """The code under which a product of the ERP stands in the shop."""
    return str(product["codigo"]).strip()


def leaves(products: list[Document]) -> list[Document]:
    """What has a balance of its own: products without variations, and variations."""
    return [leaf for product in products for leaf in (product["variacoes"] or [product])]
