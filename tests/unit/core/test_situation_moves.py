"""Situations of the ERP move an order of the shop forward only: every pair, and every order of arrival."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.situations import Cancel, Conflict, Move, Stay, decide, expects_more, is_news

# The contract's own table (webstore-api §10.1), written out; `paid` and what comes before it is the gateway's.
ALLOWED = {
    "awaiting_payment": {"cancelled"},
    "payment_review": {"cancelled"},
    "paid": {"preparing", "invoiced", "ready_to_ship", "shipped", "delivered", "cancelled"},
    "preparing": {"invoiced", "ready_to_ship", "shipped", "delivered", "cancelled"},
    "invoiced": {"ready_to_ship", "shipped", "delivered", "cancelled"},
    "ready_to_ship": {"shipped", "delivered", "cancelled"},
    "shipped": {"delivered", "not_delivered"},
    "not_delivered": {"shipped", "cancelled"},
    "delivered": set(),
    "cancelled": set(),
}
WORDS = {
    "open": None,
    "incomplete": None,
    "approved": None,
    "preparing": "preparing",
    "invoiced": "invoiced",
    "ready": "ready_to_ship",
    "shipped": "shipped",
    "delivered": "delivered",
    "not_delivered": "not_delivered",
    "cancelled": "cancelled",
}
# One letter a pair: `.` stay, `>` one step, `»` two, `!` a person decides, `x` the ERP is to cancel.
TABLE = """
                  open incomplete approved preparing invoiced ready shipped delivered not_delivered cancelled
awaiting_payment  .    .          .        .         .        .     .       .         .             >
payment_review    .    .          .        .         .        .     .       .         .             >
paid              .    .          .        >         >        >     >       >         »             >
preparing         .    .          .        .         >        >     >       >         »             >
invoiced          .    .          .        .         .        >     >       >         »             >
ready_to_ship     .    .          .        .         .        .     >       >         »             >
shipped           .    .          .        .         .        .     .       >         >             !
not_delivered     .    .          .        .         .        .     >       »         .             >
delivered         .    .          .        .         .        .     .       .         .             !
cancelled         x    x          x        x         x        x     !       !         x             .
"""
SIGNS = {Stay: ".", Conflict: "!", Cancel: "x"}
ROWS = [line.split() for line in TABLE.strip().splitlines()]
PAIRS = [(row[0], word, sign) for row in ROWS[1:] for word, sign in zip(ROWS[0], row[1:], strict=True)]


def test_the_table_holds_every_pair_of_both_sides() -> None:
    assert {(shown, word) for shown, word, _ in PAIRS} == set(itertools.product(ALLOWED, WORDS))
    assert len(PAIRS) == 100


@pytest.mark.parametrize(("shown", "word", "sign"), PAIRS)
def test_what_each_pair_calls_for(shown: str, word: str, sign: str) -> None:
    decision = decide(shown, word)
    if isinstance(decision, Move):
        assert "·>»"[len(decision.path)] == sign
        assert decision.path[-1] == WORDS[word]
    else:
        assert SIGNS[type(decision)] == sign


@pytest.mark.parametrize(("shown", "word"), list(itertools.product(ALLOWED, WORDS)))
def test_every_step_is_one_that_the_shop_allows_and_every_stay_is_one_that_it_does_not(shown: str, word: str) -> None:
    decision, place = decide(shown, word), shown
    for step in decision.path if isinstance(decision, Move) else ():
        assert step in ALLOWED[place]
        place = step
    if (target := WORDS[word]) is not None and not isinstance(decision, Conflict):
        assert (place == target) == (target in reachable(shown) | {shown})


def reachable(status: str) -> set[str]:
    """Where the shop's table leads from here."""
    found: set[str] = set()
    while new := {after for place in found | {status} for after in ALLOWED[place]} - found:
        found |= new
    return found


