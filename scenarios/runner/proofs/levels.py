"""Stock over time: what the shop was told, against what the ERP had at that moment."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import cached_property

from scenarios.runner.proofs import troubles
from scenarios.runner.proofs.ledgers import Ledgers, Shop, Target, leaves_by_code, moment, targets
from scenarios.runner.scene import Document, Look

# A question to the ERP gathers for ten seconds and is asked behind the orders; more than this is no way there.
BOUND = timedelta(minutes=2)

_DECODER = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True)
class Course:
    """One product: what the ERP had (`held`) and the shop was told (`shown`), each with its moment, oldest first.

    `about` is its id in the ERP, as `troubles.touched` names it.
    """

    code: str
    about: str
    held: list[tuple[datetime, Decimal]]
    shown: list[tuple[datetime, Decimal]]

    def held_at(self, at: datetime) -> Decimal:
        return _at(self.held, at) or Decimal(0)

    def shown_at(self, at: datetime) -> Decimal | None:
        return _at(self.shown, at)

    @cached_property
    def moments(self) -> list[datetime]:
        """When either side changed."""
        return sorted({at for at, _ in (*self.held[1:], *self.shown)})

    def agree(self, since: datetime, until: datetime) -> bool:
        """Whether both sides were ever equal in this time."""
        first, last = bisect_right(self.moments, since), bisect_right(self.moments, until)
        return any(self.shown_at(at) == self.held_at(at) for at in (since, *self.moments[first:last]))


def _at(course: list[tuple[datetime, Decimal]], at: datetime) -> Decimal | None:
    place = bisect_right(course, at, key=lambda step: step[0])
    return course[place - 1][1] if place else None


def courses(ledgers: Ledgers, shop: Shop) -> dict[Target, Course]:
    """Of every product whose balance has changed and of which each level shown was the ERP's balance once.

    What a depot holds, or what is left of it beside the reservations, is another count: of that nothing is said.
    """
    account, told = ledgers.account_of(shop), _told(shop)
    moved: dict[int, list[Document]] = defaultdict(list)
    for movement in account.movements:
        moved[movement["idProduto"]].append(movement)
    known = leaves_by_code(account.products)
    found = {}
    for target, code in targets(shop).items():
        if code in known and (steps := moved[known[code]["id"]]):
            held = [(ledgers.began, _level(steps[0]["saldo_antes"])), *((moment(s), _level(s["saldo"])) for s in steps)]
            course = Course(code=code, about=f"erp {known[code]['id']}", held=held, shown=told[target])
            if {level for _, level in course.shown} <= {level for _, level in held}:
                found[target] = course
    return found


def _level(balance: object) -> Decimal:
    """A balance as the shop shows it: none instead of a negative one, three decimals (decisions, section 7)."""
    return max(Decimal(0), Decimal(str(balance))).quantize(Decimal("0.001"), ROUND_DOWN).normalize() + 0


def _told(shop: Shop) -> dict[Target, list[tuple[datetime, Decimal]]]:
    """What the shop was told of each product, by the batches that it took."""
    told: dict[Target, list[tuple[datetime, Decimal]]] = defaultdict(list)
    for entry in shop.calls:
        if entry["call"] == "POST /stock/batch" and entry["status"] == 200:
            for item in _items(entry.get("body") or ""):
                told[item["product_id"], item.get("variant_id")].append((moment(entry), _level(item["quantity"])))
    return told


def _items(body: str) -> Iterator[Document]:
    """The lines of a batch; a long body is cut in the journal, and its last lines are not known."""
    place = body.find("[") + 1
    while 0 < place < len(body):
        try:
            item, place = _DECODER.raw_decode(body, place)
        except ValueError:
            return
        yield item
        place += 1


async def never_older(ledgers: Ledgers, shop: Shop) -> Look:
    """Levels older than what the shop had shown already, for longer than the bound, though nothing was in the way."""
    trouble, touched = troubles.of(ledgers, shop), troubles.touched(ledgers, shop)
    known = [course for course in courses(ledgers, shop).values() if course.about not in touched]
    wrong = []
    for course in known:
        for since, to, level in _relapses(course, ledgers.now):
            if troubles.first_calm(since, BOUND, trouble, to) is not None:
                told = (since - ledgers.began).total_seconds()
                wrong.append(
                    f"{course.code}: back to {level}, which the ERP had before, for {to - since} from {told:g} s"
                )
    return Look(len(known), f"{len(known)} balances that moved", tuple(wrong))


def _relapses(course: Course, now: datetime) -> Iterator[tuple[datetime, datetime, Decimal]]:
    """When the shop showed a level again that was older than what it had shown, until when, and the level."""
    newest = -1
    old: tuple[datetime, Decimal] | None = None
    for at in course.moments:
        if (level := course.shown_at(at)) is None:
            continue
        version = _version(course, level, at)
        is_old = version < newest and level != course.held_at(at)
        if old is not None and not is_old:
            yield old[0], at, old[1]
        old = (old or (at, level)) if is_old else None
        newest = max(newest, version)
    if old is not None:
        yield old[0], now, old[1]


def _version(course: Course, level: Decimal, at: datetime) -> int:
    """Which of the ERP's balances it is: the latest that was the same."""
    return max((place for place, (since, held) in enumerate(course.held) if since <= at and held == level), default=0)
