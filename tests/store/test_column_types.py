"""Values come back as they went in, and compare alike on both engines."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import sqlalchemy as sa

from connector.store.tables import company, item

MOMENT = datetime(2026, 8, 3, 9, 0, 0, 123457, tzinfo=UTC)


def kept_moment(c, value):
    c.execute(sa.insert(company).values(id="x", paused_until=value))
    return c.scalar(sa.select(company.c.paused_until))


def kept_item(c, **values):
    c.execute(sa.insert(item).values(store_id=7, erp_id="1", kind="simple", code="A", name="", **values))
    return c.execute(sa.select(item)).one()


@pytest.mark.parametrize("moment", [MOMENT, MOMENT.replace(year=1969), datetime(1970, 1, 1, tzinfo=UTC), None])
def test_a_moment_is_kept_to_the_microsecond(c, moment):
    assert kept_moment(c, moment) == moment


def test_a_moment_of_another_zone_is_the_same_moment(c):
    brasilia = MOMENT.astimezone(timezone(timedelta(hours=-3)))
    assert kept_moment(c, brasilia) == MOMENT


def test_moments_are_compared_by_time(c):
    kept_moment(c, MOMENT)
    later = MOMENT + timedelta(microseconds=1)
    assert c.scalar(sa.select(company.c.id).where(company.c.paused_until < later)) == "x"
    assert c.scalar(sa.select(company.c.id).where(company.c.paused_until >= later)) is None


@pytest.mark.parametrize("number", ["0", "-3", "19.90", "0.1", "12345678901234567890.123456789", "1E+3"])
def test_a_number_is_kept_exactly(c, number):
    assert kept_item(c, price=Decimal(number)).price == Decimal(number)


def test_a_number_keeps_its_places(c):
    assert str(kept_item(c, price=Decimal("19.90")).price) == "19.90"


@pytest.mark.parametrize("document", [{}, [], {"a": [1, None, "ção", {"b": True}]}, "text", 0, {"nome": "a\x00b"}])
def test_a_document_comes_back_as_it_was(c, document):
    assert kept_item(c, record=document).record == document


def test_what_is_missing_stays_missing(c):
    row = kept_item(c)
    assert (row.price, row.record, row.active, row.warnings) == (None, None, None, None)


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_value_is_one_on_both(c, value):
    assert kept_item(c, active=value).active is value
