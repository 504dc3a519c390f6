"""Products as the ERP and the shop have them."""

from decimal import Decimal

import pytest

from connector.core.catalogue import Kind, Listing
from connector.store import items, shelf, untold
from connector.store.shelf import Place

PULL, NEXT_PULL = 1, 2


def listing(erp_id, code="", *, kind=Kind.SIMPLE, name="Caneca"):
    price = Decimal("19.90")
    return Listing(erp_id=erp_id, code=code or f"C{erp_id}", name=name, price=price, kind=kind, active=True)


@pytest.fixture
def listed(c):
    """Lists products by their rows or ids; returns those new to the pull."""

    def put(*rows, pull=PULL, store=7):
        return items.list_rows(c, store, pull, [row if isinstance(row, Listing) else listing(row) for row in rows])

    return put


@pytest.fixture
def stocked(c, listed):
    """A product that the shop has, with a level."""

    def put(erp_id, level, *, kind="physical"):
        listed(erp_id)
        items.change(c, 7, erp_id, outcome="created")
        shelf.shelve(c, 7, PULL, [(f"C{erp_id}", Place(shop_id=int(erp_id) * 10))])
        items.keep_stock(c, 7, erp_id, {"saldo": str(level)})
        items.change(c, 7, erp_id, level=level, level_kind=kind)

    return put


def waiting(c):
    return {(one.erp_id, one.level, one.kind) for one in untold.untold_levels(c, 7, 50)}


def test_a_listed_product_has_what_its_row_says(c, listed):
    listed(listing("1", "CAN-1"))
    item = items.by_erp_id(c, 7, "1")
    assert (item.code, item.name, item.price, item.kind, item.active, item.listed_in) == (
        "CAN-1",
        "Caneca",
        Decimal("19.90"),
        "simple",
        True,
        PULL,
    )


def test_a_row_met_twice_in_a_pull_is_new_once(listed):
    assert [row.erp_id for row in listed("1", "2", "1")] == ["1", "2"]
    assert [row.erp_id for row in listed("2", "3")] == ["3"]


def test_the_next_pull_meets_everything_anew_and_keeps_what_was_sent(c, listed):
    listed("1")
    items.change(c, 7, "1", sent={"name": "Caneca"}, outcome="created")
    assert [row.erp_id for row in listed(listing("1", name="Caneca azul"), pull=NEXT_PULL)] == ["1"]
    item = items.by_erp_id(c, 7, "1")
    assert (item.name, item.sent, item.listed_in) == ("Caneca azul", {"name": "Caneca"}, NEXT_PULL)


def test_the_same_product_in_two_stores_is_two(c, listed):
    listed("1")
    assert items.by_erp_id(c, 8, "1") is None
    assert [row.erp_id for row in listed("1", store=8)] == ["1"]


def test_a_code_longer_than_the_shop_takes_can_be_remembered(c, listed):
    listed(listing("1", "X" * 300))
    assert items.by_erp_id(c, 7, "1").code == "X" * 300
    assert shelf.place(c, 7, "X" * 300) is None


def test_a_record_is_kept_with_its_pull_also_where_there_is_none(c, listed, now):
    listed("1", "2")
    items.keep_record(c, 7, "1", PULL, {"id": 1, "nome": "Caneca"}, now)
    items.keep_record(c, 7, "2", PULL, None, now)
    assert items.by_erp_id(c, 7, "1").read_at == now
    assert items.by_erp_id(c, 7, "1").record == {"id": 1, "nome": "Caneca"}
    assert (items.by_erp_id(c, 7, "2").record, items.by_erp_id(c, 7, "2").record_in) == (None, PULL)


def test_a_parents_variations_are_those_its_record_named_in_this_pull(c, listed):
    listed(listing("1", kind=Kind.PARENT), listing("10", kind=Kind.VARIATION))
    items.keep_variations(c, 7, "1", PULL, [("10", "A-P"), ("11", "A-M")])
    assert [(v.erp_id, v.code, v.kind) for v in items.variations_of(c, 7, "1", PULL)] == [
        ("10", "A-P", "variation"),
        ("11", "A-M", "variation"),
    ]
    items.keep_variations(c, 7, "1", NEXT_PULL, [("11", "A-M")])
    assert [v.erp_id for v in items.variations_of(c, 7, "1", NEXT_PULL)] == ["11"]


def test_no_variations_are_none(c, listed):
    listed("1")
    items.keep_variations(c, 7, "1", PULL, [])
    assert items.variations_of(c, 7, "1", PULL) == []


def test_a_code_of_several_products_belongs_to_the_oldest_listed_since(c, listed):
    listed(listing("9", "DUP"), pull=PULL)
    listed(listing("100", "DUP"), listing("20", "DUP"), pull=NEXT_PULL)
    assert items.holder_of_code(c, 7, "DUP", NEXT_PULL) == "20"
    assert items.holder_of_code(c, 7, "DUP", PULL) == "9"
    assert items.holder_of_code(c, 7, "OTHER", NEXT_PULL) is None


def tell(c):
    """The shop takes all that it has not been told."""
    levels = untold.untold_levels(c, 7, 50)
    assert untold.told(c, 7, levels, 50, levels[-1].erp_id) == []


def test_a_level_is_untold_until_the_shop_has_taken_it(c, stocked):
    stocked("1", Decimal(4))
    assert waiting(c) == {("1", Decimal(4), "physical")}
    tell(c)
    assert waiting(c) == set()


@pytest.mark.parametrize(("level", "kind"), [(Decimal(0), "physical"), (Decimal(4), "available")])
def test_a_level_that_changed_is_untold_again(c, stocked, level, kind):
    stocked("1", Decimal(4))
    tell(c)
    stocked("1", level, kind=kind)
    assert waiting(c) == {("1", level, kind)}


