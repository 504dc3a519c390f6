"""Which fields a synchronisation leaves to the shop."""

from connector.core.fifteen import SWITCHABLE, Lock, kept


def test_there_are_fifteen_with_the_code():
    assert len(set(SWITCHABLE)) == 14


def test_fields_are_kept_by_switch_and_by_lock():
    assert kept([], None) == frozenset()
    assert kept(["price"], None) == {"price"}
    assert kept(["price"], Lock(code="A", fields=("name",))) == {"price", "name"}
    assert kept([], Lock(code="A")) == set(SWITCHABLE)


def test_a_lock_holds_stock_where_it_is_whole_or_names_it():
    assert Lock(code="A").holds_stock
    assert Lock(code="A", fields=("stock",)).holds_stock
    assert not Lock(code="A", fields=("name",)).holds_stock
