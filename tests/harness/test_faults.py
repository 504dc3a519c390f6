import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.harness.faults import Faults, UnknownFault


def faults() -> Faults:
    return Faults(calls={"get", "put"}, kinds={"slow", "cut"})


def met(ordered: Faults, calls: list[str]) -> list[str | None]:
    return [fault.what if (fault := ordered.meet(call)) else None for call in calls]


@given(first=st.integers(1, 8), calls=st.integers(1, 8))
def test_exactly_the_calls_that_were_named_meet_the_fault(first, calls):
    ordered = faults()
    ordered.order({"call": "get", "what": "cut", "first": first, "calls": calls})
    assert [n for n, what in enumerate(met(ordered, ["get"] * 20), start=1) if what] == [*range(first, first + calls)]


def test_without_numbers_the_next_call_alone_meets_it():
    ordered = faults()
    ordered.order({"call": "get", "what": "cut"})
    assert met(ordered, ["get", "get"]) == ["cut", None]


def test_calls_are_counted_from_the_moment_of_the_order():
    ordered = faults()
    met(ordered, ["get"] * 5)
    ordered.order({"call": "get", "what": "cut", "first": 2})
    assert met(ordered, ["get"] * 3) == [None, "cut", None]


def test_other_calls_do_not_count():
    ordered = faults()
    ordered.order({"call": "get", "what": "cut", "first": 2})
    assert met(ordered, ["get", "put", "get"]) == [None, None, "cut"]


def test_a_star_counts_every_call():
    ordered = faults()
    ordered.order({"call": "*", "what": "slow", "calls": 2})
    assert met(ordered, ["get", "put", "get"]) == ["slow", "slow", None]


def test_of_two_faults_for_one_call_the_older_is_met_and_the_other_waits():
    ordered = faults()
    ordered.order({"call": "get", "what": "cut"})
    ordered.order({"call": "get", "what": "slow"})
    assert met(ordered, ["get"] * 3) == ["cut", "slow", None]


def test_a_cleared_fault_is_not_met():
    ordered = faults()
    ordered.order({"call": "get", "what": "cut"})
    ordered.clear()
    assert met(ordered, ["get"]) == [None]


def test_every_call_is_counted():
    ordered = faults()
    met(ordered, ["get", "put", "get"])
    assert ordered.counts == {"get": 2, "put": 1}


def test_the_list_shows_what_was_met_and_what_is_left():
    ordered = faults()
    ordered.order({"call": "get", "what": "cut", "calls": 3, "with": {"after": 10}})
    met(ordered, ["get"])
    assert ordered.as_list() == [
        {"number": 1, "call": "get", "what": "cut", "first": 1, "calls": 3, "with": {"after": 10}, "met": 1, "left": 2}
    ]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"call": "del"}, r"unknown call 'del'; known: \*, get, put"),
        ({"call": None}, "unknown call None"),
        ({"call": ["get"]}, r"unknown call \['get'\]"),
        ({"what": "fire"}, "unknown fault 'fire'; known: cut, slow"),
        ({"what": {}}, "unknown fault {}"),
        ({"first": 0}, "first must be a whole number from 1, not 0"),
        ({"first": "1"}, "first must be"),
        ({"calls": True}, "calls must be"),
        ({"calls": 1.5}, "calls must be"),
        ({"with": []}, "'with' must be an object"),
        ({"times": 3}, "unknown key 'times'"),
    ],
)
def test_an_order_that_means_nothing_is_refused(change, complaint):
    ordered = faults()
    with pytest.raises(UnknownFault, match=complaint):
        ordered.order({"call": "get", "what": "cut"} | change)
    assert ordered.as_list() == []
