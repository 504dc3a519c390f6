"""What must hold of an account of the fake ERP whatever was sent to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import orjson

from fake_erp.sales_truth import contact_truth, order_truth
from fake_erp.stock import BALANCE, IN
from fake_erp.trade import POSTED, RESERVED
from fake_erp.truth import truth
from fake_erp.worlds import ErpWorld


@dataclass(frozen=True)
class Baseline:
    """Stock as it was before: balances by product, reserved quantities by product, movements made."""

    balances: dict[int, tuple[Decimal, ...]]
    reserved: dict[int, Decimal]
    movements: int


def baseline(world: ErpWorld) -> Baseline:
    """To be taken once the account has been set up. What the setup's orders have reserved is left out of `reserved`."""
    ordered = _reserved_by_orders(world)
    products = world.catalogue.all()
    return Baseline(
        {product.id: product.balances for product in products},
        {product.id: product.reserved - ordered.get(product.id, Decimal(0)) for product in products},
        len(world.movements),
    )


def broken(world: ErpWorld, before: Baseline | None) -> list[str]:
    """A line for each thing that does not hold any more; without a baseline, stock is not looked at."""
    stock = _stock(world, before) if before else []
    return [*stock, *_orders(world), *_references(world), *_journal(world), *_documents(world)]


def _stock(world: ErpWorld, before: Baseline) -> list[str]:
    """Each balance is what its movements make of it; each reserved quantity is what the open orders take."""
    balances = dict(before.balances)
    for movement in world.movements[before.movements :]:
        held = list(balances.get(movement.product_id, (Decimal(0),) * len(world.depots)))
        at = held[movement.depot]
        change = {BALANCE: movement.quantity, IN: at + movement.quantity}
        held[movement.depot] = change.get(movement.kind, at - movement.quantity)
        balances[movement.product_id] = tuple(held)
    ordered = _reserved_by_orders(world)
    wrong = []
    for product in world.catalogue.all():
        if product.balances != (expected := balances.get(product.id, (Decimal(0),) * len(world.depots))):
            wrong.append(f"product {product.id} has {product.balances}, and its movements make {expected}")
        held_back = before.reserved.get(product.id, Decimal(0)) + ordered.get(product.id, Decimal(0))
        if product.reserved != held_back:
            wrong.append(f"product {product.id} has {product.reserved} reserved, and open orders take {held_back}")
    return wrong


def _reserved_by_orders(world: ErpWorld) -> dict[int, Decimal]:
    summed: dict[int, Decimal] = {}
    for order in world.orders:
        if order.stock == RESERVED:
            for product_id, quantity in order.taken:
                summed[product_id] = summed.get(product_id, Decimal(0)) + quantity
    return summed


def _orders(world: ErpWorld) -> list[str]:
    wrong, orders = [], list(world.orders)
    if len({order.numero for order in orders}) != len(orders):
        wrong.append("two orders have one number")
    for order in orders:
        totals = (order.total_produtos, order.total_pedido, order.valor_frete, order.valor_desconto)
        if not all(each.is_finite() for each in totals):
            wrong.append(f"order {order.id} has totals that are no amounts: {totals}")
        if not order.itens:
            wrong.append(f"order {order.id} has no item")
        if order.stock not in ("", RESERVED, POSTED):
            wrong.append(f"order {order.id} has done {order.stock!r} to the stock")
    return wrong


def _references(world: ErpWorld) -> list[str]:
    """Whatever names another record names one that there is."""
    wrong = [f"order {order.id} has no customer" for order in world.orders if not world.contacts.get(order.contact_id)]
    for product in world.catalogue.all():
        if product.idProdutoPai and world.catalogue.get(product.idProdutoPai) is None:
            wrong.append(f"product {product.id} has no parent {product.idProdutoPai}")
        wrong += [
            f"product {product.id} lacks variation {c}" for c in product.variation_ids if not world.catalogue.get(c)
        ]
    return wrong


def _journal(world: ErpWorld) -> list[str]:
    """Numbered without a gap, every call ended, and without the token."""
    entries = list(world.journal)
    wrong = [f"entry {number} has seq {e['seq']}" for number, e in enumerate(entries, start=1) if e["seq"] != number]
    wrong += [f"call {e['seq']} has no end" for e in entries if e["kind"] == "call" and e["ended"] is None]
    if world.token.encode() in orjson.dumps(entries):
        wrong.append("the journal holds the token")
    return wrong


def _documents(world: ErpWorld) -> list[str]:
    """Everything can be shown."""
    return [
        *_hidden("product", world.catalogue.all(), lambda product: truth(world, product)),
        *_hidden("order", list(world.orders), order_truth),
        *_hidden("contact", world.contacts.all(), contact_truth),
    ]


T = TypeVar("T")


def _hidden(kind: str, records: list[T], shown: Callable[[T], object]) -> list[str]:
    wrong = []
    for number, record in enumerate(records, start=1):
        try:
            orjson.dumps(shown(record))
        except (TypeError, ValueError, KeyError) as error:
            wrong.append(f"{kind} no. {number} cannot be shown: {error}")
    return wrong
