"""How both sides stand before the load: what was there already is not of its making."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from http.client import HTTPException
from typing import Any
from urllib.request import ProxyHandler, build_opener

from load import record
from load.metrics import work_left
from load.mistake import Mistake
from load.targets import SHOP_EXAMPLE, Account, Target, ask

_PAGE = 500
_ANSWERS_WITHIN = 15.0


def look(target: Target, messages_command: tuple[str, ...]) -> dict[str, Any]:
    """Each account, and marks of the messages that the connector has kept already. Raises Mistake."""
    if target.metrics is not None:
        _require_figures(target.metrics)
    return {
        "accounts": [
            _account(account, f"{account.name}: " if len(target.accounts) > 1 else "") for account in target.accounts
        ],
        "record": record.marks(record.read(messages_command)) if messages_command else [],
    }


def _account(account: Account, where: str) -> dict[str, Any]:
    """The clock, the shop's quantities by code, its orders, and what was used of the quota; nothing without doors.

    Raises Mistake, which begins with `where`.
    """
    if account.erp is None or account.shop is None:
        return {}
    clock = {**ask(f"{account.erp}/clock", where), "wall": time.time()}
    try:
        quantities = {
            one["code"]: one["stock"]["quantity"]
            for product in _all(f"{account.shop}/products", "products", where)
            for one in (product, *product["variants"])
        }
        orders = [str(order["number"]) for order in _all(f"{account.shop}/orders", "orders", where)]
        missing = ask(f"{account.shop}/oversold", where, of_shop=True)
        oversold = sum((Decimal(str(line["missing"])) for line in missing), Decimal(0))
    except (KeyError, TypeError):
        raise Mistake(f"{where}--shop-door is no store of a fake Webstore: give one such as {SHOP_EXAMPLE}.") from None
    if not any(product.code.strip() in quantities for product in account.products):
        raise Mistake(
            f"{account.name}: its shop has none of the {len(account.products)} products that messages are about, and "
            "nothing of them could be checked: give the doors of an account and of the shop that is connected with it."
        )
    return {
        "clock": clock,
        "quantities": quantities,
        "orders": orders,
        "oversold": str(oversold),
        "statistics": ask(f"{account.erp}/statistics", where),
    }


def _all(address: str, name: str, where: str) -> Iterator[dict[str, Any]]:
    offset = 0
    while page := ask(f"{address}?offset={offset}&limit={_PAGE}", where, of_shop=True)[name]:
        offset += len(page)
        yield from page


def _require_figures(metrics: str) -> None:
    wrong = "metrics does not tell a connector's figures: is it up, and is this the address of its /metrics?"
    try:
        with build_opener(ProxyHandler({})).open(metrics, timeout=_ANSWERS_WITHIN) as answer:
            text = answer.read().decode(errors="replace")
    except (OSError, HTTPException, ValueError):
        raise Mistake(wrong) from None
    if work_left(text) is None:
        raise Mistake(wrong)
