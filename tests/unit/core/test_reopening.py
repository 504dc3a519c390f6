"""How much of what was parked is tried when the shop answers again."""

import pytest

from connector.core.reasons import Reason
from connector.core.reopening import PASSING, most_to_try

ALL = None


@pytest.mark.parametrize("trouble", [None, "shop_closed", "shop_forbidden"])
def test_a_shop_that_answers_is_not_closed(trouble):
    assert most_to_try(Reason.SHOP_CLOSED, trouble) is ALL


def test_where_something_was_forbidden_one_piece_goes_ahead():
    assert most_to_try(Reason.SHOP_FORBIDDEN, "shop_forbidden") == 1


@pytest.mark.parametrize("trouble", [None, "shop_closed"])
def test_where_nothing_was_forbidden_since_the_others_follow(trouble):
    assert most_to_try(Reason.SHOP_FORBIDDEN, trouble) is ALL


def test_a_revoked_token_waits_for_an_installation():
    assert Reason.SHOP_TOKEN_REVOKED not in PASSING
