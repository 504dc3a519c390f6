"""The brake: how much of a catalogue may be retired or re-priced unasked."""

import pytest

from connector.core.brake import Danger, allowed, holds


@pytest.mark.parametrize(
    ("of", "percent", "most"), [(1000, 20, 200), (1000, 0, 0), (10, 20, 5), (3, 20, 5), (999, 1, 9), (50, 100, 50)]
)
def test_the_share_is_of_the_catalogue_and_small_ones_have_a_floor(of, percent, most):
    assert allowed(of, percent) == most


@pytest.mark.parametrize(
    ("retired", "repriced", "held"),
    [(200, 0, False), (201, 0, True), (0, 200, False), (0, 201, True), (150, 150, False)],
)
def test_each_kind_of_danger_has_the_whole_allowance(retired, repriced, held):
    assert holds(Danger(of=1000, retired=retired, repriced=repriced), 20) is held


def test_a_share_of_zero_stops_at_the_first_and_one_of_a_hundred_never():
    assert holds(Danger(of=1000, retired=1, repriced=0), 0)
    assert not holds(Danger(of=1000, retired=0, repriced=0), 0)
    assert not holds(Danger(of=1000, retired=1000, repriced=1000), 100)
