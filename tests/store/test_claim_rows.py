"""Balances that were claimed of products, in the order in which they came."""

from datetime import timedelta
from decimal import Decimal

from connector.core.stock import LATE_WINDOW, Claim
from connector.store import claims


def claimed(now, balance, *, minutes_ago=0, answer=False):
    at = now - timedelta(minutes=minutes_ago)
    return Claim(received_at=at, balance=Decimal(balance), is_answer=answer)


def test_claims_come_back_in_the_order_in_which_they_came(c, now):
    given = [claimed(now, 3, minutes_ago=5), claimed(now, 4, minutes_ago=9), claimed(now, 5, answer=True)]
    for one in given:
        claims.add(c, 7, "1", one)
    claims.add(c, 7, "2", claimed(now, 99))
    assert claims.recent(c, 7, "1", now) == given


def test_claims_older_than_any_retry_can_be_are_left_out(c, now):
    late = LATE_WINDOW.total_seconds() / 60
    old, new = claimed(now, 3, minutes_ago=late + 1), claimed(now, 4, minutes_ago=late - 1)
    claims.add(c, 7, "1", old)
    claims.add(c, 7, "1", new)
    assert claims.recent(c, 7, "1", now) == [new]


def test_what_came_after_a_question_is_told_apart(c, now):
    claims.add(c, 7, "1", claimed(now, 3))
    asked = claims.last_number(c, 7, "1")
    claims.add(c, 7, "1", claimed(now, 4))
    assert [one.balance for one in claims.recent(c, 7, "1", now, asked)] == [Decimal(4)]
    assert claims.last_number(c, 7, "nothing") == 0


def test_what_came_before_a_moment_is_told_apart(c, now):
    claims.add(c, 7, "1", claimed(now, 3, minutes_ago=2))
    first = claims.last_number(c, 7, "1")
    claims.add(c, 7, "1", claimed(now, 4, minutes_ago=1))
    assert claims.last_number_before(c, 7, "1", now - timedelta(minutes=1)) == first
    assert claims.last_number_before(c, 7, "1", now) == claims.last_number(c, 7, "1")
    assert claims.last_number_before(c, 7, "1", now - timedelta(minutes=2)) == 0


def test_what_was_claimed_after_the_last_answer_is_unanswered(c, now):
    message, answer = claimed(now, 3), claimed(now, 3, answer=True)
    for erp_id, given in {"1": [answer], "2": [answer, message], "3": [message, answer], "4": [message]}.items():
        for one in given:
            claims.add(c, 7, erp_id, one)
    assert claims.unanswered(c, 7) == {"2", "4"}
    assert claims.unanswered(c, 8) == set()
