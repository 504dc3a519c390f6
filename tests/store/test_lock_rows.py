"""Locks of products, and the levels that they hold back."""

from decimal import Decimal

import pytest

from connector.core.catalogue import Kind, Listing
from connector.core.fifteen import Lock
from connector.store import items, locks, pulls, shelf, stores, untold
from connector.store.shelf import Place


def test_a_lock_is_put_replaced_and_listed_by_code(c):
    locks.put(c, 7, Lock(code="B", fields=("name",)))
    locks.put(c, 7, Lock(code="A"))
    locks.put(c, 7, Lock(code="B", fields=("price",)))
    assert locks.everyone(c, 7) == [Lock(code="A"), Lock(code="B", fields=("price",))]
    assert locks.of(c, 7, "C") is None
    assert locks.everyone(c, 8) == []


def test_fields_are_added_one_by_one_and_a_whole_lock_stays_whole(c):
    for field in ("name", "price", "name"):
        locks.add(c, 7, "A", field)
    assert locks.of(c, 7, "A") == Lock(code="A", fields=("name", "price"))
    locks.put(c, 7, Lock(code="B"))
    locks.add(c, 7, "B", "name")
    assert locks.of(c, 7, "B") == Lock(code="B")


def test_all_of_a_store_are_replaced_and_no_other_stores(c):
    locks.put(c, 7, Lock(code="A"))
    locks.put(c, 8, Lock(code="A"))
    locks.replace_all(c, 7, [Lock(code="C")])
    assert (locks.everyone(c, 7), locks.everyone(c, 8)) == ([Lock(code="C")], [Lock(code="A")])


@pytest.fixture
def waiting(c, now):
    """A product with a variation, in the shop, whose levels the shop has not been told."""
    pull = pulls.begin(c, 7, now)
    rows = [
        Listing(erp_id=i, code=code, name=code, price=None, kind=Kind.SIMPLE, active=True)
        for i, code in (("1", "P"), ("2", "V"), ("3", "X"))
    ]
    items.list_rows(c, 7, pull.id, rows)
    items.change(c, 7, "2", parent_id="1", kind="variation")
    for erp_id in ("2", "3"):
        items.change(c, 7, erp_id, level=Decimal("5"), level_kind="physical")
    shelf.shelve(c, 7, pull.id, [(code, Place(shop_id=10)) for code in ("P", "V", "X")])
    return lambda: sorted(level.erp_id for level in untold.untold_levels(c, 7, 10))


def test_stock_is_held_back_by_the_products_lock_and_by_its_parents(c, waiting):
    assert waiting() == ["2", "3"]
    locks.put(c, 7, Lock(code="P", fields=("stock",)))
    assert waiting() == ["3"]
    locks.put(c, 7, Lock(code="X"))
    assert waiting() == []
    locks.put(c, 7, Lock(code="X", fields=("name",)))
    assert waiting() == ["3"]


def test_stock_is_held_back_by_the_stores_switch(c, waiting):
    stores.change(c, 7, fields_off=["name", "stock"])
    assert waiting() == []
    stores.change(c, 7, fields_off=["name"])
    assert waiting() == ["2", "3"]
