"""A shop's own trade: orders at a rate, drawn from a seed, of every kind that a shop meets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from fake_webstore.agenda import Errand
from fake_webstore.orders import checkout, wish
from fake_webstore.orders.records import Order
from fake_webstore.records import Store
from fake_webstore.world import Platform

KEYS = {"per_hour", "orders", "seed"}
_MOST_PER_HOUR, _MOST_ORDERS = 10_000, 100_000

# What happens to an order, and how many of a hundred it happens to.
_FATES = {
    "paid": 66,
    "paid_later": 12,
    "expires": 6,
    "reviewed": 5,
    "review_refused": 2,
    "cancelled_by_buyer": 4,
    "several_payments": 5,
}
_MARKETPLACE_SHARE, _PICKUP_SHARE = 0.1, 0.05
_HOUR = 3600


@dataclass(kw_only=True)
class Generator:
    """One shop's trade, its `number`th: `left` orders still to come, what came of the others by fate."""

    number: int
    per_hour: float
    left: int
    random: Random
    due: datetime
    placed: dict[str, int] = field(default_factory=dict)
    refused: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {"per_hour": self.per_hour, "left": self.left, "placed": self.placed, "refused": self.refused}


def start(world: Platform, store: Store, document: dict[str, Any]) -> Generator:
    """Begin to trade; the trade before ends. Raises Refused."""
    per_hour = _number(document, "per_hour", _MOST_PER_HOUR)
    orders = _number(document, "orders", _MOST_ORDERS)
    if orders != int(orders):
        raise wish.Refused(f"orders must be a whole number, not {orders!r}")
    seed = document.get("seed", world.seed)
    if not isinstance(seed, int | str) or isinstance(seed, bool):
        raise wish.Refused(f"seed must be a number or a text, not {seed!r}")
    random = Random(f"{world.origin}:{store.id}:trade:{seed}")
    number = store.trade.number + 1 if store.trade else 1
    store.trade = Generator(number=number, per_hour=per_hour, left=int(orders), random=random, due=world.now())
    _wait(world, store, store.trade)
    return store.trade


def stop(store: Store) -> None:
    """No further order comes; what was placed takes its course."""
    if store.trade is not None:
        store.trade.left = 0


def _number(document: dict[str, Any], key: str, most: int) -> float:
    value = document.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most:
        raise wish.Refused(f"{key} must be a number above 0 and up to {most}, not {value!r}")
    return value


def _wait(world: Platform, store: Store, trade: Generator) -> None:
    # From the moment at which the last one was due: a clock that jumps finds as many as one that runs.
    trade.due += timedelta(seconds=trade.random.expovariate(trade.per_hour) * _HOUR)
    seconds = (trade.due - world.now()).total_seconds()
    world.agenda.later(max(0.0, seconds), Errand("trade", store.id, trade.number))


def trade_on(world: Platform, store: Store, number: int) -> None:
    """The next order, unless another trade has begun since."""
    trade = store.trade
    if trade is None or trade.number != number or trade.left <= 0:
        return
    trade.left -= 1
    # Drawn whether or not it can be placed, so that an empty shelf does not change the orders after it.
    fate = trade.random.choices(list(_FATES), list(_FATES.values()))[0]
    wanted = _wish(fate, trade.random)
    try:
        [order] = checkout.place(world, store, wish.parse(wanted))
    except wish.Refused:
        trade.refused += 1
    else:
        trade.placed[fate] = trade.placed.get(fate, 0) + 1
        _follow(world, store, order, fate, trade.random)
    if trade.left:
        _wait(world, store, trade)


def _wish(fate: str, random: Random) -> dict[str, Any]:
    wanted: dict[str, Any] = {"seed": f"{random.getrandbits(64):x}"}
    is_marketplace, is_pickup = random.random() < _MARKETPLACE_SHARE, random.random() < _PICKUP_SHARE
    if is_marketplace:
        wanted["channel"] = "marketplace"
    if is_pickup:
        wanted["shipping_address"] = None
    delay = random.uniform(60, 1700)
    if fate == "paid_later":
        wanted |= {"payment": "pix", "status": "awaiting_payment", "pay_after": delay}
    elif fate == "expires":
        wanted |= {"payment": random.choice(("pix", "boleto")), "status": "awaiting_payment"}
    elif fate == "reviewed":
        wanted |= {"payment": "credit_card", "status": "payment_review", "pay_after": delay}
    elif fate == "review_refused":
        wanted |= {"payment": "credit_card", "status": "payment_review"}
    elif fate == "several_payments":
        wanted["payments"] = [{"method": "voucher", "amount": "1.99"}, {"method": "credit_card", "installments": 2}]
    return wanted


def _follow(world: Platform, store: Store, order: Order, fate: str, random: Random) -> None:
    seconds = random.uniform(60, _HOUR)
    if fate == "review_refused":
        world.agenda.later(seconds, Errand("refuse_review", store.id, order.id))
    elif fate == "cancelled_by_buyer":
        world.agenda.later(seconds, Errand("cancel_by_buyer", store.id, order.id))
