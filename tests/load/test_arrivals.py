"""When messages are due and what they tell, decided before the first is sent."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.mistake import Mistake
from load.mix import Kind, Mix, plan
from load.shapes import RETRY_WAITS, parse_shape

SHAPES = ["constant:40", "poisson:40", "ramp:10-70", "ramp:40-40", "burst:400@100", "retries:25"]


@pytest.mark.parametrize("text", SHAPES)
def test_arrivals_come_in_order_within_the_time_and_the_same_again_for_a_seed(text: str) -> None:
    arrivals = parse_shape(text)(10, Random(3))
    moments = [arrival.at for arrival in arrivals]
    assert moments == sorted(moments) and moments[0] >= 0 and moments[-1] <= 10
    # 400 by each of the shapes; Poisson's vary by a twentieth.
    assert len(moments) == pytest.approx(400, rel=0.15)
    assert arrivals == parse_shape(text)(10, Random(3))


def test_a_ramp_goes_from_one_rate_to_the_other() -> None:
    moments = [arrival.at for arrival in parse_shape("ramp:10-70")(10, Random(1))]
    assert [sum(low <= at < low + 1 for at in moments) for low in (0, 9)] == pytest.approx([13, 67], abs=1)


def test_retries_follow_the_calendar_of_the_erp_compressed() -> None:
    arrivals = [arrival for arrival in parse_shape("retries:3")(605, Random(1)) if arrival.number == 1]
    # 605 minutes of the calendar in 605 seconds: a minute is a second.
    waits = [round(later.at - earlier.at, 6) for earlier, later in pairwise(arrivals)]
    assert waits == list(RETRY_WAITS)


@pytest.mark.parametrize(
    "text", ["", "constant", "constant:0", "constant:-1", "constant:x", "ramp:5", "burst:1.5", "burst:0", "sine:5"]
)
def test_a_shape_that_is_none_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(Mistake, match="poisson:RATE"):
        parse_shape(text)


def _plan(count: int, mix: Mix, products: tuple[int, ...] = (50, 50)) -> list[object]:
    return list(plan(parse_shape(f"constant:{count}")(1, Random(1)), products, mix, Random(2)))


def test_shares_come_out_as_asked_for() -> None:
    mix = Mix(repeated=0.1, overtaken=0.2, unmapped=0.05, foreign=0.05, malformed=0.05, noisy=0.75)
    planned = _plan(4000, mix)
    kinds = Counter(message.kind for message in planned)
    assert kinds[Kind.REPEATED] / 4000 == pytest.approx(0.1, abs=0.02)
    for kind in (Kind.UNMAPPED, Kind.FOREIGN, Kind.MALFORMED):
        assert kinds[kind] / 4000 == pytest.approx(0.05, abs=0.015)
    assert sum(message.account == 0 for message in planned) / 4000 == pytest.approx(0.75, abs=0.03)
    late = [m for m in planned if m.kind is Kind.STOCK and m.moved_at < m.at]
    assert len(late) / kinds[Kind.STOCK] == pytest.approx(0.2, abs=0.03)


def test_few_products_have_many_movements() -> None:
    skewed = Counter(message.product for message in _plan(4000, Mix(skew=1.0), (100,)))
    level = Counter(message.product for message in _plan(4000, Mix(skew=0.0), (100,)))
    assert skewed.most_common(1)[0][1] > 4 * level.most_common(1)[0][1]


@given(repeated=st.floats(0, 1), seed=st.integers(0, 100))
def test_what_is_repeated_is_an_earlier_message_of_the_same_account(repeated: float, seed: int) -> None:
    arrivals = parse_shape("constant:200")(1, Random(1))
    planned = plan(arrivals, (5, 5), Mix(repeated=repeated, malformed=0.0), Random(seed))
    for place, message in enumerate(planned):
        if message.again is not None:
            first = planned[message.again]
            assert message.again < place and first.again is None
            assert (first.account, first.product, first.balance) == (message.account, message.product, message.balance)
    assert planned[0].kind is not Kind.REPEATED


def test_a_calendar_of_retries_repeats_what_it_is_about() -> None:
    arrivals = parse_shape("retries:5")(10, Random(1))
    planned = plan(arrivals, (5,), Mix(repeated=0, unmapped=0, foreign=0, malformed=0), Random(1))
    assert Counter(message.kind for message in planned) == {Kind.STOCK: 5, Kind.REPEATED: 75}


def test_what_comes_again_by_the_calendar_is_about_one_thing_also_where_it_repeats_another() -> None:
    arrivals = parse_shape("retries:20")(10, Random(1))
    planned = plan(arrivals, (5,), Mix(repeated=0.5, unmapped=0, foreign=0, malformed=0), Random(1))
    about: dict[int, set[int]] = {}
    for place, (arrival, message) in enumerate(zip(arrivals, planned, strict=True)):
        about.setdefault(arrival.number, set()).add(place if message.again is None else message.again)
    assert [len(places) for places in about.values()] == [1] * 20
    assert len(set.union(*about.values())) < 20
