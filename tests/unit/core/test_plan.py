"""What is sent to the shop: only what differs, and nothing that nobody filled in."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core import plan

EMPTY = (None, [], "0.000", "0.00")
values = st.sampled_from([*EMPTY, "a", "b", "59.90", ["a"], [{"code": "V1"}]])
inner = st.dictionaries(st.sampled_from("uvw"), values)
documents = st.fixed_dictionaries(
    {"x": values, "y": values, "package": inner}, optional={"z": values, "related": inner}
)


def applied(shop: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """What the shop has after the write: absent keeps, objects merge key by key (webstore-api §2, §7.2)."""
    merged = {k: applied(shop.get(k) or {}, v) if isinstance(v, dict) else v for k, v in changes.items()}
    return {**shop, **merged}


def filled(document: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty, at any depth."""
    parts = {key: filled(value) if isinstance(value, dict) else value for key, value in document.items()}
    return {key: value for key, value in parts.items() if value not in (*EMPTY, {})}


def test_a_product_never_sent_is_sent_without_its_empty_fields():
    wanted = {"name": "Caneca", "gtin": None, "options": [], "net_weight_kg": "0.000", "related": {"warranty": None}}
    assert plan.changes(wanted, None, touched=True) == {"name": "Caneca"}


def test_nothing_is_sent_while_nothing_differs():
    wanted = {"name": "Caneca", "gtin": None, "package": {"height_cm": "1.00"}}
    assert plan.changes(wanted, wanted, touched=False) == {}


def test_only_what_differs_is_sent():
    assert plan.changes({"name": "Caneca", "price": "2.00"}, {"name": "Caneca", "price": "1.00"}, touched=False) == {
        "price": "2.00"
    }


def test_a_product_touched_in_the_shop_gets_all_that_the_erp_fills_in():
    wanted = {"name": "Caneca", "brand": None, "ncm": "69111010"}
    assert plan.changes(wanted, wanted, touched=True) == {"name": "Caneca", "ncm": "69111010"}


@pytest.mark.parametrize("touched", [True, False])
@pytest.mark.parametrize(
    ("before", "now"), [("Ipê", None), (["a"], []), ("0.300", "0.000"), ({"warranty": "x"}, {"warranty": None})]
)
def test_what_the_erp_takes_back_is_taken_back_in_the_shop(before, now, touched):
    assert plan.changes({"field": now}, {"field": before}, touched) == {"field": now}


@pytest.mark.parametrize("sent", [None, {}, {"net_weight_kg": "0.000", "package": {"height_cm": "0.00"}}])
def test_a_weight_that_the_erp_never_had_does_not_erase_the_shops(sent):
    wanted = {"net_weight_kg": "0.000", "package": {"height_cm": "0.00", "width_cm": "5.00"}}
    assert plan.changes(wanted, sent, touched=True) == {"package": {"width_cm": "5.00"}}


def test_one_related_field_of_the_erp_does_not_erase_the_shops_others():
    wanted = {"related": {"keywords": [], "warranty": "12 meses", "video_url": None}}
    assert plan.changes(wanted, None, touched=True) == {"related": {"warranty": "12 meses"}}


def test_a_text_that_looks_like_nothing_is_sent_all_the_same():
    assert plan.changes({"name": "0"}, None, touched=True) == {"name": "0"}


@settings(max_examples=60)
@given(documents, st.none() | documents, st.booleans())
def test_the_changes_turn_what_was_sent_into_what_is_wanted(wanted, sent, touched):
    shop = {key: value for key, value in (sent or {}).items() if key in wanted}
    for key in set(shop) & {"package", "related"}:
        shop[key] = {k: v for k, v in shop[key].items() if k in wanted[key]}
    assert filled(applied(shop, plan.changes(wanted, sent, touched))) == filled(wanted)


@settings(max_examples=25)
@given(documents)
def test_what_was_sent_is_not_sent_again(wanted):
    assert plan.changes(wanted, wanted, touched=False) == {}


@settings(max_examples=25)
@given(documents, st.none() | documents)
def test_a_touched_product_gets_everything_that_is_filled_in(wanted, sent):
    assert filled(plan.changes(wanted, sent, touched=True)) == filled(wanted)


A, B = {"code": "A"}, {"code": "B"}
B_RETIRED, B_BACK = {"code": "B", "active": False}, {"code": "B", "active": True}


@pytest.mark.parametrize(
    ("wanted", "sent", "written"),
    [
        ([A], [], [A]),
        ([A], [A, B], [A, B_RETIRED]),
        ([A], [A, B_RETIRED], [A, B_RETIRED]),
        ([A, B], [A, B_RETIRED], [A, B_BACK]),
        ([A, B], [A, B_BACK], [A, B_BACK]),
        ([A], [A, B_BACK], [A, B_RETIRED]),
    ],
)
def test_variants_are_retired_when_they_go_and_shown_again_when_they_come_back(wanted, sent, written):
    assert plan.variants(wanted, sent) == written


def variant(code, *values, **more):
    return {"code": code, "option_values": list(values), **more}


def test_a_variation_whose_code_changes_gives_its_options_up_to_the_new_one():
    written = plan.variants([variant("NEW", "Azul", "M")], [variant("OLD", "Azul", "M")])
    assert written == [variant("NEW", "Azul", "M"), variant("OLD", "Azul", "M (OLD)", active=False)]
    # Written once, it is the same the next time.
    assert plan.variants([variant("NEW", "Azul", "M")], written) == written


def test_a_retired_variation_keeps_options_that_nobody_wants():
    written = plan.variants([variant("A", "Azul")], [variant("A", "Azul"), variant("B", "Verde")])
    assert written[1] == variant("B", "Verde", active=False)


@pytest.mark.parametrize("before", [("Azul",), ("Azul", "M", "Algodão")])
def test_a_retired_variation_follows_a_change_of_axes(before):
    (_, retired) = plan.variants([variant("A", "Azul", "M")], [variant("B", *before)])
    assert len(retired["option_values"]) == 2
    assert retired["option_values"] != ["Azul", "M"]


def test_options_given_up_fit_the_shop():
    code = "C" * 60
    (_, retired) = plan.variants([variant("A", "x" * 60)], [variant(code, "x" * 60)])
    assert len(retired["option_values"][0]) == 60
