"""The pacer's state: slots of the last minute, the limit learned, companies that get their real name."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from connector.core.pace import Wait
from connector.core.purpose import Purpose
from connector.store import pace, stores
from connector.store.tables import call_count, company, slot

PATIENCE = timedelta(seconds=30)


@pytest.fixture
def take(c, now):
    def ask(seconds=0.0, *, urgent=True, name="a"):
        return pace.take(c, name, now + timedelta(seconds=seconds), urgent, PATIENCE)

    return ask


@pytest.fixture
def answer(c, now):
    def end(slot_id, seconds=0.0, *, limit=None, name="a"):
        pace.answered(c, name, slot_id, now + timedelta(seconds=seconds), limit, "info.php", Purpose.ACCOUNT)

    return end


def limit_of(c, name):
    return c.scalar(sa.select(company.c.calls_per_minute).where(company.c.id == name))


def counted(c):
    return {(row.company_id, row.day, row.service): row.calls for row in c.execute(sa.select(call_count))}


def test_an_unknown_company_may_call_within_the_lowest_limit_of_all(take):
    given = [take() for _ in range(6)]
    assert [type(one) for one in given] == [int] * 5 + [Wait]


def test_a_slot_is_free_a_minute_after_the_answer(take, answer, now):
    for _ in range(20):
        answer(take(), 2)
    assert take(61) == Wait(until=now + timedelta(seconds=62))
    assert isinstance(take(62), int)


def test_a_call_whose_end_nobody_told_is_free_when_its_answer_can_no_longer_come(take, now):
    for _ in range(5):
        take()
    assert isinstance(take(89), Wait)
    assert isinstance(take(90), int)


def test_a_slot_that_was_not_used_is_free_at_once(c, take):
    slots = [take() for _ in range(5)]
    assert isinstance(take(), Wait)
    pace.unused(c, slots[0])
    assert isinstance(take(), int)


def test_the_limit_is_learned_from_an_answer_and_kept_when_an_answer_is_silent(c, take, answer):
    answer(take(), limit=120)
    answer(take())
    assert limit_of(c, "a") == 120
    assert [type(take()) for _ in range(31)] == [int] * 30 + [Wait]


def test_a_limit_that_was_lowered_is_learned(c, take, answer):
    answer(take(), limit=120)
    answer(take(), limit=60)
    assert limit_of(c, "a") == 60


def test_calls_that_are_not_urgent_are_spread(take, answer, now):
    answer(take(urgent=False))
    assert take(urgent=False) == Wait(until=now + timedelta(seconds=3))
    assert isinstance(take(urgent=True), int)
    assert isinstance(take(6, urgent=False), int)


def test_a_company_that_was_blocked_rests(c, take, now):
    take()
    pace.rest(c, "a", now, timedelta(seconds=60))
    assert take(30) == Wait(until=now + timedelta(seconds=60))
    assert isinstance(take(61), int)


def test_a_shorter_rest_does_not_end_a_longer_one(take, c, now):
    take()
    pace.rest(c, "a", now, timedelta(seconds=60))
    pace.rest(c, "a", now + timedelta(seconds=1), timedelta(seconds=3))
    assert take(30) == Wait(until=now + timedelta(seconds=60))


def test_companies_do_not_use_each_others_slots(take):
    for _ in range(6):
        take()
    assert isinstance(take(name="b"), int)


def test_calls_are_counted_by_the_day_of_brasilia(c, answer, take):
    answer(take(), -6.5 * 3600)
    answer(take())
    answer(take())
    assert counted(c) == {("a", "2026-08-02", "info.php"): 1, ("a", "2026-08-03", "info.php"): 2}


def test_a_company_that_became_known_takes_its_calls_and_its_limit_along(c, take, answer):
    answer(take(name="token:x"), limit=60, name="token:x")
    pace.move(c, "token:x", "12345678000195", "Loja Um")
    assert [tuple(row) for row in c.execute(sa.select(company.c.id, company.c.name, company.c.calls_per_minute))] == [
        ("12345678000195", "Loja Um", 60)
    ]
    assert c.scalar(sa.select(slot.c.company_id)) == "12345678000195"
    assert list(counted(c)) == [("12345678000195", "2026-08-03", "info.php")]


def test_a_company_known_already_keeps_its_limit_and_adds_the_calls(c, take, answer):
    answer(take(name="known"), limit=120, name="known")
    answer(take(name="token:x"), name="token:x")
    pace.move(c, "token:x", "known", "Loja Um")
    assert limit_of(c, "known") == 120
    assert list(counted(c).values()) == [2]
    assert c.scalar(sa.select(sa.func.count()).select_from(slot)) == 2


def test_the_shops_of_a_company_go_with_it(c, take):
    take(name="token:x")
    stores.change(c, 7, company_id="token:x")
    pace.move(c, "token:x", "12345678000195", "Loja Um")
    store = stores.by_id(c, 7)
    assert (store.company_id, store.company_name) == ("12345678000195", "Loja Um")


def test_the_times_are_kept_exactly(c, take, now):
    taken = take(0.123456)
    free_at = c.scalar(sa.select(slot.c.free_at).where(slot.c.id == taken))
    assert isinstance(free_at, datetime)
    assert free_at == now + timedelta(seconds=90.123456)


def share_of(c, name="a"):
    row = c.execute(sa.select(company).where(company.c.id == name)).one()
    return row.share_left, row.share_hold


def test_a_used_up_quota_leaves_less_for_us_and_calls_blocked_with_it_say_nothing_new(c, take, answer, now):
    for _ in range(11):
        answer(take(), limit=20)
    pace.share(c, "a", now, timedelta(seconds=60))
    pace.share(c, "a", now + timedelta(seconds=1), timedelta(seconds=60))
    assert share_of(c) == (9, 120)
    assert take(30) == Wait(until=now + timedelta(seconds=61))
    given = []
    for _ in range(12):
        given.append(take(62))
        if isinstance(given[-1], int):
            answer(given[-1], 62)
    assert [type(one) for one in given] == [int] * 9 + [Wait] * 3


def test_what_is_left_beside_others_is_known_of_a_company_by_its_new_name_too(c, take, answer, now):
    for _ in range(11):
        answer(take(name="token:x"), limit=20, name="token:x")
    pace.share(c, "token:x", now, timedelta(seconds=60))
    pace.move(c, "token:x", "known", "Loja Um")
    assert share_of(c, "known") == (9, 120)
    assert take(30, name="known") == Wait(until=now + timedelta(seconds=60))


def test_too_many_at_once_says_nothing_of_the_minute(c, take, answer, now):
    answer(take(), limit=20)
    pace.rest(c, "a", now, timedelta(seconds=3))
    assert share_of(c) == (None, None)
    assert isinstance(take(4), int)


def test_a_plan_without_api_is_asked_once_a_minute(c, take, answer, now):
    answer(take(), limit=0)
    assert take(1) == Wait(until=now + timedelta(seconds=60))
    assert isinstance(take(61), int)