def test_a_level_that_was_read_again_unchanged_is_not_told_again(c, stocked):
    stocked("1", Decimal(4))
    tell(c)
    stocked("1", Decimal(4))
    assert waiting(c) == set()


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("failed", "level_refused"),
        ("failed", "duplicate_code"),
        ("skipped", "duplicate_code"),
        ("skipped", "code_is_variant"),
        ("skipped", "deleted_in_shop"),
    ],
)
def test_a_level_is_not_told_where_the_code_in_the_shop_is_not_this_products(c, stocked, outcome, reason):
    stocked("1", Decimal(4))
    items.change(c, 7, "1", outcome=outcome, reason=reason)
    assert waiting(c) == set()


@pytest.mark.parametrize("reason", [None, "shop_refused", "shop_contract", "internal"])
def test_a_level_is_told_of_a_product_whose_fields_were_refused_or_could_not_be_read(c, stocked, reason):
    stocked("1", Decimal(4))
    items.change(c, 7, "1", outcome="failed", reason=reason)
    assert waiting(c) == {("1", Decimal(4), "physical")}
    assert untold.shown(c, 7, "1") == (Decimal(4), True)


def test_a_level_of_a_product_that_a_message_named_waits_until_the_shop_has_it(c):
    items.know(c, 7, "1", "C1", None, None)
    items.change(c, 7, "1", level=Decimal(4), level_kind="physical")
    assert waiting(c) == set() and untold.shown(c, 7, "1") == (Decimal(4), False)
    shelf.shelve(c, 7, PULL, [("C1", Place(shop_id=10))])
    assert waiting(c) == {("1", Decimal(4), "physical")} and untold.shown(c, 7, "1") == (Decimal(4), True)


def test_a_mapping_tells_where_a_product_is_whose_code_is_not_in_the_shop(c):
    items.know(c, 7, "1", "C1", 55, 56)
    items.change(c, 7, "1", level=Decimal(4), level_kind="physical")
    (level,) = untold.untold_levels(c, 7, 50)
    assert (level.shop_id, level.variant_id) == (55, 56)


def test_a_level_that_must_not_be_told_is_not(c, stocked):
    stocked("1", None)
    assert waiting(c) == set()


def test_untold_levels_come_in_batches_and_say_where_they_go(c, stocked):
    for erp_id in ("1", "2", "3"):
        stocked(erp_id, Decimal(1))
    batch = untold.untold_levels(c, 7, 2)
    assert len(batch) == 2
    assert all(one.shop_id == int(one.erp_id) * 10 for one in batch)


def test_after_a_batch_the_next_is_told_of_and_what_was_refused_stays_untold(c, stocked):
    for erp_id in ("1", "2", "3", "4"):
        stocked(erp_id, Decimal(1))
    first, second, third, fourth = untold.untold_levels(c, 7, 4)
    assert untold.told(c, 7, [first], 1, second.erp_id) == [third]
    assert untold.told(c, 7, [], 5, third.erp_id) == [fourth]
    assert {level.erp_id for level in untold.untold_levels(c, 7, 50)} == {"2", "3", "4"}


def test_a_level_that_changed_while_it_was_sent_is_told_again(c, stocked):
    stocked("1", Decimal(4))
    sent = untold.untold_levels(c, 7, 50)
    stocked("1", Decimal(3))
    assert untold.told(c, 7, sent, 50, "1") == []
    assert waiting(c) == {("1", Decimal(3), "physical")}


def test_what_the_shops_list_did_not_show_is_forgotten(c):
    shelf.shelve(c, 7, PULL, [("A", Place(shop_id=1)), ("B", Place(shop_id=2, variant_id=5))])
    shelf.shelve(c, 7, NEXT_PULL, [("B", Place(shop_id=2, variant_id=6, fields_print="f", images_print="i"))])
    shelf.shelve(c, 8, PULL, [("A", Place(shop_id=3))])
    shelf.sweep_shelf(c, 7, NEXT_PULL)
    assert shelf.place(c, 7, "A") is None
    assert shelf.place(c, 7, "B") == Place(shop_id=2, variant_id=6, fields_print="f", images_print="i")
    assert shelf.place(c, 8, "A") == Place(shop_id=3)


def test_outcomes_count_products_and_no_variations(c, listed):
    listed("1", "2", listing("3", kind=Kind.VARIATION), "4")
    for erp_id, outcome in (("1", "created"), ("2", "created"), ("3", "created"), ("4", "skipped")):
        items.change(c, 7, erp_id, outcome=outcome)
    assert items.outcomes(c, 7) == {"created": 2, "skipped": 1}


def test_products_that_ask_for_attention_are_those_not_written_or_with_a_warning(c, listed):
    listed("1", "2", "3", "4")
    items.change(c, 7, "1", outcome="created")
    items.change(c, 7, "2", outcome="skipped", reason="no_price")
    items.change(c, 7, "3", outcome="failed", reason="shop_refused", detail="x")
    items.change(c, 7, "4", outcome="updated", warnings=[{"reason": "gtin_invalid", "detail": "123"}])
    assert [row.code for row in items.troubled(c, 7)] == ["C3", "C2", "C4"]


def test_balances_that_were_read_are_kept_raw(c, stocked, listed):
    stocked("1", Decimal(4))
    listed("2")
    assert items.kept_stocks(c, 7) == [("1", {"saldo": "4"}, Decimal(4))]
    assert items.some_stock(c, 7) == {"saldo": "4"}
    assert items.some_stock(c, 8) is None
