"""What becomes of work that finds its account closed without having asked it."""

from typing import Any

import pytest

from connector.core.errors import AccountClosed
from connector.core.reasons import Reason
from connector.flows.account import blocked
from connector.flows.outcome import Park, Snooze
from connector.store import stores

NOBODY_ASKED: Any = None


@pytest.mark.parametrize("state", [stores.PAUSED, stores.TOKEN_REJECTED])
def test_it_waits_for_an_account_that_is_closed(c, state):
    stores.change(c, 7, connection=state, reason=str(Reason.PLAN_WITHOUT_API))
    told = blocked(c, NOBODY_ASKED, 7, AccountClosed(Reason.PLAN_WITHOUT_API, "código 5"))
    assert told == Park(Reason.PLAN_WITHOUT_API, "código 5")


def test_it_is_tried_again_where_the_account_has_been_opened_since_it_looked(c):
    stores.change(c, 7, connection=stores.CONNECTED, reason=None)
    assert isinstance(blocked(c, NOBODY_ASKED, 7, AccountClosed(Reason.PLAN_WITHOUT_API)), Snooze)


def test_an_account_whose_storage_is_full_still_answers_questions(c):
    stores.change(c, 7, connection=stores.PAUSED, reason=str(Reason.STORAGE_FULL))
    store = stores.by_id(c, 7)
    assert store is not None and store.closed_for is None