@pytest.mark.parametrize("word", sorted(set(WORDS) - {"cancelled"}))
def test_what_is_reopened_in_the_erp_after_both_had_cancelled_it_is_left_to_a_person(word: str) -> None:
    assert decide("cancelled", word, was_cancelled=True) == Conflict()


# Arrival in any order ---------------------------------------------------------------------------------
#
# A message tells that something changed; what is acted upon is what the ERP answers when it is asked. So the shop's
# history depends on when the looks fall between the ERP's changes, and on nothing else.


def shop_after(history: list[str], looks: list[int], start: str = "paid") -> list[str]:
    """The statuses that the shop passes when the ERP is looked at after so many of its changes each time."""
    shown = [start]
    for moment in looks:
        decision = decide(shown[-1], history[moment])
        if isinstance(decision, Move):
            for step in decision.path:
                assert step in ALLOWED[shown[-1]]
                shown.append(step)
    return shown


def assert_ended_right(shown: list[str], final: str) -> None:
    target = WORDS[final]
    is_held = isinstance(decide(shown[-1], final), Conflict)
    assert target in (None, shown[-1]) or is_held or target not in reachable(shown[-1])
    assert "cancelled" not in shown[:-1]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_whatever_is_seen_of_every_short_history_the_shop_ends_where_the_erp_is(length: int) -> None:
    for history in itertools.product(WORDS, repeat=length):
        # Each change may be looked at, once or twice, or only after a later one; the last one always is.
        for times in itertools.product(range(3), repeat=length - 1):
            looks = [moment for moment, count in enumerate(times) for _ in range(count)]
            assert_ended_right(shop_after(list(history), [*looks, length - 1]), history[-1])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=8), st.data())
def test_whatever_is_seen_of_long_histories_the_shop_ends_where_the_erp_is(history: list[str], data: st.DataObject):
    looks = sorted(data.draw(st.lists(st.integers(0, len(history) - 1), max_size=12)))
    start = data.draw(st.sampled_from(["paid", "preparing", "shipped"]))
    assert_ended_right(shop_after(history, [*looks, len(history) - 1], start), history[-1])


@settings(max_examples=100, deadline=None)
@given(st.permutations(["preparing", "invoiced", "ready", "shipped", "delivered"]), st.data())
def test_late_and_repeated_messages_cost_looks_and_never_a_step_back(told: list[str], data: st.DataObject) -> None:
    """The ERP is at the end already when the first message comes."""
    again = data.draw(st.lists(st.sampled_from(told), max_size=5))
    known: str | None = None
    shown = "paid"
    looks = 0
    heard = [*told, *again]
    for word in heard:
        if not is_news(word, known, is_cancelling=False):
            continue
        looks, known = looks + 1, "delivered"
        decision = decide(shown, known)
        shown = decision.path[-1] if isinstance(decision, Move) else shown
    assert shown == "delivered"
    assert looks <= 1 + sum(word != "delivered" for word in heard[1:])


# What is news -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "known", "is_cancelling", "expected"),
    [
        # Our own insert, announced.
        ("approved", None, False, False),
        ("invoiced", None, False, True),
        ("invoiced", "approved", False, True),
        ("invoiced", "invoiced", False, False),
        # Our own cancellation, announced before its answer.
        ("cancelled", "approved", True, False),
        ("cancelled", "approved", False, True),
        ("shipped", "approved", True, True),
        # A word that nobody knows.
        (None, "approved", False, True),
    ],
)
def test_an_echo_is_known_by_its_cause(told: str | None, known: str | None, is_cancelling: bool, expected: bool):
    assert is_news(told, known, is_cancelling=is_cancelling) is expected


def test_papers_are_expected_where_they_usually_come() -> None:
    assert expects_more("invoiced", has_invoice=False, has_tracking=True)
    assert not expects_more("invoiced", has_invoice=True, has_tracking=False)
    assert expects_more("shipped", has_invoice=True, has_tracking=False)
    assert not expects_more("delivered", has_invoice=False, has_tracking=False)
