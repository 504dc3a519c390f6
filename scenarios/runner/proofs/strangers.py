"""Each shop and each account by itself: no call with another's token, no data of another's."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import unquote

from scenarios.runner.proofs.ledgers import Ledgers, Shop
from scenarios.runner.scene import Document, Look, code_of

_WRITES_PRODUCT = "PUT /products/by-code/{code}"


async def none_met(ledgers: Ledgers, shop: Shop) -> Look:
    """Calls for this shop with another one's token, and what is in it or its account and belongs to another."""
    wrong = (*_with_another_token(shop), *_strange_orders(ledgers, shop), *_strange_products(ledgers, shop))
    return Look(len(shop.calls), f"{len(shop.calls)} calls", wrong)


def _with_another_token(shop: Shop) -> Iterator[str]:
    for entry in shop.calls:
        if entry.get("error") == "wrong_store":
            yield f"{entry['call']} of shop {shop.store_id} at {entry['at']}: with another shop's token"


def _strange_orders(ledgers: Ledgers, shop: Shop) -> Iterator[str]:
    """Numbers repeat from shop to shop: an order is known by its number, its total and its buyer."""
    own = {_sold(order) for one in ledgers.siblings(shop) for order in one.orders}
    others = {
        _sold(order): one.store_id
        for one in ledgers.shops.values()
        if one.account != shop.account
        for order in one.orders
    }
    for order in ledgers.account_of(shop).orders:
        buyer = _plain(order["cliente"].get("cpf_cnpj"))
        mark = (str(order["numero_ecommerce"]), Decimal(order["total_pedido"]), buyer)
        if mark not in own and mark in others:
            yield f"ERP order {order['numero']}: it is order {mark[0]} of shop {others[mark]}, of another account"


def _sold(order: Document) -> tuple[str, Decimal, str]:
    customer = order["customer"]
    return str(order["number"]), Decimal(order["total"]), _plain(customer.get("cnpj") or customer.get("cpf"))


def _plain(number: object) -> str:
    return "".join(filter(str.isalnum, str(number or ""))).upper()


def _strange_products(ledgers: Ledgers, shop: Shop) -> Iterator[str]:
    own = {code_of(product) for product in ledgers.account_of(shop).products}
    others = {
        code_of(product): name
        for name, account in ledgers.accounts.items()
        if name != shop.account
        for product in account.products
    }
    codes = (unquote(e["path"].rpartition("/")[2]) for e in shop.calls if others and e["call"] == _WRITES_PRODUCT)
    for code in codes:
        if code not in own and code in others:
            yield f"product {code}, written to shop {shop.store_id}: it is of account {others[code]}"
