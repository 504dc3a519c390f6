import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.harness import places

randoms = st.integers(0, 2**32).map(Random)
states = st.sampled_from(sorted(places.STATES)).map(places.STATES.__getitem__)


def test_there_are_the_26_states_and_the_federal_district():
    assert len(places.STATES) == 27


def test_no_postal_code_belongs_to_two_states():
    ranges = sorted(pair for state in places.STATES.values() for pair in state.zip_prefixes)
    assert all(last < following for (_, last), (following, _) in itertools.pairwise(ranges))


@pytest.mark.parametrize(("uf", "code"), [("SP", "35"), ("RS", "43"), ("DF", "53"), ("RO", "11")])
def test_a_city_code_begins_with_the_states(uf, code):
    assert places.STATES[uf].code == code


@given(randoms, states)
def test_a_postal_code_lies_in_its_state(random, state):
    zip_code = places.zip_code(random, state)
    assert len(zip_code) == 8
    assert any(first <= int(zip_code[:5]) <= last for first, last in state.zip_prefixes)


@given(randoms, states)
def test_phones_have_an_area_code_of_the_state(random, state):
    landline, mobile = places.landline(random, state), places.mobile(random, state)
    assert int(landline[3:5]) in state.area_codes
    assert int(mobile[3:5]) in state.area_codes
    assert (len(landline), len(mobile)) == (13, 14)
    assert landline[5] in "2345"
    assert mobile[5] == "9"
