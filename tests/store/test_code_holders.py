"""Several items with one code: orders, levels and comparisons go by the same one of them, on both databases."""

from decimal import Decimal

import pytest

from connector.core.catalogue import Kind, Listing
from connector.store import items, sales, scan, shelf, untold
from connector.store.shelf import Place

CODE, PULL, NEXT_PULL = "CAM-01", 1, 2


@pytest.fixture
def known(c):
    """An item with the code that the shop has, and with a level."""

    def put(erp_id, *, listed_in=PULL, kind=Kind.VARIATION, **values):
        if listed_in is None:
            items.know(c, 7, erp_id, CODE, None, None)
        else:
            row = Listing(erp_id=erp_id, code=CODE, name="Camisa", price=None, kind=kind, active=True)
            items.list_rows(c, 7, listed_in, [row])
        shelf.shelve(c, 7, listed_in or PULL, [(CODE, Place(shop_id=10, variant_id=11))])
        items.change(
            c, 7, erp_id, **{"outcome": "updated", "level": Decimal(erp_id), "level_kind": "physical", **values}
        )

    return put


def ordered(c):
    return sales.product_ids(c, 7, [CODE])


def told(c):
    return [one.erp_id for one in untold.untold_levels(c, 7, 50)]


def written(c):
    found = shelf.written_as(c, 7, CODE)
    return found.erp_id if found else None


def goes_by(c, erp_id):
    """Whether everything goes by this item."""
    return (ordered(c), told(c), written(c)) == ({CODE: erp_id}, [erp_id], erp_id)


@pytest.mark.parametrize(("old", "new"), [("9", "10"), ("10", "9"), ("700001", "700002")])
def test_what_was_listed_last_has_the_code_whatever_came_first(c, known, old, new):
    known(new, listed_in=NEXT_PULL)
    known(old)
    assert goes_by(c, new)
    assert [own.erp_id for own in shelf.shelved(c, 7, 0, 5)[10]] == [new]


def test_what_is_listed_together_goes_by_the_first_as_in_a_pull(c, known):
    known("10")
    known("9")
    assert goes_by(c, "9") and items.holder_of_code(c, 7, CODE, PULL) == "9"


def test_what_only_a_message_has_named_is_newer_than_every_listing(c, known):
    known("9", listed_in=NEXT_PULL)
    known("10", listed_in=None)
    assert goes_by(c, "10")


def test_what_the_erp_has_no_more_gives_its_code_up_however_lately_it_was_looked_for(c, known):
    known("9", listed_in=NEXT_PULL, record=None, record_in=NEXT_PULL)
    known("10")
    assert goes_by(c, "10")
    assert items.holder_of_code(c, 7, CODE, PULL) == "10"


@pytest.mark.parametrize("out", [{"reason": "inactive", "outcome": "skipped"}, {"retired": "hidden"}])
def test_what_is_not_for_sale_any_more_comes_after_what_is(c, known, out):
    known("9", listed_in=NEXT_PULL, **out)
    known("10")
    assert goes_by(c, "10")


@pytest.mark.parametrize("reason", ["duplicate_code", "code_is_variant"])
def test_what_was_not_written_because_of_its_code_takes_it_from_nobody(c, known, reason):
    known("10", listed_in=NEXT_PULL, outcome="skipped", reason=reason)
    known("9")
    assert goes_by(c, "9")


def test_one_alone_has_its_code_also_when_it_is_gone(c, known):
    known("9", record=None, record_in=PULL, outcome="skipped", reason="gone")
    assert ordered(c) == {CODE: "9"}


def test_a_product_with_variations_takes_the_code_from_none_that_is_sold(c, known):
    known("9")
    known("10", listed_in=NEXT_PULL, kind=Kind.PARENT, level=None)
    assert (ordered(c), told(c)) == ({CODE: "9"}, ["9"])


def test_what_waited_for_a_code_is_looked_at_again_when_its_holder_is_gone(c, now, known):
    known("9", reason="duplicate_code")
    known("10", reason="duplicate_code")
    known("11")
    scan.note_freed(c, 7, "9", now)
    assert scan.marked(c, 7, 9) == ["10"]
