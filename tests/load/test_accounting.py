"""What became of each message, by what the ERP had, the shop showed and the connector has on record."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.judging.course import Course, How, Movement, follow
from load.judging.fates import Fate, Untold, doubtful, fates
from load.judging.reading import Books, Clock
from load.mix import Kind
from load.sender import NOT_MOVED


def _follow(moves: list[tuple[float, int]], shown: list[tuple[float, int]], before: int = 10, shop: int = 10) -> Course:
    movements = [Movement(place, at, Decimal(level)) for place, (at, level) in enumerate(moves)]
    return follow(movements, [(at, Decimal(level)) for at, level in shown], Decimal(before), Decimal(shop), 60)


def _told(course: Course) -> list[tuple[int, float, How]]:
    return [(number, arrival.at, arrival.how) for number, arrival in sorted(course.arrived.items())]


def test_a_change_arrives_with_its_own_level() -> None:
    assert _told(_follow([(1, 5)], [(3, 5)])) == [(0, 3, How.APPLIED)]


def test_a_newer_change_stands_for_those_before_it() -> None:
    assert _told(_follow([(1, 5), (2, 6)], [(3, 6)])) == [(0, 3, How.SUPERSEDED), (1, 3, How.APPLIED)]


def test_what_the_shop_shows_already_has_arrived() -> None:
    assert _told(_follow([(1, 5), (2, 10)], [])) == [(0, 2, How.SUPERSEDED), (1, 2, How.SHOWN)]


def test_a_level_that_was_told_too_late_is_no_arrival_of_what_came_since() -> None:
    course = _follow([(1, 5), (2, 6)], [(3, 5)])
    assert _told(course) == [(0, 3, How.APPLIED)]


def test_a_level_that_the_erp_never_had_is_told() -> None:
    course = _follow([(1, 5)], [(2, 7), (3, 5)])
    assert course.never_true == [(2, Decimal(7))]
    assert _told(course) == [(0, 3, How.APPLIED)]


def test_how_long_an_older_level_was_shown_is_measured() -> None:
    assert _follow([(1, 5), (2, 6)], [(3, 6), (4, 5), (9, 6)]).older_s == 5
    assert _follow([(1, 5), (2, 6)], [(3, 5), (4, 6)]).older_s == 0
    # It is shown still.
    assert _follow([(1, 5), (2, 6)], [(3, 6), (4, 5)]).older_s == 56


_STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=30)


@given(_STEPS)
def test_at_the_end_everything_has_arrived_if_and_only_if_both_sides_are_equal(steps: list[tuple[bool, int]]) -> None:
    moves = [(at, level) for at, (is_move, level) in enumerate(steps) if is_move]
    shown = [(at, level) for at, (is_move, level) in enumerate(steps) if not is_move]
    course = _follow(moves, shown, before=0, shop=0)
    erp, shop = (dict(enumerate([0, *(level for _, level in each)])) for each in (moves, shown))
    is_equal = erp[len(moves)] == shop[len(shown)]
    if is_equal:
        assert len(course.arrived) == len(moves)
    elif moves:
        assert len(moves) - 1 not in course.arrived or shown


@given(_STEPS)
def test_nothing_arrives_before_it_happened(steps: list[tuple[bool, int]]) -> None:
    moves = [(float(at), level) for at, (is_move, level) in enumerate(steps) if is_move]
    shown = [(float(at), level) for at, (is_move, level) in enumerate(steps) if not is_move]
    course = _follow(moves, shown)
    assert all(arrival.at >= moves[number][0] for number, arrival in course.arrived.items())


def _message(**fields: Any) -> dict[str, Any]:
    usual = {"number": 0, "account": 0, "kind": Kind.STOCK, "code": "A", "balance": "5", "movement": 0}
    timed = {"intended": 1.0, "started": 1.0, "ended": 1.1, "lag": 0.0, "status": 200, "error": "", "body": "b"}
    return {**usual, **timed, **fields}


def _books(erp: int, shop: int, shown: list[tuple[float, int]]) -> Books:
    clock = Clock(now=datetime(2026, 8, 3, tzinfo=UTC), wall=0.0, rate=1.0)
    return Books(
        clock=clock,
        before={"A": Decimal(10)},
        movements={"A": [Movement(0, 1.0, Decimal(5))]},
        shown={"A": [(at, Decimal(level)) for at, level in shown]},
        erp={"A": Decimal(erp)},
        shop={"A": Decimal(shop)},
    )


def _row(body: str = "b", state: str = "dealt_with", reason: str | None = None) -> dict[str, Any]:
    return {"body": body, "state": state, "reason": reason}


_KEPT = [_row()]


@pytest.mark.parametrize(
    ("message", "shop", "shown", "kept", "fate"),
    [
        ({}, 5, [(2, 5)], _KEPT, Fate.APPLIED),
        ({}, 5, [(2, 5)], None, Fate.APPLIED),
        # Its effect came by another way, and the connector does not have it.
        ({}, 5, [(2, 5)], [], Fate.LOST),
        ({}, 10, [], _KEPT, Fate.LOST),
        ({}, 7, [(2, 7)], _KEPT, Fate.WRONG),
        ({}, 10, [], [_row(state="new")], Fate.WAITING),
        ({}, 10, [], [_row(reason="not_linked")], Fate.PARKED),
        ({"status": 503, "error": "status 503"}, 10, [], [], Fate.NOT_ACCEPTED),
        ({"status": 0, "ended": None, "error": "no whole answer"}, 10, [], [], Fate.NOT_ACCEPTED),
        ({"started": None, "ended": None}, 10, [], [], Fate.NOT_SENT),
        ({"kind": Kind.FOREIGN}, 10, [], [_row(reason="message_foreign")], Fate.REFUSED),
        ({"kind": Kind.FOREIGN}, 10, [], _KEPT, Fate.WRONG),
        ({"kind": Kind.MALFORMED}, 10, [], [], Fate.LOST),
        ({"kind": Kind.MALFORMED}, 10, [], None, Fate.UNKNOWN),
        ({"code": "B"}, 10, [], _KEPT, Fate.UNKNOWN),
    ],
)
def test_every_message_has_a_fate(
    message: dict[str, Any], shop: int, shown: list[tuple[float, int]], kept: list[Any] | None, fate: Fate
) -> None:
    books = _books(5, shop, shown)
    course = follow(books.movements["A"], books.shown["A"], Decimal(10), Decimal(10), 60)
    (told,) = fates([_message(**message)], [books], [{"A": course}], kept)
    assert told.fate is fate, told


@pytest.mark.parametrize(
    ("accepted", "others", "rows", "doubt"),
    [(2, 0, 2, 0), (2, 1, 3, 0), (2, 1, 2, 1), (2, 3, 2, 2), (2, 3, 4, 1), (2, 1, 1, 0), (0, 2, 1, 0)],
)
def test_where_another_message_with_its_text_was_not_accepted_a_row_proves_less(
    accepted: int, others: int, rows: int, doubt: int
) -> None:
    messages = [_message(number=n) for n in range(accepted)]
    messages += [_message(status=503, error="status 503") for _ in range(others)]
    messages += [_message(started=None, ended=None, status=0)]
    assert doubtful(messages, [_row()] * rows) == doubt


@pytest.mark.parametrize("is_early", [False, True])
@pytest.mark.parametrize(
    ("code", "last", "may_differ", "excused", "excused_early"),
    [
        ("A", 2, True, True, True),
        # The ERP has moved it once more, and tells that itself; in a run that was ended early the generator may have.
        ("A", 7, True, False, True),
        ("A", 1, True, False, False),
        ("B", 3, False, False, False),
        ("C", 5, False, False, False),
        ("D", 6, True, True, True),
        ("E", 9, True, True, True),
        ("E", None, True, True, True),
        ("E", 8, True, False, False),
        ("F", None, False, False, True),
    ],
)
def test_a_product_may_differ_where_nothing_accepted_tells_of_its_last_movement(
    code: str, last: int | None, *, may_differ: bool, excused: bool, excused_early: bool, is_early: bool
) -> None:
    refused, unsent = {"status": 503, "error": "status 503"}, {"started": None, "ended": None, "status": 0}
    messages = [
        _message(code=" A ", movement=1),
        _message(code="A", movement=2, **refused),
        # The ERP sent it again.
        _message(code="B", movement=3, **refused),
        _message(code="B", movement=3, kind=Kind.REPEATED),
        _message(code="C", movement=5),
        _message(code="C", movement=4, **refused),
        _message(code="D", movement=6, **unsent),
        _message(code="E", movement=8),
        _message(code="E", movement=None, error=NOT_MOVED, **unsent),
        _message(code="F", movement=None, kind=Kind.FOREIGN),
        # Numbers are an account's own.
        _message(account=1, code="A", movement=2),
        _message(account=1, code="C", movement=5, **refused),
    ]
    untold = Untold(messages, is_early=is_early)
    assert untold.may_differ(0, code) == (may_differ or is_early)
    assert untold.excuses(0, code, last) == (excused_early if is_early else excused)


def test_a_row_of_the_record_accounts_for_one_message_only() -> None:
    books = _books(5, 5, [(2, 5)])
    course = follow(books.movements["A"], books.shown["A"], Decimal(10), Decimal(10), 60)
    twice = [_message(), _message(number=1, kind=Kind.REPEATED)]
    assert [told.fate for told in fates(twice, [books], [{"A": course}], [_row()])] == [Fate.APPLIED, Fate.LOST]
    assert [told.fate for told in fates(twice, [books], [{"A": course}], [_row(), _row()])] == [Fate.APPLIED] * 2
