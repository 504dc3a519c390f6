"""Both sides' records at the fakes' control doors, read when the load is over."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession

from load.judging.course import Movement, shown_level

Document = dict[str, Any]

_PAGE = 500
_JOURNAL_PAGE = 5000
_WRITE = "POST /stock/batch"


class CannotJudge(Exception):
    """Something that the judgement needs is not there; the text says what and why."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The target's clock: `now` was when the wall showed `wall`."""

    now: datetime
    wall: float
    rate: float

    def seconds(self, moment: str, start: float) -> float:
        """Seconds of this clock from the wall's moment `start` to a moment of a journal."""
        return (datetime.fromisoformat(moment) - self.now).total_seconds() - (start - self.wall) * self.rate


@dataclass(kw_only=True)
class Orders:
    """Orders of a shop, the pieces in them, and how many of them the ERP lacks, has twice, or with another total."""

    count: int = 0
    pieces: Decimal = Decimal(0)
    lost: int = 0
    doubled: int = 0
    wrong_money: int = 0

    def __add__(self, other: Orders) -> Orders:
        values = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        return Orders(**values)

    @property
    def bad(self) -> dict[str, int]:
        """What must be none, by its name."""
        return {"lost": self.lost, "doubled": self.doubled, "with another total in the ERP": self.wrong_money}


@dataclass(kw_only=True)
class Books:
    """One account and its shop. Levels and movements by code; times are seconds of the target's clock from the start.

    `shown` is what the shop was told.
    """

    clock: Clock
    before: dict[str, Decimal]
    erp_before: dict[str, Decimal] = field(default_factory=dict)
    movements: dict[str, list[Movement]] = field(default_factory=dict)
    shown: dict[str, list[tuple[float, Decimal]]] = field(default_factory=dict)
    erp: dict[str, Decimal] = field(default_factory=dict)
    shop: dict[str, Decimal] = field(default_factory=dict)
    # When both were read.
    until: float = 0.0
    # Of the ERP's quota, all since the load was prepared; `minutes` are calls by minute of the clock.
    calls: int = 0
    blocked: int = 0
    calls_per_minute: int = 0
    minutes: list[tuple[float, int]] = field(default_factory=list)
    orders: Orders = field(default_factory=Orders)
    oversold: Decimal = Decimal(0)

    def common(self) -> set[str]:
        """The codes of both sides."""
        return set(self.erp) & set(self.shop)

    def unequal(self) -> list[str]:
        """Those of them that differ at the end."""
        return sorted(code for code in self.common() if self.erp[code] != self.shop[code])


