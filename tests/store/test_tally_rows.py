"""What calls were made for, and what was dealt with by them, on the merchant's days."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from connector.core.purpose import Purpose
from connector.store import stores, tally
from connector.store.tables import company


@pytest.fixture(autouse=True)
def companies(c):
    c.execute(sa.insert(company), [{"id": "one", "name": "Um"}, {"id": "two", "name": "Dois"}])
    stores.change(c, 7, company_id="one")


def used(c, since="2026-01-01", company_id=None):
    return [(u.company_id, u.day, u.purpose, u.calls, u.dealt_with) for u in tally.usage(c, since, company_id)]


def test_calls_of_all_services_stand_beside_what_they_dealt_with(c, now):
    for service in ("produto.obter.php", "produto.obter.php", "produto.obter.estoque.php"):
        tally.called(c, "one", now, service, Purpose.PRODUCT)
    tally.dealt_with(c, 7, Purpose.PRODUCT, now)
    tally.dealt_with(c, 7, Purpose.PRODUCT, now, 2)
    tally.dealt_with(c, 7, Purpose.MESSAGE, now, 5)
    assert used(c) == [("one", "2026-08-03", "product", 3, 3), ("one", "2026-08-03", "message", 0, 5)]


def test_the_day_is_that_of_brasilia_and_the_newest_comes_first(c, now):
    tally.called(c, "one", now - timedelta(hours=7), "info.php", Purpose.ACCOUNT)
    tally.called(c, "one", now, "info.php", Purpose.ACCOUNT)
    assert [day for _, day, *_ in used(c)] == ["2026-08-03", "2026-08-02"]
    assert [day for _, day, *_ in used(c, "2026-08-03")] == ["2026-08-03"]


def test_one_companys_calls_can_be_told_apart(c, now):
    tally.called(c, "one", now, "info.php", Purpose.ACCOUNT)
    tally.called(c, "two", now, "info.php", Purpose.ACCOUNT)
    assert [name for name, *_ in used(c)] == ["one", "two"]
    assert [name for name, *_ in used(c, company_id="two")] == ["two"]


def test_a_store_without_an_account_counts_nothing(c, now):
    tally.dealt_with(c, 8, Purpose.ORDER, now)
    assert used(c) == []


def test_what_was_counted_goes_with_a_company_that_became_known(c, now):
    for of in ("one", "two"):
        tally.called(c, of, now, "info.php", Purpose.ACCOUNT)
    tally.dealt_with(c, 7, Purpose.ORDER, now)
    tally.move(c, "one", "two")
    assert used(c) == [("two", "2026-08-03", "order", 0, 1), ("two", "2026-08-03", "account", 2, 0)]
