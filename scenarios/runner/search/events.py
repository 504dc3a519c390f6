"""What can be added to a story: trouble, deaths, and more of what people do, drawn by a seed.

Faults are dealt like cards, so that a search meets each call's every fault once before any twice; around them
everything else is drawn. What is drawn is bounded, since a story that nothing could survive proves nothing: every
trouble ends by itself and soon, the connector dies at most once and is back within minutes, and no answer misleads for
longer than the rules of the contract allow for (a write that lands after both searches for it is doubled by anybody).
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
        """In a few words, such as `erp fails: insert_order answer_lost`."""
        step = self.steps[0]
        actor = next(key for key in step if key in ACTORS)
        more = (step[key] for key in ("call", "message", "point", "how") if key in step)
        return ": ".join(filter(None, (f"{actor} {step[actor]}", " ".join(more))))


Steps = list[Document]

# Of what is dealt and of what is drawn, so many are in a candidate.
_FAULTS = 2
_OTHERS = (0, 0, 1, 1, 2)
_DELAYED = 0.4
_DELAYS = ("1s", "3s", "10s", "1m", "10m")
_SECONDS = (5, 20, 60)
# The doubtful write is searched for after three minutes for the last time (decisions, section 2).
_LANDS_AFTER = (10, 60, 120)
_LATE_BY = (20, 120, 1_200)
_DOWN = ("10s", "1m", "5m")
_OUTAGES = ("1m", "5m", "10m")
_SERVER_ERRORS = (500, 503)
# What is written meets trouble sooner than what is read: there a mistake leaves something behind.
_WRITES = frozenset(
    {
        *("insert_order", "change_situation"),
        *("write_product", "change_product", "write_stock"),
        *("tell_import", "change_status", "write_shipment", "write_invoice"),
    }
)


def _which(random: Random) -> Document:
    """Which calls meet a fault; the next one if nothing is said."""
    first, calls = random.choice((1, 1, 1, 1, 2, 3, 5)), random.choice((1, 1, 1, 2, 3))
    return {key: value for key, value in (("first", first), ("calls", calls)) if value > 1}


def _at_account(random: Random, around: Around) -> Document:
    return {"account": random.choice(around.accounts)} if len(around.accounts) > 1 else {}


def _at_shop(random: Random, around: Around) -> Document:
    return {"shop": random.choice(around.shops)} if len(around.shops) > 1 else {}


def _erp_is_down(random: Random, around: Around) -> Steps:
    step = {"erp": "is_down", "for": random.choice(_OUTAGES), "how": random.choice(trouble.LASTING)}
    return [step | _at_account(random, around)]


def _webstore_is_down(random: Random, _: Around) -> Steps:
    return [{"webstore": "is_down", "for": random.choice(_OUTAGES)}]


def _is_killed(random: Random) -> Steps:
    return [{"connector": "is_killed", "down": random.choice(_DOWN)}]


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
    _Kind(weight=4, draw=_erp_is_down),
    _Kind(weight=3, draw=_webstore_is_down),
    _Kind(weight=3, draw=_stops, is_death=True),
    _Kind(weight=6, draw=_orders, of=lambda around: "stock" not in around.looked_at),
    _Kind(weight=5, draw=_order_regretted, of=lambda around: "stock" not in around.looked_at),
    _Kind(weight=3, draw=_order_paid_late, of=lambda around: "stock" not in around.looked_at),
    _Kind(weight=6, draw=_moves_stock, of=lambda around: "stock" not in around.looked_at),
    _Kind(weight=2, draw=_reprices, of=lambda around: "price" not in around.looked_at),
    _Kind(weight=3, draw=_waits),
)


def draw(seed: int, number: int, around: Around) -> tuple[Event, ...]:
    """The events of one candidate, in the order of their places. `number` is from 1."""
    random = Random(f"{seed}:candidate {number}")
    dealt = _dealt(f"{seed}:faults", _all_faults(around), _FAULTS * (number - 1), _FAULTS)
    drawn = [Event(_place(random, around.first_place, around), (_furnished(random, around, step),)) for step in dealt]
    match random.choice(("lives", "dies_at", "is_killed")):
        case "dies_at":
            deaths = _dealt(f"{seed}:deaths", _all_deaths(around), number - 1, 1)
            drawn += [_death(random, around, [_furnished_death(random, step)]) for step in deaths]
        case "is_killed":
            drawn.append(_death(random, around, _is_killed(random)))
    for _ in range(random.choice(_OTHERS)):
        kinds = [kind for kind in _KINDS if kind.of(around) and not (kind.is_death and _is_dead(drawn))]
        kind = random.choices(kinds, weights=[one.weight for one in kinds])[0]
        steps = kind.draw(random, around)
        first = around.first_unvisited_place if kind.is_death else 0
        drawn.append(_anywhere(random, first, around, steps))
    return tuple(sorted((_delayed(random, event) for event in drawn), key=lambda event: event.place))


def _dealt(seed: str, cards: Steps, first: int, count: int) -> Iterator[Document]:
    """So many cards from this one on; when all have been dealt they are shuffled anew."""
    for place in range(first, first + count) if cards else ():
        turn, number = divmod(place, len(cards))
        deck = [*cards]
        Random(f"{seed} {turn}").shuffle(deck)
        yield sorted(deck, key=_comes_late)[number]


def _comes_late(step: Document) -> bool:
    return "call" in step and step["call"] not in _WRITES


def _all_faults(around: Around) -> Steps:
    """Each call's and each message's every fault, without counts."""
    passing = around.traffic
    of = {
        ("erp", "fails", "call"): (passing.erp_calls, trouble.ERP_FAULTS),
        ("webstore", "fails", "call"): (passing.shop_calls, trouble.SHOP_FAULTS),
        ("erp", "sends_badly", "message"): (passing.erp_messages, trouble.MESSAGE_FAULTS),
        ("webstore", "sends_badly", "message"): (passing.shop_messages, trouble.SHOP_MESSAGE_FAULTS),
    }
    return [
        {actor: word, key: about, "how": how}
        for (actor, word, key), (abouts, hows) in of.items()
        for about in abouts
        for how in hows
    ]


def _all_deaths(around: Around) -> Steps:
    return [{"connector": "dies_at", "point": point} for point in around.traffic.points]


def _furnished(random: Random, around: Around, fault: Document) -> Document:
    """With counts, and what this fault takes besides."""
    how = fault["how"]
    more: Document = _which(random)
    if how in ("slow", "stall"):
        more["seconds"] = random.choice(_SECONDS)
    elif how == "lands_late":
        more["seconds"] = random.choice(_LANDS_AFTER)
    elif how in ("late", "overtaken"):
        more["seconds"] = random.choice(_LATE_BY)
    elif how == "error":
        more["status"] = random.choice(_SERVER_ERRORS)
    return fault | more | (_at_account(random, around) if "erp" in fault else {})


def _furnished_death(random: Random, step: Document) -> Document:
    count = random.choice((1, 1, 1, 2, 3))
    named = f"{step['point']}#{count}" if count > 1 else step["point"]
    return {**step, "point": named, "down": random.choice(_DOWN)}


def _place(random: Random, first: int, around: Around) -> int:
    """Rather early: what is ordered too late is met by nothing."""
    last = max(first, around.last_place)
    return min(random.randint(first, last), random.randint(first, last))


def _anywhere(random: Random, first: int, around: Around, steps: Steps) -> Event:
    first = max(first, around.first_place)
    return Event(random.randint(first, max(first, around.last_place)), tuple(steps))


def _death(random: Random, around: Around, steps: Steps) -> Event:
    return _anywhere(random, around.first_unvisited_place, around, steps)


def _is_dead(drawn: list[Event]) -> bool:
    """Once is enough, and whoever is dead cannot be stopped in good order."""
    return any("connector" in step for event in drawn for step in event.steps)


def _delayed(random: Random, event: Event) -> Event:
    if random.random() > _DELAYED:
        return event
    first, *others = event.steps
    return Event(event.place, ({**first, "after": random.choice(_DELAYS)}, *others))


def played_with(around: Around, events: tuple[Event, ...]) -> list[tuple[Document, bool]]:
    """The steps of the story with these among them, each with whether it was added."""
    return [*_woven(around, events), *((step, False) for step in afterwards(around))]


def _woven(around: Around, events: tuple[Event, ...]) -> Iterator[tuple[Document, bool]]:
    for place in range(len(around.steps) + 1):
        yield from ((step, True) for event in events if event.place == place for step in event.steps)
        if place < len(around.steps):
            yield around.steps[place], False
