"""Differences are one row while they are open; a comparison takes no call that its budget does not have."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.core.reconcile import Cause, Difference
from connector.store import drifts, items, reconciles, shelf
from connector.store.drifts import Which
from connector.store.shelf import Place

HOUR = timedelta(hours=1)
EVERY = Which()
START = {"topics": [], "days": [], "since": 0, "from": 0, "wrapped": False}


def _differs(field: str, erp: str = "1", shop: str = "2", cause: Cause = Cause.UNKNOWN) -> Difference:
    return Difference(field=field, erp=erp, shop=shop, cause=cause)


def _open(c: sa.Connection, store_id: int = 7, which: Which = EVERY) -> list[tuple[str, str | None]]:
    return [(one.field, one.erp) for one in drifts.open_ones(c, store_id, which)]


def test_what_is_seen_again_keeps_its_age_and_takes_the_newest_values(c: sa.Connection, now: datetime) -> None:
    drifts.note(c, 7, "fields", "A", [_differs("price", erp="1")], now)
    drifts.note(c, 7, "fields", "A", [_differs("price", erp="3", cause=Cause.EDITED_IN_ERP)], now + HOUR)
    [one] = drifts.open_ones(c, 7, Which())
    assert (one.first_seen_at, one.last_seen_at, one.erp, one.cause) == (now, now + HOUR, "3", "edited_in_erp")


def test_what_is_equal_again_is_settled_by_itself_and_opens_anew(c: sa.Connection, now: datetime) -> None:
    drifts.note(c, 7, "fields", "A", [_differs("price"), _differs("name")], now)
    drifts.note(c, 7, "fields", "A", [_differs("name")], now + HOUR)
    assert _open(c) == [("name", "1")]
    drifts.note(c, 7, "fields", "A", [_differs("price"), _differs("name")], now + 2 * HOUR)
    ages = {one.field: one.first_seen_at for one in drifts.open_ones(c, 7, Which())}
    assert ages == {"name": now, "price": now + 2 * HOUR}


def test_another_store_kind_or_key_is_another_difference(c: sa.Connection, now: datetime) -> None:
    for store_id, kind, key in ((7, "fields", "A"), (7, "stock", "A"), (7, "fields", "B"), (8, "fields", "A")):
        drifts.note(c, store_id, kind, key, [_differs("price")], now)
    drifts.note(c, 7, "fields", "A", [], now)
    assert len(_open(c, 7)) == 2
    assert len(_open(c, 8)) == 1
    assert _open(c, 7, Which(kind="stock")) == _open(c, 7, Which(key="A")) == [("price", "1")]
    assert drifts.counts(c, 7) == {("fields", "unknown"): 1, ("stock", "unknown"): 1}


def test_a_side_that_wins_ends_one_field_alone(c: sa.Connection, now: datetime) -> None:
    drifts.note(c, 7, "fields", "A", [_differs("price"), _differs("name")], now)
    drifts.settle(c, 7, "fields", "A", "price", drifts.SHOP, now)
    assert _open(c) == [("name", "1")]


def test_a_budget_is_never_overdrawn(c: sa.Connection, now: datetime) -> None:
    run = reconciles.begin(c, 7, now, 5, START)
    assert run is not None
    assert reconciles.spend(c, run.id, 3)
    assert not reconciles.spend(c, run.id, 3)
    assert reconciles.spend(c, run.id, 2)
    assert reconciles.by_id(c, run.id).left == 0


def test_one_comparison_at_a_time_in_a_store(c: sa.Connection, now: datetime) -> None:
    run = reconciles.begin(c, 7, now, 5, START)
    assert run is not None
    assert reconciles.begin(c, 7, now, 5, START) is None
    assert reconciles.begin(c, 8, now, 5, START) is not None
    reconciles.count(c, run.id, products=2)
    reconciles.count(c, run.id, products=1, stock=4)
    reconciles.change(c, run.id, finished_at=now)
    assert reconciles.current(c, 7) is None
    ended = reconciles.latest(c, 7)
    assert ended is not None
    assert ended.counts == {"products": 3, "stock": 4}


def test_what_was_written_comes_by_the_shops_ids(c: sa.Connection) -> None:
    for place, (code, outcome) in enumerate([("A", "created"), ("B", "skipped"), ("C", "updated")], start=1):
        items.know(c, 7, str(place), code, None, None)
        items.change(c, 7, str(place), outcome=outcome)
        shelf.shelve(c, 7, 1, [(code, Place(shop_id=100 + place))])
    items.know(c, 7, "4", "A-1", None, None)
    items.change(c, 7, "4", outcome="created", kind="variation")
    shelf.shelve(c, 7, 1, [("A-1", Place(shop_id=101, variant_id=9))])

    def codes(after: int, count: int) -> dict[int, list[str]]:
        return {k: [item.code for item in found] for k, found in shelf.shelved(c, 7, after, count).items()}

    assert codes(0, 2) == {101: ["A", "A-1"], 102: []}
    assert codes(102, 2) == {103: ["C"]}
    assert codes(103, 2) == codes(0, 0) == {}


def test_what_the_shop_was_seen_to_hold_replaces_the_prints_alone(c: sa.Connection) -> None:
    shelf.shelve(c, 7, 3, [("A", Place(shop_id=5, fields_print="old", images_print="old"))])
    shelf.reprint(c, 7, "A", "new", "newer")
    assert shelf.place(c, 7, "A") == Place(shop_id=5, fields_print="new", images_print="newer")
