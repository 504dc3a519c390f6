"""What a soak is made of: its options, how trade is spread over a day, and each shop's deeds. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from scenarios.harness.clock import BRASILIA

HOUR = 3600.0

# The last day of a month, in the morning: the first two hours are a peak, so that what is compared with them later is
# not a program that has done nothing yet.
START = datetime(2026, 8, 31, 9, 0, tzinfo=BRASILIA)

# How busy each hour of Brasília's day is, of a shop at the end of a month: late morning and evening.
_SHAPE = (
    *(0.25, 0.15, 0.1, 0.1, 0.1, 0.15, 0.3, 0.6, 1.0, 1.7, 2.3, 2.4),
    *(1.6, 1.3, 1.3, 1.4, 1.4, 1.4, 1.6, 2.0, 2.4, 2.3, 1.3, 0.7),
)

# What happens to an order in the ERP, and how many hours after the step before it.
_STEPS = (("preparando_envio", 0.5), ("faturado", 1.0), ("tracking", 0.3), ("enviado", 0.3), ("entregue", 5.0))
# Of a hundred orders, those that are called off on either side instead of being shipped.
_CANCELLED_IN_ERP, _CANCELLED_IN_SHOP = 2, 2


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be done. `hours` are the clock's, `rate` its seconds in one of the wall; `orders` and `movements` are
    a shop's in a whole day, `keep_hours` how long the connector keeps messages that are settled.
    """

    hours: float
    shops: int
    rate: float
    database: str
    seed: int
    products: int
    orders: int
    movements: int
    keep_hours: float
    watch_every: float
    start: datetime = START


@dataclass(frozen=True, order=True)
class Deed:
    """`at` seconds from the beginning something is done: an order placed, stock moved, an order's `step` taken."""

    at: float
    kind: str
    order: int = 0
    step: str = ""


def share_of_day(hour: int) -> float:
    """The share of a day's trade that falls in an hour of it (0 to 23)."""
    return _SHAPE[hour % 24] / sum(_SHAPE)


def deeds(wish: Wish, shop: int) -> list[Deed]:
    """One shop's, in order of time: the same for the same seed."""
    random = Random(f"{wish.seed}:soak:{shop}")
    planned: list[Deed] = [Deed(at, "move") for at in _moments(wish, random, wish.movements)]
    for number, at in enumerate(_moments(wish, random, wish.orders)):
        planned.append(Deed(at, "order", number))
        planned += _steps(random, number, at)
    return sorted(deed for deed in planned if deed.at < wish.hours * HOUR)


def _moments(wish: Wish, random: Random, a_day: int) -> list[float]:
    """Seconds from the beginning, as many in each hour as its share says; a fraction of one by chance."""
    found = []
    for hour in range(int(-(-wish.hours // 1))):
        local = (wish.start + timedelta(hours=hour)).astimezone(BRASILIA).hour
        expected = a_day * share_of_day(local)
        count = int(expected) + (random.random() < expected % 1)
        found += [(hour + random.random()) * HOUR for _ in range(count)]
    return sorted(found)


def _steps(random: Random, number: int, at: float) -> Iterator[Deed]:
    fate = random.randrange(100)
    if fate < _CANCELLED_IN_ERP + _CANCELLED_IN_SHOP:
        where = "cancelado" if fate < _CANCELLED_IN_ERP else "cancelled"
        yield Deed(at + random.uniform(0.2, 1) * HOUR, "step", number, where)
        return
    for step, hours in _STEPS:
        at += random.uniform(0.5, 1.5) * hours * HOUR
        yield Deed(at, "step", number, step)
