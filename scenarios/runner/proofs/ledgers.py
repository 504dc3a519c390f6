"""What both sides have on record when a story ends, read once for all invariants that look at more than the end.

The journals tell what was said and done, whoever did it; nothing here asks the connector.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scenarios.runner.scene import Document, Scene, code_of, leaves


@dataclass(frozen=True, kw_only=True)
class Account:
    """One company of the ERP. `journal` holds its calls and messages, `movements` every change of a balance."""

    journal: list[Document]
    movements: list[Document]
    orders: list[Document]
    products: list[Document]
    calls_per_minute: int


@dataclass(frozen=True, kw_only=True)
class Shop:
    """One shop. `calls` are those that name it, `messages` those sent about it, `orders` have their history."""

    store_id: int
    account: str
    calls: list[Document]
    messages: list[Document]
    orders: list[Document]
    products: list[Document]
    # Whether messages and calls can have an effect: not of a shop that is closed or has removed the app.
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class Ledgers:
    """Both sides, by the names that the story gave them.

    `downs` are the times without the connector, and until what it had begun is taken over.
    """

    began: datetime
    now: datetime
    accounts: dict[str, Account]
    shops: dict[str, Shop]
    unknown_tokens: list[Document]
    platform: list[Document]
    downs: list[tuple[datetime, datetime]]

    def account_of(self, shop: Shop) -> Account:
        return self.accounts[shop.account]

    def siblings(self, shop: Shop) -> list[Shop]:
        """The shops of the same account, this one among them."""
        return [one for one in self.shops.values() if one.account == shop.account]


async def read(scenes: list[Scene]) -> Ledgers:
    """Read both sides as they are now."""
    first, theatre = scenes[0], scenes[0].theatre
    platform: list[Document] = await theatre.shop.get("/journal")
    stores = {store["id"]: store for store in (await theatre.shop.get(""))["stores"]}
    now, takeover = first.clock.now(), timedelta(seconds=theatre.takeover)
    return Ledgers(
        began=first.began,
        now=now,
        accounts={name: await _account(scenes, name) for name in dict.fromkeys(scene.account for scene in scenes)},
        shops={scene.name: await _shop(scene, platform, stores[scene.store_id]) for scene in scenes},
        unknown_tokens=await first.unknown_tokens(),
        platform=platform,
        downs=[(down.since, (down.to or now) + takeover) for down in theatre.connector.downs],
    )


async def _account(scenes: list[Scene], name: str) -> Account:
    scene = next(scene for scene in scenes if scene.account == name)
    return Account(
        journal=await scene.erp.get("/journal"),
        movements=await scene.erp.everything("/movements", "movements"),
        orders=await scene.erp_orders(),
        products=await scene.erp.all_products("/products"),
        calls_per_minute=(await scene.erp.get("/statistics"))["calls_per_minute"],
    )


async def _shop(scene: Scene, platform: list[Document], store: Document) -> Shop:
    # A call that met a fault was never read: only its path says whose it was.
    path = f"/stores/{scene.store_id}/"
    mine = [e for e in platform if e.get("store_id") == scene.store_id or path in e.get("path", "")]
    return Shop(
        store_id=scene.store_id,
        account=scene.account,
        calls=[entry for entry in mine if entry["kind"] == "api"],
        messages=[entry for entry in mine if entry["kind"] == "webhook"],
        orders=await scene.shop_orders(),
        products=[product for product in await scene.shop_products() if not product.get("deleted")],
        is_open=store["status"] == "active" and (await scene.panel())["connection"] == "connected",
    )


def moment(entry: Document) -> datetime:
    """When an entry of a journal was made."""
    return datetime.fromisoformat(entry["at"])


# A product of the shop, and the variation of it.
Target = tuple[int, int | None]


def targets(shop: Shop) -> dict[Target, str]:
    """What of the shop has a balance of its own, with its code."""
    found: dict[Target, str] = {}
    for product in shop.products:
        found |= {(product["id"], variant["id"]): variant["code"] for variant in product["variants"]}
        if not product["variants"]:
            found[(product["id"], None)] = product["code"]
    return found


def leaves_by_code(products: Iterable[Document]) -> dict[str, Document]:
    """The account's products that are sold, and their variations; a code that two have is nobody's."""
    found: dict[str, Document] = {}
    twice: set[str] = set()
    for leaf in leaves([product for product in products if product["situacao"] != "E"]):
        code = code_of(leaf)
        twice |= {code} & set(found)
        found[code] = leaf
    return {code: leaf for code, leaf in found.items() if code not in twice}
