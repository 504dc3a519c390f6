"""What a run's outcome is, and what its reports say of it: by books, messages and the figures of the generator."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from load.judging import junit, page
from load.judging.course import Movement, follow
from load.judging.draining import Drain
from load.judging.fates import Untold, doubtful, fates
from load.judging.figures import Series
from load.judging.gates import Verdict
from load.judging.outcome import Outcome, conclude
from load.judging.reading import Books, Clock
from load.mix import Kind
from load.sender import ENDED_EARLY

DRAINED = Drain(seconds=2.0, compared=1, unequal=0, left=0)
MOVES, TOLD = [(1, 5), (2, 7)], [(3, 5), (4, 7)]


def _run(**fields: Any) -> dict[str, Any]:
    account = {"name": "empresa-1", "erp": "http://127.0.0.1:1/e", "shop": "http://127.0.0.1:1/s", "products": 1}
    asked = {"model": "open", "shape": "constant:1", "seconds": 10.0, "connections": 1, "seed": 1, "stall": None}
    asked |= {"noise": 0, "orders": 0, "situations": 0}
    budgets = {"error_share": 0.0, "freshness_p99_s": 600.0, "dropped_share": 0.0}
    office = {"placed": 0, "refused": 0, "moved": 0, "stayed": 0}
    measured = {"locust": {}, "beside": None, "cpu_share": 0.1, "lasted": 2.0, "spoilt": [], "office": office}
    usual = {"metrics": "http://127.0.0.1:1/metrics", "accounts": [account], "budgets": budgets}
    return {**asked, **usual, **measured, **fields}


def _message(number: int, **fields: Any) -> dict[str, Any]:
    usual = {"number": number, "account": 0, "kind": Kind.STOCK, "code": "A", "balance": "5", "movement": number}
    timed = {"intended": 1.0, "started": 1.0, "ended": 1.1, "lag": 0.0, "status": 200, "error": "", "body": str(number)}
    return {**usual, **timed, **fields}


def _books(moves: list[tuple[float, int]], shown: list[tuple[float, int]]) -> Books:
    return Books(
        clock=Clock(now=datetime(2026, 8, 3, tzinfo=UTC), wall=0.0, rate=1.0),
        before={"A": Decimal(10)},
        erp_before={"A": Decimal(10)},
        movements={"A": [Movement(place, at, Decimal(level)) for place, (at, level) in enumerate(moves)]},
        shown={"A": [(at, Decimal(level)) for at, level in shown]},
        erp={"A": Decimal(([10] + [level for _, level in moves])[-1])},
        shop={"A": Decimal(([10] + [level for _, level in shown])[-1])},
        until=60.0,
    )


def _outcome(
    messages: list[dict[str, Any]],
    books: Books | None,
    *,
    drain: Drain | None = DRAINED,
    unkept: frozenset[int] = frozenset(),
    state: str = "dealt_with",
    **run: Any,
) -> Outcome:
    """`unkept` are numbers of messages that the connector does not have; `state` is that of all others."""
    courses = {}
    if books and "A" in books.shop:
        courses["A"] = follow(books.movements["A"], books.shown["A"], Decimal(10), Decimal(10), books.until)
    rows = [{"body": m["body"], "state": state, "reason": None} for m in messages if m["number"] not in unkept]
    told = fates(messages, [books], [courses], rows)
    whole = _run(**run)
    untold = Untold(messages, is_early=ENDED_EARLY in whole["spoilt"])
    return conclude(whole, messages, [books], [courses], told, untold, drain, doubtful(messages, rows))


def test_a_level_that_is_wrong_in_the_end_fails_whatever_was_shown_before() -> None:
    messages = [_message(0), _message(1)]
    assert _outcome(messages, _books(MOVES, TOLD)).verdict is Verdict.PASS
    outcome = _outcome(messages, _books(MOVES, [*TOLD, (5, 5)]))
    assert dict(outcome.fates) == {"applied": 2}
    assert outcome.verdict is Verdict.FAIL and outcome.older_s == 55
    assert outcome.bad == ["empresa-1: in the end the shop shows 5 of A, and the ERP has 7"]


def test_a_level_of_which_the_last_message_was_not_accepted_is_the_erps_to_tell_again() -> None:
    messages = [_message(0), _message(1, status=503, error="status 503")]
    outcome = _outcome(messages, _books(MOVES, TOLD[:1]), budgets={"error_share": 0.5})
    assert outcome.verdict is Verdict.PASS and outcome.bad == []
    assert [each.split(":")[0] for each in outcome.unchecked] == ["the levels of 1 products that differ in the end"]
    again = _message(2, kind=Kind.REPEATED, movement=1)
    assert _outcome([*messages, again], _books(MOVES, TOLD[:1]), budgets={"error_share": 0.5}).verdict is Verdict.FAIL


def test_a_level_that_the_generator_may_have_moved_is_not_taken_for_the_connectors_mistake() -> None:
    unmoved = _message(1, started=None, ended=None, status=0, movement=None, error="not moved in the ERP")
    outcome = _outcome([_message(0), unmoved], _books(MOVES, TOLD[:1]))
    assert outcome.bad == [] and outcome.verdict is Verdict.UNKNOWN
    # Of another product.
    unmoved["code"] = "B"
    assert _outcome([_message(0), unmoved], _books(MOVES, TOLD[:1])).verdict is Verdict.FAIL


def test_what_may_have_been_kept_instead_of_an_accepted_message_is_told() -> None:
    messages = [_message(0, body="b", status=503, error="status 503"), _message(1, body="b", movement=0)]
    outcome = _outcome(messages, _books(MOVES[:1], TOLD[:1]), budgets={"error_share": 0.5}, unkept=frozenset({1}))
    (told,) = outcome.unchecked
    assert told.startswith("whether 1 accepted messages were kept")


def test_what_was_asked_for_beside_the_messages_and_never_happened_makes_the_run_unknown() -> None:
    books = _books(MOVES[:1], TOLD[:1])
    office = {"placed": 3, "refused": 2, "moved": 1, "stayed": 0}
    busy = _outcome([_message(0)], books, orders=1, situations=1, noise=30, office=office)
    assert busy.verdict is Verdict.PASS
    told = "30 more messages a second of the first account; 3 orders placed, 2 refused; 1 steps of orders in the ERP"
    assert told in busy.summary() and told in page.render(busy)
    office = {"placed": 0, "refused": 5, "moved": 0, "stayed": 0}
    idle = _outcome([_message(0)], books, orders=1, office=office)
    assert idle.verdict is Verdict.UNKNOWN and idle.spoilt == ["all 5 orders that were tried were refused"]


def test_the_worst_of_some_hundred_is_in_the_percentile_that_it_belongs_to() -> None:
    messages = [_message(number, movement=0) for number in range(600)]
    messages[300]["ended"] = 15.0
    outcome = _outcome(messages, _books(MOVES[:1], TOLD[:1]))
    found = outcome.latency.intended
    assert (round(found["p99"] or 0), round(found["p99.9"] or 0)) == (100, 14_000)


def test_what_the_shop_never_showed_is_the_least_fresh() -> None:
    moves = [(at, at + 20) for at in range(1, 5)]
    outcome = _outcome([_message(0)], _books(moves, [(2.5, 22)]))
    assert (outcome.freshness.at(0.5), outcome.freshness.at(0.99)) == (1.5, float("inf"))
    (gate,) = [gate for gate in outcome.gates if gate.name == "freshness_p99_s"]
    assert gate.holds is False and gate.told == "freshness_p99_s: never (limit 600)"
    assert "p50 1.5 s, p99 never" in outcome.summary() and "never" in page.render(outcome)


def test_what_never_came_is_null_in_json_and_its_gate_does_not_hold() -> None:
    left = Drain(seconds=None, compared=1, unequal=1, left=0)
    outcome = _outcome([_message(0)], _books(MOVES[:1], TOLD[:1]), drain=left, budgets={"drain_s": 1800.0})
    (gate,) = json.loads(json.dumps(outcome.figures(), allow_nan=False))["gates"]
    assert gate == {"name": "drain_s", "limit": 1800.0, "value": None, "holds": False}


def test_where_nothing_was_compared_nothing_was_drained_and_the_report_says_so() -> None:
    books = _books(MOVES[:1], [])
    books.shop = {"B": Decimal(1)}
    drain = Drain(seconds=0.0, compared=0, unequal=0, left=0)
    outcome = _outcome([_message(0)], books, drain=drain, budgets={"drain_s": 1800.0})
    assert outcome.gates[0].value is None
    assert outcome.unchecked == [
        "whether both sides of empresa-1 are equal: they have no product in common",
        "what became of 1 accepted messages: its product is not on both sides",
    ]


def test_a_run_that_sent_nothing_or_was_ended_early_is_unknown() -> None:
    books = _books([], [])
    unsent = {"started": None, "ended": None, "status": 0}
    nothing = _outcome([_message(0, **unsent)], books, model="closed")
    assert nothing.verdict is Verdict.UNKNOWN and nothing.spoilt == ["no message was sent"]
    early = _outcome([_message(0)], _books(MOVES[:1], TOLD[:1]), model="closed", spoilt=["the run was ended early"])
    assert early.verdict is Verdict.UNKNOWN and "UNKNOWN  the run was ended early" in early.summary()
    assert "The verdict is unknown, whatever was measured: the run was ended early" in page.render(early)
    suite = ElementTree.fromstring(junit.render(early))
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
    lost = _outcome([_message(0)], _books(MOVES[:1], []), model="closed", spoilt=["the run was ended early"])
    assert lost.verdict is Verdict.FAIL and "The verdict is unknown" not in page.render(lost)


def test_in_a_closed_model_only_what_the_generator_could_not_move_is_dropped() -> None:
    unsent = {"started": None, "ended": None, "status": 0}
    sent, books = _message(0), _books(MOVES[:1], TOLD[:1])
    slow = _outcome([sent, _message(1, **unsent)], books, model="closed")
    assert slow.verdict is Verdict.PASS
    unmoved = _message(1, **unsent, movement=None, error="not moved in the ERP")
    assert _outcome([sent, unmoved], books, model="closed").verdict is Verdict.UNKNOWN


def test_errors_are_a_share_of_what_was_sent() -> None:
    unsent = [_message(n, started=None, ended=None, status=0) for n in range(1, 10)]
    refused = _message(0, status=503, error="status 503")
    outcome = _outcome([refused, *unsent], _books([], []), model="closed", budgets={"error_share": 0.5})
    assert outcome.gates[0].value == 1 and outcome.verdict is Verdict.FAIL


def test_the_lost_one_is_named_before_those_that_wait_and_all_are_counted() -> None:
    messages = [_message(number, movement=0) for number in range(600)]
    outcome = _outcome(messages, _books(MOVES[:1], TOLD[:1]), unkept=frozenset({599}), state="new")
    found = outcome.figures()
    assert found["bad_count"] == 600 and len(found["bad"]) == 500
    assert found["bad"][0].startswith("message 599 ") and "lost: accepted, and not on the" in found["bad"][0]
    assert "BAD  message 599" in outcome.summary() and "580 more; the reports name 500" in outcome.summary()
    assert b'message="600 lost, doubled or wrong"' in junit.render(outcome)
    html = page.render(outcome)
    assert "Lost, doubled or wrong: 600" in html and "message 599 " in html and "and 100 more" in html


def test_what_is_before_the_start_is_drawn_at_the_start() -> None:
    moves = [(-6.0, 5), (15.0, 6)]
    html = page.render(_outcome([_message(0, ended=1.5)], _books(moves, [(-3, 5), (16, 6)])))
    places = [float(text.split('"')[0]) for text in html.split('cx="')[1:]]
    assert places and min(places) >= 64
    assert all(f">{mark} s<" in html for mark in ("0", "5", "10", "15"))


@pytest.mark.parametrize(
    ("last", "most", "across", "up"),
    [
        (60.2, 89.28, ["0 s", "20 s", "40 s", "60 s"], ["0", "25", "50", "75", "100"]),
        (1210, 3, ["0 s", "500 s", "1,000 s"], ["0", "1", "2", "3"]),
        (0, 0, ["0 s", "0.25 s", "0.5 s", "0.75 s", "1 s"], ["0", "0.25", "0.5", "0.75", "1"]),
    ],
)
def test_a_charts_marks_are_round_and_all_of_it_is_below_the_highest(
    last: float, most: float, across: list[str], up: list[str]
) -> None:
    drawn = page.chart("t", "ms", {"p50": Series(points=[(0, 0), (last, most)])})
    assert drawn is not None
    assert [text for _, text in drawn.across] == across and [text for _, text in drawn.up] == up
    ((_, y, _), *_) = sorted(drawn.lines[0].dots, key=lambda dot: dot[1])
    assert drawn.up[-1][0] <= y and drawn.across[-1][0] <= drawn.width
