"""What a tortured connector has lost, doubled or falsified, by the ERP's journal, its orders and its balances.

An order counts as often as the journal says that it was added: what was done to it afterwards hides nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from scenarios.runner import upstream
from scenarios.runner.dungeon import Account, Dungeon


@dataclass(frozen=True, kw_only=True)
class Count:
    """What is wrong: nothing, if it holds. `faults` counts the calls and messages that met one."""

    database: str
    seed: int
    orders: int
    lost: int
    doubled: int
    wrong_money: int
    messages: int
    stock_wrong: int
    upstream: int
    kills: int
    faults: int
    clock_s: int
    real_s: float

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong_money or self.stock_wrong or self.upstream)


async def compare(dungeon: Dungeon, account: Account) -> Counter[str]:
    """One account's orders and balances, as the ERP has them, against its shop."""
    added = Counter(str(e["numero_ecommerce"]) for e in await account.erp.get("/journal?kind=order_inserted"))
    totals: dict[str, list[Decimal]] = {}
    for order in await account.erp.everything("/orders", "orders"):
        totals.setdefault(str(order["numero_ecommerce"]), []).append(Decimal(order["total_pedido"]))
    wrong: Counter[str] = Counter(lost=0, doubled=0, wrong_money=0, stock_wrong=0, orders=0)
    for order in await dungeon.shop.everything(f"{account.store}/orders", "orders"):
        number = str(order["number"])
        wrong["orders"] += 1
        wrong["lost"] += added[number] == 0
        wrong["doubled"] += added[number] > 1
        wrong["wrong_money"] += any(total != Decimal(order["total"]) for total in totals.get(number, []))
    shown = {
        product["code"]: Decimal(str(product["stock"]["quantity"]))
        for product in await dungeon.shop.all_products(f"{account.store}/products")
    }
    codes = {leaf["id"]: leaf["code"] for leaf in account.leaves}
    for product in await account.erp.all_products("/products"):
        if product["id"] in codes:
            wrong["stock_wrong"] += shown[codes[product["id"]]] != _balance(account, product)
    return wrong


def _balance(account: Account, product: dict[str, Any]) -> Decimal:
    balance = Decimal(product["saldo"])
    if not account.is_physical:
        balance -= Decimal(product["saldoReservado"])
    return max(Decimal(0), balance).quantize(Decimal("0.001"), ROUND_DOWN)


async def count(dungeon: Dungeon, *, database: str, seed: int, clock_s: float, real_s: float) -> Count:
    """Everything, as it is now."""
    total: Counter[str] = Counter()
    for account in dungeon.accounts:
        total.update(await compare(dungeon, account))
        statistics = await account.erp.get("/statistics")
        total["upstream"] += len(upstream.forbidden_services(statistics["calls_by_service"]))
        for entry in await account.erp.get("/journal"):
            total["faults"] += bool(entry.get("fault")) or entry["kind"] == "webhook_disturbed"
            total["messages"] += entry["kind"] == "stock_moved"
    total["faults"] += sum(bool(entry.get("fault")) for entry in await dungeon.shop.get("/journal"))
    names = ("orders", "lost", "doubled", "wrong_money", "messages", "stock_wrong", "upstream", "faults")
    return Count(
        database=database,
        seed=seed,
        kills=dungeon.kills,
        clock_s=round(clock_s),
        real_s=round(real_s, 1),
        **{name: total[name] for name in names},
    )
