"""What the people of a story reach: the control doors of both fakes, the shop's panel, a clock.

The connector is met only as a merchant meets it, through the panel and its pages, so that the same story can be
played against programs of their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any

from connector.demo.doors import Door
from connector.demo.merchant import Merchant
from scenarios.harness.clock import Clock

if TYPE_CHECKING:
    from scenarios.runner.theatre import Theatre

Document = dict[str, Any]

# Between two looks, the share of the time that was waited already.
_LAZINESS = 0.02


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


@dataclass
class Memory:
    """What the steps of a story remember, whichever shop they are about."""

    # The number of the step that is being played, with its turn in a series.
    step: str = "0"
    # Shop's name and id of the shop's orders, by the name that the story gave them.
    orders: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    # What the owner of each shop, by its name, chose on the connector's page.
    choices: dict[str, Document] = field(default_factory=dict)
    # The shop's ids of products that its owner has removed, by the shop's name and the code.
    removed: dict[tuple[str, str], int] = field(default_factory=dict)
    # What a step learned, by the name that it was given and the fact's: `moved.code`.
    facts: dict[str, str] = field(default_factory=dict)
    # Trouble that was there before the story, by the address of its list and its number.
    ordered_before: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One shop and the account that its token opens, by the names that the story gave them."""

    theatre: Theatre
    account: str
    name: str
    memory: Memory
    seed: int
    began: datetime
    store_id: int
    # Of the other shops that sell from the same account.
    neighbour_ids: tuple[int, ...]
    merchant: Merchant

    @property
    def erp(self) -> Door:
        """The account's control door."""
        return self.theatre.erps[self.account]

    @property
    def shop(self) -> Door:
        """The platform's control door."""
        return self.theatre.shop

    @property
    def clock(self) -> Clock:
        return self.theatre.clock

    def passed(self) -> float:
        """Seconds of the story so far."""
        return (self.clock.now() - self.began).total_seconds()

    def random(self) -> Random:
        """The step's own source of chance, so that its draws do not move another step's."""
        return Random(f"{self.seed}:step {self.memory.step}")

    async def until(self, see: Callable[[], Awaitable[Look]], seconds: float) -> Look:
        """Look until it holds or the time is over; returns the last look."""
        start = self.clock.now()
        while True:
            seen = await see()
            waited = (self.clock.now() - start).total_seconds()
            if seen.holds or waited >= seconds:
                return seen
            # What has taken hours is not looked at each second.
            await self.clock.sleep(min(max(self.theatre.patience, waited * _LAZINESS), seconds - waited))

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
        async with self.theatre.http.get(f"{self.theatre.erp_door_url}/__fake__/journal") as answer:
            entries: list[Document] = await answer.json()
            return entries

    async def erp_products(self) -> list[Document]:
        """The account's active products with their variations."""
        products = await self.erp.all_products("/products")
        return [product for product in products if product["situacao"] == "A"]

    async def shop_products(self) -> list[Document]:
        return await self.shop.all_products(f"{self.store}/products")

    async def erp_orders(self) -> list[Document]:
        return await self.erp.everything("/orders", "orders")

    async def shop_orders(self) -> list[Document]:
        return await self.shop.everything(f"{self.store}/orders", "orders")

    async def neighbours_orders(self) -> list[Document]:
        """The orders of the other shops of the account."""
        doors = [f"/stores/{store_id}/orders" for store_id in self.neighbour_ids]
        return [order for door in doors for order in await self.shop.everything(door, "orders")]

    async def named_orders(self, name: str) -> list[Document]:
        """The shop's orders of this name, as they are now."""
        ids = [order_id for shop, order_id in self.memory.orders.get(name, ()) if shop == self.name]
        return [await self.shop.get(f"{self.store}/orders/{order_id}") for order_id in ids]


def code_of(product: Document) -> str:
    """The code under which a product of the ERP stands in the shop."""
    return str(product["codigo"]).strip()


def leaves(products: list[Document]) -> list[Document]:
    """What has a balance of its own: products without variations, and variations."""
    return [leaf for product in products for leaf in (product["variacoes"] or [product])]
