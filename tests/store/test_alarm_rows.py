"""Alarms: open once for one thing, counted, closed by a person."""

from datetime import timedelta

from connector.core.reasons import Reason
from connector.store import alarms


def sound(c, now, key="5", detail="ERP 1, 2"):
    alarms.sound(c, 7, Reason.ORDER_CONFLICT, key, detail, now)


def test_what_is_raised_again_is_counted_and_keeps_its_beginning(c, now):
    sound(c, now)
    sound(c, now + timedelta(hours=1), detail="ERP 1, 2, 3")
    (only,) = alarms.open_ones(c, 7)
    assert (only.times, only.raised_at, only.last_at) == (2, now, now + timedelta(hours=1))
    assert only.detail == "ERP 1, 2, 3"


def test_another_thing_and_another_store_have_alarms_of_their_own(c, now):
    sound(c, now)
    sound(c, now + timedelta(seconds=1), key="6")
    assert [one.key for one in alarms.open_ones(c, 7)] == ["6", "5"]
    assert alarms.open_ones(c, 8) == []


def test_a_closed_one_is_gone_and_the_next_is_a_new_one(c, now):
    sound(c, now)
    (first,) = alarms.open_ones(c, 7)
    assert not alarms.close(c, 8, first.id, now)
    assert alarms.close(c, 7, first.id, now)
    assert not alarms.close(c, 7, first.id, now)
    assert alarms.open_ones(c, 7) == []
    sound(c, now + timedelta(days=1))
    (second,) = alarms.open_ones(c, 7)
    assert (second.id != first.id, second.times) == (True, 1)
