"""Pulls: one at a time, each product counted once, finished when nothing is left."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from connector.core.catalogue import Kind, Listing
from connector.core.progress import Remaining
from connector.store import items, pulls, shelf, stores, untold
from connector.store.shelf import Place
from connector.store.tables import pull as rows


@pytest.fixture
def pull(c, now):
    begun = pulls.begin(c, 7, now)
    assert begun is not None
    return begun


@pytest.fixture
def listed(c, pull):
    """Products of the pull, counted in its total."""

    def put(*named):
        listings = [
            Listing(erp_id=erp_id, code=f"C{erp_id}", name="Caneca", price=None, kind=kind, active=True)
            for erp_id, kind in named
        ]
        items.list_rows(c, 7, pull.id, listings)
        pulls.add_to_total(c, pull.id, sum(kind is not Kind.VARIATION for _, kind in named))
        pulls.change(c, pull.id, stage="products")

    return put


@pytest.fixture
def settle(c, pull, now):
    def say(erp_id, outcome="created", **more):
        pulls.settle(c, pull.id, 7, erp_id, now, outcome=outcome, **more)

    return say


def done(c, pull):
    return pulls.by_id(c, pull.id).done


def test_a_pull_begins_with_what_the_shop_has(pull, now):
    assert (pull.stage, pull.page, pull.total, pull.done, pull.started_at, pull.finished_at) == (
        "shop",
        1,
        0,
        0,
        now,
        None,
    )


def test_one_pull_at_a_time_in_a_store(c, pull, now):
    assert pulls.begin(c, 7, now) is None
    assert pulls.current(c, 7) == pull
    assert pulls.begin(c, 8, now) is not None


def test_the_database_itself_refuses_a_second_open_pull(c, pull, now):
    with pytest.raises(sa.exc.IntegrityError), c.begin_nested():
        c.execute(sa.insert(rows).values(store_id=7, stage="shop", started_at=now))


def test_a_product_is_counted_once_however_often_it_is_settled(c, pull, listed, settle):
    listed(("1", Kind.SIMPLE), ("2", Kind.SIMPLE))
    settle("1")
    settle("1", "updated")
    assert done(c, pull) == 1
    assert items.by_erp_id(c, 7, "1").outcome == "updated"


def test_a_settled_product_says_why(c, listed, settle):
    listed(("1", Kind.SIMPLE))
    settle("1", "skipped", reason="no_price", detail="", warnings=[{"reason": "gtin_invalid"}])
    item = items.by_erp_id(c, 7, "1")
    assert (item.outcome, item.reason, item.warnings) == ("skipped", "no_price", [{"reason": "gtin_invalid"}])


def test_a_product_that_is_well_again_loses_its_reason_and_warnings(c, listed, settle):
    listed(("1", Kind.SIMPLE))
    settle("1", "skipped", reason="no_price", warnings=[{"reason": "gtin_invalid"}])
    settle("1", "created", warnings=[])
    item = items.by_erp_id(c, 7, "1")
    assert (item.reason, item.warnings) == (None, None)


def test_a_pull_ends_when_all_products_are_dealt_with(c, pull, listed, settle, now):
    listed(("1", Kind.SIMPLE), ("2", Kind.SIMPLE))
    settle("1")
    assert not pulls.finish_if_complete(c, pull.id, now)
    settle("2", "skipped", reason="no_price")
    assert pulls.finish_if_complete(c, pull.id, now)
    assert (pulls.latest(c, 7).stage, pulls.latest(c, 7).finished_at, pulls.current(c, 7)) == ("done", now, None)
    assert stores.by_id(c, 7).last_sync_at == now


def test_a_pull_ends_once(c, pull, listed, settle, now):
    listed(("1", Kind.SIMPLE))
    settle("1")
    assert [pulls.finish_if_complete(c, pull.id, now) for _ in range(2)] == [True, False]
    assert pulls.finished_count(c, 7) == 1


def test_a_pull_does_not_end_while_the_listing_is_read(c, pull, listed, settle, now):
    listed(("1", Kind.SIMPLE))
    settle("1")
    pulls.change(c, pull.id, stage="listing")
    assert not pulls.finish_if_complete(c, pull.id, now)


def test_a_pull_does_not_end_while_a_level_is_untold(c, pull, listed, settle, now):
    listed(("1", Kind.SIMPLE))
    shelf.shelve(c, 7, pull.id, [("C1", Place(shop_id=1))])
    items.change(c, 7, "1", stock_in=pull.id, level=Decimal(4), level_kind="physical")
    settle("1")
    assert not pulls.finish_if_complete(c, pull.id, now)
    levels = untold.untold_levels(c, 7, 50)
    untold.told(c, 7, levels, levels, 50)
    assert pulls.finish_if_complete(c, pull.id, now)


def test_an_empty_catalogue_ends_at_once(c, pull, listed, now):
    listed()
    assert pulls.finish_if_complete(c, pull.id, now)


def test_after_one_pull_another_may_begin(c, pull, listed, now):
    listed()
    pulls.finish_if_complete(c, pull.id, now)
    again = pulls.begin(c, 7, now)
    assert again is not None
    assert pulls.latest(c, 7) == again


def test_what_remains_is_known_by_kind_of_call(c, pull, listed, settle, now):
    listed(*((str(i), Kind.SIMPLE) for i in range(1, 5)), ("10", Kind.PARENT), ("20", Kind.PARENT))
    settle("1")
    items.keep_record(c, 7, "2", pull.id, {}, now)
    items.keep_record(c, 7, "10", pull.id, {}, now)
    items.keep_variations(c, 7, "10", pull.id, [("11", "A"), ("12", "B")])
    items.keep_record(c, 7, "11", pull.id, {}, now)
    items.change(c, 7, "11", stock_in=pull.id, level=Decimal(1), level_kind="physical")
    assert pulls.remaining(c, pulls.by_id(c, pull.id)) == Remaining(
        pages=0,
        simple_records=2,  # 3 and 4
        parents_unread=1,  # 20
        variations_listed=0,
        variation_records=1,  # 12
        stocks=4,  # 2, 3, 4 and 12
    )


def test_variations_of_a_parent_not_read_yet_are_counted_from_the_listing(c, pull, listed):
    listed(("20", Kind.PARENT), ("21", Kind.VARIATION), ("22", Kind.VARIATION))
    left = pulls.remaining(c, pulls.by_id(c, pull.id))
    assert (left.parents_unread, left.variations_listed, left.stocks) == (1, 2, 0)


def test_pages_that_remain_are_counted_while_the_listing_is_read(c, pull):
    pulls.change(c, pull.id, stage="listing", page=3, pages=10)
    assert pulls.remaining(c, pulls.by_id(c, pull.id)).pages == 8


def test_a_product_of_an_earlier_pull_is_not_counted(c, pull, listed, now):
    listed(("1", Kind.SIMPLE))
    pulls.settle(c, pull.id, 7, "1", now, outcome="created")
    pulls.finish_if_complete(c, pull.id, now)
    again = pulls.begin(c, 7, now)
    assert pulls.remaining(c, again).simple_records == 0