class Doors:
    """The control doors of one account and its shop, and how it stood before the load (`standing.look`).

    Raises CannotJudge where they do not answer.
    """

    def __init__(self, http: ClientSession, erp: str, shop: str, before: Document) -> None:
        self._http, self._erp, self._shop, self._before = http, erp, shop, before
        self.platform, _, store = shop.rpartition("/stores/")
        self._store = int(store)

    async def _get(self, address: str) -> Any:
        try:
            async with self._http.get(address) as answer:
                if answer.status != 200:
                    raise CannotJudge(f"a control door answered {answer.status}: {(await answer.text())[:200]}")
                return await answer.json()
        except (ClientError, TimeoutError, ValueError) as error:
            raise CannotJudge(f"a control door does not answer ({type(error).__name__}): is it still up?") from None

    async def _all(self, address: str, name: str) -> list[Document]:
        found: list[Document] = []
        while page := (await self._get(f"{address}?offset={len(found)}&limit={_PAGE}"))[name]:
            found += page
        return found

    async def levels(self) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        """The ERP's and the shop's levels by code, as they are now, of all that is sold in both."""
        erp = {leaf["codigo"].strip(): leaf for leaf in leaves(await self._all(f"{self._erp}/products", "products"))}
        world = await self._get(self._erp)
        shop: dict[str, Decimal] = {}
        for product in await self._all(f"{self._shop}/products", "products"):
            for one in product["variants"] or [product]:
                shop[one["code"]] = shown_level(one["stock"]["quantity"])
        held = {code: shown_level(_balance(world, leaf)) for code, leaf in erp.items()}
        return held, shop

    async def orders(self) -> Orders:
        """The orders placed since the load was prepared, held against the ERP's journal and its orders."""
        earlier = set(self._before["orders"])
        inserted = await self._get(f"{self._erp}/journal?kind=order_inserted")
        added = Counter(str(entry["numero_ecommerce"]) for entry in inserted)
        totals: dict[str, list[Decimal]] = defaultdict(list)
        for order in await self._all(f"{self._erp}/orders", "orders"):
            totals[str(order["numero_ecommerce"])].append(Decimal(order["total_pedido"]))
        found = Orders()
        for order in await self._all(f"{self._shop}/orders", "orders"):
            number, was_paid = str(order["number"]), any(h["payment_status"] == "paid" for h in order["history"])
            if number in earlier:
                continue
            found += Orders(
                count=1,
                pieces=sum((Decimal(str(item["quantity"])) for item in order["items"]), Decimal(0)),
                lost=int(was_paid and order["status"] != "cancelled" and not added[number]),
                doubled=int(added[number] > 1),
                wrong_money=int(any(total != Decimal(order["total"]) for total in totals[number])),
            )
        return found

    async def books(self, start: float, journal: list[Document]) -> Books:
        """Everything. `journal` is the platform's, of all its stores; `start` is the load's on the wall."""
        before = self._before
        clock = Clock(
            now=datetime.fromisoformat(before["clock"]["now"]),
            wall=before["clock"]["wall"],
            rate=before["clock"]["rate"],
        )
        books = Books(clock=clock, before={code: shown_level(n) for code, n in before["quantities"].items()})
        # The first balances are moved a little before the first message is due.
        first = clock.seconds(before["clock"]["now"], start)
        books.erp, books.shop = await self.levels()
        for code, each in await self._movements():
            at = clock.seconds(each["at"], start)
            if at >= first:
                books.erp_before.setdefault(code, shown_level(each["saldo_antes"]))
                books.movements.setdefault(code, []).append(Movement(each["id"], at, shown_level(each["saldo"])))
        books.shown = await self._shown(journal, clock, start, first)
        _count(books, before["statistics"], await self._get(f"{self._erp}/statistics"), start)
        books.orders = await self.orders()
        oversold = await self._get(f"{self._shop}/oversold")
        books.oversold = sum((Decimal(str(line["missing"])) for line in oversold), -Decimal(before["oversold"]))
        books.until = clock.seconds((await self._get(f"{self._erp}/clock"))["now"], start)
        return books

    async def last_movements(self) -> dict[str, int]:
        """The number of each product's last movement, by code."""
        return {code: each["id"] for code, each in await self._movements()}

    async def _movements(self) -> list[tuple[str, Document]]:
        """With the code of what they moved, of all that is sold, the oldest first."""
        products = await self._all(f"{self._erp}/products", "products")
        codes = {one["id"]: one["codigo"].strip() for one in leaves(products)}
        moves = await self._all(f"{self._erp}/movements", "movements")
        return [(codes[each["idProduto"]], each) for each in moves if each["idProduto"] in codes]

    async def _shown(
        self, journal: list[Document], clock: Clock, start: float, first: float
    ) -> dict[str, list[tuple[float, Decimal]]]:
        targets: dict[tuple[int, int | None], str] = {}
        for product in await self._all(f"{self._shop}/products", "products"):
            targets |= {(product["id"], one["id"]): one["code"] for one in product["variants"]}
            targets[product["id"], None] = product["code"]
        shown: dict[str, list[tuple[float, Decimal]]] = defaultdict(list)
        for entry in journal:
            at = clock.seconds(entry["at"], start)
            if (entry.get("store_id"), entry["call"], entry["status"]) != (self._store, _WRITE, 200) or at < first:
                continue
            refused = set(entry.get("not_applied", ()))
            for place, item in enumerate(json.loads(entry["body"])["items"]):
                if (
                    place not in refused
                    and (code := targets.get((item["product_id"], item.get("variant_id")))) is not None
                ):
                    shown[code].append((at, shown_level(item["quantity"])))
        return shown

    async def journal(self) -> list[Document]:
        """The platform's calls, of all stores."""
        address, found = f"{self.platform}/journal?kind=api&limit={_JOURNAL_PAGE}", list[Document]()
        while page := await self._get(f"{address}&since={found[-1]['seq'] if found else 0}"):
            found += page
        return found


def _count(books: Books, before: Document, after: Document, start: float) -> None:
    """What was called since the load was prepared: a pull that went before is not of its making."""
    earlier = {each["minute"]: each["calls"] for each in before["minutes"]}
    counted = [
        (books.clock.seconds(each["minute"], start), each["calls"] - earlier.get(each["minute"], 0))
        for each in after["minutes"]
    ]
    books.minutes = [(at, calls) for at, calls in counted if calls > 0]
    books.calls, books.calls_per_minute = after["calls"] - before["calls"], after["calls_per_minute"]
    books.blocked = sum((Counter(after["blocked"]["natural"]) - Counter(before["blocked"]["natural"])).values())


def leaves(products: list[Document]) -> Iterator[Document]:
    """The active products that are sold: of one with variations each of these."""
    for product in products:
        if product["situacao"] == "A":
            yield from product["variacoes"] or [product]


def _balance(world: Document, leaf: Document) -> Decimal:
    reserved = 0 if world["send_physical"] or not world["reservation"] else leaf["saldoReservado"]
    return Decimal(leaf["saldo"]) - Decimal(reserved)


def read_messages(path: Path) -> list[Document]:
    """What was sent, as `recording.write` has it."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
