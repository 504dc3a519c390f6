"""One product over time: what the ERP had, what the shop showed, and when the shop knew of each change.

Pure: seconds on the target's clock, levels as the shop shows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum


class How(StrEnum):
    """How a change in the ERP came to stand in the shop."""

    APPLIED = "applied"
    # The shop showed this level already.
    SHOWN = "shown already"
    # A newer change of the same product came first.
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Movement:
    """The ERP's balance became `level` at `at`."""

    id: int
    at: float
    level: Decimal


@dataclass(frozen=True)
class Arrival:
    """When the shop showed a movement's level or that of a newer one."""

    at: float
    how: How


@dataclass(kw_only=True)
class Course:
    """`arrived` by movement; `never_true` are levels that the shop showed and the ERP had not had; `older_s` is the
    longest time for which the shop showed a level older than one that it had shown before."""

    arrived: dict[int, Arrival] = field(default_factory=dict)
    never_true: list[tuple[float, Decimal]] = field(default_factory=list)
    older_s: float = 0.0


def shown_level(balance: object) -> Decimal:
    """A balance as the shop shows it: none instead of a negative one, three decimals (decisions §7)."""
    return max(Decimal(0), Decimal(str(balance))).quantize(Decimal("0.001"), ROUND_DOWN).normalize() + 0


def follow(
    movements: Iterable[Movement],
    shown: Iterable[tuple[float, Decimal]],
    erp_before: Decimal,
    shop_before: Decimal,
    until: float,
) -> Course:
    """Go through both in the order of time; a level shown counts as the newest change with that level until then.

    What the shop showed last it shows `until` both were read.
    """
    course = Course()
    changes = list(movements)
    newest = {erp_before: -1}
    waiting, level, known, older_since = 0, shop_before, newest.get(shop_before, -1), None

    def arrive(upto: int, at: float, how: How) -> None:
        nonlocal waiting
        while waiting <= upto:
            course.arrived[changes[waiting].id] = Arrival(at, how if waiting == upto else How.SUPERSEDED)
            waiting += 1

    events: list[tuple[float, int, int, Decimal]] = [(m.at, 0, place, m.level) for place, m in enumerate(changes)]
    events += [(at, 1, 0, told) for at, told in shown]
    for at, is_shown, place, told in sorted(events, key=lambda event: event[:3]):
        if not is_shown:
            newest[told] = place
            if told == level:
                arrive(place, at, How.SHOWN)
                known = place
            continue
        level = told
        if told not in newest:
            course.never_true.append((at, told))
            continue
        arrive(newest[told], at, How.APPLIED)
        if newest[told] < known and older_since is None:
            older_since = at
        elif newest[told] >= known:
            if older_since is not None:
                course.older_s = max(course.older_s, at - older_since)
            known, older_since = newest[told], None
    if older_since is not None:
        course.older_s = max(course.older_s, until - older_since)
    return course
