"""What can be added to a story: trouble, deaths, and more of what people do, drawn by a seed.

What is drawn is bounded, since a story that nothing could survive proves nothing: every trouble ends by itself and
soon, the connector dies at most twice and is back within minutes, and no answer misleads for longer than the rules
of the contract allow for (a write that lands after both searches for it is doubled by anybody).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from scenarios.runner.deeds import trouble
from scenarios.runner.scene import Document
from scenarios.runner.search.around import Around, afterwards
from scenarios.runner.vocabulary import ACTORS


@dataclass(frozen=True)
class Event:
    """Steps that are added together, before the step of this place in the story."""

    place: int
    steps: tuple[Document, ...]

    def told(self) -> str:
        """In a few words, such as `erp fails insert_order answer_lost`."""
        step = self.steps[0]
        actor = next(key for key in step if key in ACTORS)
        more = (step[key] for key in ("call", "message", "point", "how") if key in step)
        return " ".join(str(word) for word in (actor, step[actor], *more)).replace("_", " ")


Steps = list[Document]

# How many events a candidate has, and how often.
_COUNTS = {1: 30, 2: 30, 3: 25, 4: 15}
_MOST_DEATHS = 2
_DELAYS = ("1s", "3s", "10s", "1m", "10m")
_SECONDS = (5, 20, 60)
# The doubtful write is searched for after three minutes for the last time (decisions, section 2).
_LANDS_AFTER = (10, 60, 120)
_LATE_BY = (20, 120, 1_200)
_DOWN = ("10s", "1m", "5m")
_OUTAGES = ("1m", "5m", "10m")
_SERVER_ERRORS = (500, 503)
# What is written meets trouble more often than what is read: there a mistake leaves something behind.
_WRITES = frozenset(
    {
        *("insert_order", "change_situation"),
        *("write_product", "change_product", "write_stock"),
        *("tell_import", "change_status", "write_shipment", "write_invoice"),
    }
)
_WEIGHT_OF_WRITES = 3


def _which(random: Random) -> Document:
    """Which calls meet a fault; the next one if nothing is said."""
    first, calls = random.choice((1, 1, 1, 1, 2, 3, 5)), random.choice((1, 1, 1, 2, 3))
    return {key: value for key, value in (("first", first), ("calls", calls)) if value > 1}


def _call(random: Random, calls: tuple[str, ...]) -> str:
    return random.choices(calls, weights=[_WEIGHT_OF_WRITES if call in _WRITES else 1 for call in calls])[0]


def _at_account(random: Random, around: Around) -> Document:
    return {"account": random.choice(around.accounts)} if len(around.accounts) > 1 else {}


def _at_shop(random: Random, around: Around) -> Document:
    return {"shop": random.choice(around.shops)} if len(around.shops) > 1 else {}


def _erp_fails(random: Random, around: Around) -> Steps:
    how = random.choice([*trouble.ERP_FAULTS])
    step = {"erp": "fails", "call": _call(random, around.traffic.erp_calls), "how": how, **_which(random)}
    if how in trouble.TIMED:
        step["seconds"] = random.choice(_LANDS_AFTER if how == "lands_late" else _SECONDS)
    return [step | _at_account(random, around)]


def _erp_sends_badly(random: Random, around: Around) -> Steps:
    how = random.choice([*trouble.MESSAGE_FAULTS])
    step = {"erp": "sends_badly", "message": random.choice(around.traffic.erp_messages), "how": how, **_which(random)}
    if how in ("late", "overtaken"):
        step["seconds"] = random.choice(_LATE_BY)
    return [step | _at_account(random, around)]


def _erp_is_down(random: Random, around: Around) -> Steps:
    step = {"erp": "is_down", "for": random.choice(_OUTAGES), "how": random.choice(trouble.LASTING)}
    return [step | _at_account(random, around)]


def _webstore_fails(random: Random, around: Around) -> Steps:
    how = random.choice([*trouble.SHOP_FAULTS])
    step = {"webstore": "fails", "call": _call(random, around.traffic.shop_calls), "how": how, **_which(random)}
    if how == "slow":
        step["seconds"] = random.choice(_SECONDS)
    elif how == "error":
        step["status"] = random.choice(_SERVER_ERRORS)
    return [step]


def _webstore_sends_badly(random: Random, around: Around) -> Steps:
    how = random.choice([*trouble.SHOP_MESSAGE_FAULTS])
    message = random.choice(around.traffic.shop_messages)
    step = {"webstore": "sends_badly", "message": message, "how": how, **_which(random)}
    return [step | ({"seconds": random.choice(_LATE_BY)} if how == "overtaken" else {})]


def _webstore_is_down(random: Random, _: Around) -> Steps:
    return [{"webstore": "is_down", "for": random.choice(_OUTAGES)}]


def _is_killed(random: Random, _: Around) -> Steps:
    return [{"connector": "is_killed", "down": random.choice(_DOWN)}]


def _dies_at(random: Random, around: Around) -> Steps:
    point, count = random.choice(around.traffic.points), random.choice((1, 1, 1, 2, 3))
    named = f"{point}#{count}" if count > 1 else point
    return [{"connector": "dies_at", "point": named, "down": random.choice(_DOWN)}]


def _stops(random: Random, _: Around) -> Steps:
    return [{"connector": "stops"}, {"connector": "starts", "after": random.choice(_DOWN)}]


def _orders(random: Random, around: Around) -> Steps:
    step: Document = {"shopper": "orders", "count": random.randint(1, 3), **_at_shop(random, around)}
    if random.random() < 0.3:
        return [step | {"every": random.choice(_DELAYS[:4]), "times": random.randint(2, 3)}]
    return [step | ({"pays_after": random.choice((1, 30, 600))} if random.random() < 0.3 else {})]


def _order_regretted(random: Random, around: Around) -> Steps:
    name = f"extra-{random.randrange(10**6)}"
    ordered = {"shopper": "orders", "as": name, "paid": random.random() < 0.7, **_at_shop(random, around)}
    return [ordered, {"shopper": "cancels", "order": name, "after": random.choice(_DELAYS)}]


def _order_paid_late(random: Random, around: Around) -> Steps:
    name = f"extra-{random.randrange(10**6)}"
    ordered = {"shopper": "orders", "as": name, "paid": False, **_at_shop(random, around)}
    return [ordered, {"shopper": "pays", "order": name, "after": random.choice(_DELAYS)}]


def _moves_stock(random: Random, around: Around) -> Steps:
    step: Document = {"operator": "moves_stock", "any": random.randint(1, 2), **_at_account(random, around)}
    return [step | ({"every": random.choice(_DELAYS), "times": 3} if random.random() < 0.5 else {})]


def _reprices(random: Random, around: Around) -> Steps:
    step = {"operator": "reprices", "percent": random.choice((-20, -5, 5, 20))}
    return [step | _at_account(random, around)]


def _waits(random: Random, _: Around) -> Steps:
    return [{"clock": "waits", "for": random.choice(_DELAYS)}]


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """`weight` is how often it is drawn beside others; `of` says whether the story has what it needs."""

    weight: int
    draw: Callable[[Random, Around], Steps]
    of: Callable[[Around], bool] = lambda _: True
    is_death: bool = False


_KINDS = (
    _Kind(weight=24, draw=_erp_fails, of=lambda around: bool(around.traffic.erp_calls)),
    _Kind(weight=20, draw=_erp_sends_badly, of=lambda around: bool(around.traffic.erp_messages)),
    _Kind(weight=4, draw=_erp_is_down),
    _Kind(weight=16, draw=_webstore_fails, of=lambda around: bool(around.traffic.shop_calls)),
    _Kind(weight=8, draw=_webstore_sends_badly, of=lambda around: bool(around.traffic.shop_messages)),
    _Kind(weight=3, draw=_webstore_is_down),
    _Kind(weight=6, draw=_is_killed, is_death=True),
    _Kind(weight=20, draw=_dies_at, of=lambda around: bool(around.traffic.points), is_death=True),
    _Kind(weight=3, draw=_stops, is_death=True),
    _Kind(weight=6, draw=_orders, of=lambda around: "stock" not in around.looked_at),
    _Kind(weight=5, draw=_order_regretted, of=lambda around: "stock" not in around.looked_at),
    _Kind(weight=3, draw=_order_paid_late, of=lambda around: "stock" not in around.looked_at),
    _Kind(weight=6, draw=_moves_stock, of=lambda around: "stock" not in around.looked_at),
    _Kind(weight=2, draw=_reprices, of=lambda around: "price" not in around.looked_at),
    _Kind(weight=3, draw=_waits),
)


def draw(random: Random, around: Around) -> tuple[Event, ...]:
    """Some events, in the order of their places."""
    events: list[Event] = []
    deaths: list[_Kind] = []
    for _ in range(random.choices([*_COUNTS], weights=[*_COUNTS.values()])[0]):
        kinds = [kind for kind in _KINDS if kind.of(around) and not (kind.is_death and _is_too_much(kind, deaths))]
        kind = random.choices(kinds, weights=[one.weight for one in kinds])[0]
        steps = kind.draw(random, around)
        if random.random() < 0.4:
            steps[0] = {**steps[0], "after": random.choice(_DELAYS)}
        first = max(around.first_place, around.first_unvisited_place) if kind.is_death else around.first_place
        events.append(Event(random.randint(first, max(first, around.last_place)), tuple(steps)))
        deaths += [kind] if kind.is_death else []
    return tuple(sorted(events, key=lambda event: event.place))


def _is_too_much(kind: _Kind, deaths: list[_Kind]) -> bool:
    """Whoever is dead cannot be stopped in good order: the one or the other."""
    return len(deaths) >= _MOST_DEATHS or any((kind.draw is _stops) != (one.draw is _stops) for one in deaths)


def played_with(around: Around, events: tuple[Event, ...]) -> list[tuple[Document, bool]]:
    """The steps of the story with these among them, each with whether it was added."""
    return [*_woven(around, events), *((step, False) for step in afterwards(around))]


def _woven(around: Around, events: tuple[Event, ...]) -> Iterator[tuple[Document, bool]]:
    for place in range(len(around.steps) + 1):
        yield from ((step, True) for event in events if event.place == place for step in event.steps)
        if place < len(around.steps):
            yield around.steps[place], False
