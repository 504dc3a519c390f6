"""Which side has moved, told by what the shop was told last."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from connector.core import reconcile
from connector.core.reconcile import Cause

NOTHING = frozenset[str]()


@pytest.mark.parametrize(
    ("erp", "told", "shop", "why"),
    [
        ("5", "4", "4", Cause.MESSAGE_LOST),
        ("4", "4", "9", Cause.EDITED_IN_SHOP),
        ("5", "4", "9", Cause.UNKNOWN),
        ("5", None, "0", Cause.NEVER_TOLD),
    ],
)
def test_the_side_that_moved_away_from_what_was_told_is_the_cause(erp, told, shop, why):
    found = reconcile.level(D(erp), None if told is None else D(told), D(shop))
    assert found is not None
    assert (found.erp, found.shop, found.cause) == (erp, shop, why)


def test_equal_levels_are_no_difference_however_they_are_spelt_or_came_about():
    assert reconcile.level(D("4.000"), D("1"), D("4")) is None


def test_of_fields_only_those_that_differ_are_told():
    wanted = {"name": "Caneca", "price": "10", "ncm": ""}
    [found] = reconcile.fields(wanted, wanted, {**wanted, "price": "9"}, off=NOTHING)
    assert (found.field, found.erp, found.shop, found.cause) == ("price", "10", "9", Cause.EDITED_IN_SHOP)


def test_what_the_erp_never_had_is_the_merchants_own_but_what_it_had_is_to_go():
    assert reconcile.fields({"ncm": ""}, {"ncm": ""}, {"ncm": "61091000"}, off=NOTHING) == []
    [found] = reconcile.fields({"ncm": ""}, {"ncm": "61091000"}, {"ncm": "61091000"}, off=NOTHING)
    assert found.cause is Cause.EDITED_IN_ERP


def test_a_field_that_is_locked_or_switched_off_is_no_difference_nor_are_its_parts():
    wanted, shown = {"price": "10", "related.brand": "A"}, {"price": "9", "related.brand": "B"}
    assert reconcile.fields(wanted, wanted, shown, off=frozenset({"price", "related"})) == []


@pytest.mark.parametrize(
    ("status", "in_erp", "why"),
    [
        ("paid", "approved", None),
        ("paid", "invoiced", Cause.MESSAGE_LOST),
        ("shipped", "invoiced", None),
        ("cancelled", "approved", Cause.EDITED_IN_SHOP),
        ("cancelled", "shipped", Cause.CONFLICT),
    ],
)
def test_a_situation_differs_where_it_calls_for_something(status, in_erp, why):
    found = reconcile.situation(status, in_erp, was_cancelled=False, accepted=None)
    assert (found.cause if found else None) == why


def test_a_pair_that_a_person_has_accepted_is_no_difference():
    assert (
        reconcile.situation("cancelled", "shipped", was_cancelled=False, accepted="loja: cancelled, ERP: shipped")
        is None
    )


def test_a_total_tells_which_side_was_edited():
    by_shop, by_erp = (
        reconcile.total(D(erp), D("10.00"), D(shop)) for erp, shop in (("10.00", "12.00"), ("9", "10.00"))
    )
    assert by_shop is not None
    assert by_erp is not None
    assert (by_shop.cause, by_erp.cause) == (Cause.EDITED_IN_SHOP, Cause.EDITED_IN_ERP)
    assert reconcile.total(D("10.00"), D("9.00"), D("10.00")) is None
