"""Which subscription of the shop's is good enough, and which stand in the way of a new one."""

import pytest

from connector.core.subscription import Subscription, is_heard, outworn

OURS, OLD, OTHERS = "https://ours.example/eventos", "https://ours.example/before", "https://others.example/hook"


def one(number=7, url=OURS, *, is_active=True):
    return Subscription(id=number, url=url, is_active=is_active)


def test_one_of_ours_that_is_active_is_heard():
    assert is_heard([one(5, OTHERS), one()], OURS, 7)


@pytest.mark.parametrize(
    ("found", "known"),
    [
        ([], 7),
        ([one(is_active=False)], 7),
        # Its secret was shown to nobody who kept it.
        ([one(8)], 7),
        ([one()], None),
        # The connector has moved.
        ([one(7, OLD)], 7),
    ],
)
def test_anything_else_is_not(found, known):
    assert not is_heard(found, OURS, known)


def test_only_what_is_ours_makes_way():
    assert outworn([one(5, OTHERS), one(7, OLD), one(8)], OURS, 7) == [7, 8]
    assert outworn([one(5, OTHERS)], OURS, None) == []
