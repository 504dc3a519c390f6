"""What is told when: the mix of a real shop, decided before the first message is sent.

Few products have many movements and many have few. Some messages come twice, some after a later one of the same
product, and a share is about products that the shop does not have, of another company, or no JSON at all.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from load.shapes import Arrival

# Seconds by which a message that is overtaken trails its movement, at most.
LATEST = 5.0
# A repeated message is one of the last so many of its account.
_RECENT = 50
_MOST_BALANCE = 100


class Kind(StrEnum):
    """What a message is. The last three must change nothing."""

    STOCK = "stock"
    REPEATED = "repeated"
    UNMAPPED = "unmapped"
    FOREIGN = "foreign"
    MALFORMED = "malformed"


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Shares from 0 to 1. `skew` is the exponent of Zipf's law over an account's products: 0 = all alike.

    `noisy` is the share of all messages that is the first account's; None = all accounts alike.
    """

    skew: float = 1.0
    repeated: float = 0.03
    overtaken: float = 0.03
    unmapped: float = 0.005
    foreign: float = 0.005
    malformed: float = 0.005
    noisy: float | None = None


@dataclass(kw_only=True)
class Planned:
    """A message that is due `at`, and what its product's balance is set to at `moved_at`, both in seconds.

    `again` is the place in the plan of the message that it repeats; `product` the place among its account's.
    """

    at: float
    account: int
    kind: Kind
    product: int
    balance: int
    moved_at: float
    again: int | None = None


def plan(arrivals: Sequence[Arrival], products: Sequence[int], mix: Mix, random: Random) -> list[Planned]:
    """A message for each arrival; `products` is how many each account has."""
    draws = [_Products(count, mix.skew, random) for count in products]
    accounts = _weights(len(products), mix.noisy)
    recent: list[list[int]] = [[] for _ in products]
    first: dict[int, int] = {}
    planned: list[Planned] = []
    for place, arrival in enumerate(arrivals):
        again = first.get(arrival.number)
        account = random.choices(range(len(products)), cum_weights=accounts)[0]
        kind = _kind(mix, random)
        if again is None and kind is Kind.REPEATED:
            again = random.choice(recent[account]) if recent[account] else None
        if again is not None:
            # What repeats another one is itself what comes again.
            first.setdefault(arrival.number, again)
            planned.append(_repeated(planned[again], arrival.at, again))
            continue
        first[arrival.number] = place
        kind = Kind.STOCK if kind is Kind.REPEATED else kind
        delay = random.uniform(0, LATEST) if kind is Kind.STOCK and random.random() < mix.overtaken else 0.0
        planned.append(
            Planned(
                at=arrival.at,
                account=account,
                kind=kind,
                product=draws[account].draw(random),
                balance=random.randrange(_MOST_BALANCE),
                moved_at=max(0.0, arrival.at - delay),
            )
        )
        if kind is Kind.STOCK:
            recent[account] = [*recent[account][-_RECENT:], place]
    return planned


def together(first: Sequence[Planned], second: Sequence[Planned]) -> list[Planned]:
    """Two plans as one, in the order of time; each is as it was by itself."""
    everything = [
        (message.at, which, place, message)
        for which, plan in enumerate((first, second))
        for place, message in enumerate(plan)
    ]
    everything.sort(key=lambda each: each[:3])
    places = {(which, place): new for new, (_, which, place, _) in enumerate(everything)}
    return [
        message if message.again is None else replace(message, again=places[which, message.again])
        for _, which, _, message in everything
    ]


def _repeated(message: Planned, at: float, again: int) -> Planned:
    # What changes nothing changes nothing when it comes again.
    kind = Kind.REPEATED if message.kind is Kind.STOCK else message.kind
    return Planned(
        at=at,
        account=message.account,
        kind=kind,
        product=message.product,
        balance=message.balance,
        moved_at=message.moved_at,
        again=again,
    )


def _weights(accounts: int, noisy: float | None) -> list[float]:
    if noisy is None or accounts == 1:
        return list(itertools.accumulate([1.0] * accounts))
    return list(itertools.accumulate([noisy, *([(1 - noisy) / (accounts - 1)] * (accounts - 1))]))


def _kind(mix: Mix, random: Random) -> Kind:
    roll = random.random()
    for kind, share in (
        (Kind.REPEATED, mix.repeated),
        (Kind.UNMAPPED, mix.unmapped),
        (Kind.FOREIGN, mix.foreign),
        (Kind.MALFORMED, mix.malformed),
    ):
        if roll < share:
            return kind
        roll -= share
    return Kind.STOCK


class _Products:
    """Zipf's law over products in an order of their own."""

    def __init__(self, count: int, skew: float, random: Random) -> None:
        self._order = list(range(count))
        random.shuffle(self._order)
        self._weights = list(itertools.accumulate(1 / rank**skew for rank in range(1, count + 1)))

    def draw(self, random: Random) -> int:
        return random.choices(self._order, cum_weights=self._weights)[0]
