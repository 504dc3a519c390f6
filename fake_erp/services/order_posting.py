"""Posting and reversing the stock and the accounts of an order (contract, orders §8); bare envelopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fake_erp import codes, trade
from fake_erp.envelope import Answer
from fake_erp.services.call import order_named
from fake_erp.services.service import Service

if TYPE_CHECKING:
    from fake_erp.orders import Order
    from fake_erp.services.call import Call
    from fake_erp.worlds import ErpWorld


def _service(name: str, act: Callable[[ErpWorld, Order], None]) -> Service:
    def perform(call: Call) -> Answer:
        order = order_named(call)
        try:
            act(call.world, order)
        except trade.AlreadySo as error:
            raise codes.Refusal(codes.INVALID, str(error)) from None
        return Answer(call.moods.speller(name, order.id), {})

    return Service(name=f"{name}.php", perform=perform, params=frozenset({"id"}))


def _produce(world: ErpWorld, order: Order) -> None:
    """`gerar.ordem.producao.pedido.php` is known by name only: it is recorded, and nothing else comes of it."""
    world.journal.append("production_order", order=order.id)


SERVICES = (
    _service("pedido.lancar.estoque", lambda world, order: trade.post_stock(world, order, by=trade.API)),
    _service("pedido.estornar.estoque", lambda world, order: trade.reverse_stock(world, order, by=trade.API)),
    _service("pedido.lancar.contas", lambda world, order: trade.post_accounts(world, order, posted=True, by=trade.API)),
    _service(
        "pedido.estornar.contas", lambda world, order: trade.post_accounts(world, order, posted=False, by=trade.API)
    ),
    _service("gerar.ordem.producao.pedido", _produce),
)
