"""The ERP's loose values: numbers as text, lists as objects, four kinds of empty (erp-transport §3.7)."""

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.errors import ContractBroken
from connector.wire import erp_values

NOTHING = [{}, {"key": None}, {"key": ""}, {"key": []}]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (" CAM-1 ", "CAM-1"),
        (4711, "4711"),
        (4711.0, "4711"),
        (1.5, "1.5"),
        ("0", "0"),
        (0, "0"),
        ("a\0b", "ab"),
        ({}, ""),
    ],
)
def test_a_text_may_come_as_a_number_and_with_blanks(value, shown):
    assert erp_values.text({"key": value}, "key") == shown


@pytest.mark.parametrize("record", NOTHING)
def test_each_kind_of_nothing_is_an_empty_text(record):
    assert erp_values.text(record, "key") == ""


@pytest.mark.parametrize(
    ("value", "shown"), [(700100, "700100"), ("700100", "700100"), (0, ""), ("0", ""), ("", ""), (None, "")]
)
def test_zero_is_no_identifier(value, shown):
    assert erp_values.identifier({"key": value}, "key") == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (54.9, "54.9"),
        ("54.90", "54.90"),
        ("36.3200000000", "36.32"),
        ("-3.5000", "-3.5"),
        (12, "12"),
        (" 5.25 ", "5.25"),
        (0, "0"),
        ("0", "0"),
    ],
)
def test_a_number_may_come_in_any_typing(value, shown):
    assert erp_values.decimal({"key": value}, "key") == D(shown)


@pytest.mark.parametrize("record", [{}, {"key": None}, {"key": ""}, {"key": "  "}, {"key": False}])
def test_no_number_is_none(record):
    assert erp_values.decimal(record, "key") is None


@pytest.mark.parametrize("value", ["36,32", "1.234,56", "R$ 10", "NaN", "Infinity", [1], {"a": 1}])
def test_what_is_no_number_is_not_guessed_at(value):
    with pytest.raises(ContractBroken, match="key is no number"):
        erp_values.decimal({"key": value}, "key")


@settings(max_examples=50)
@given(st.text() | st.floats() | st.integers() | st.booleans())
def test_a_number_is_finite_none_or_told(value):
    try:
        number = erp_values.decimal({"key": value}, "key")
    except ContractBroken:
        return
    assert number is None or number.is_finite()


ONE, TWO = {"id": 1}, {"id": 2}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([{"item": ONE}, {"item": TWO}], [ONE, TWO]),
        ([{"item": ONE}], [ONE]),
        ({"item": ONE}, [ONE]),
        ({"item": [ONE, TWO]}, [ONE, TWO]),
        ([ONE], [ONE]),
        (ONE, [ONE]),
        ([{"item": ""}, {"item": None}, "", None, {"item": TWO}], [TWO]),
        ("0", []),
    ],
    ids=["list", "one", "object", "object-holding-the-list", "unwrapped", "bare", "with-nothings", "zero"],
)
def test_a_list_is_found_in_every_form(value, found):
    assert erp_values.objects({"key": value}, "key", "item") == found


@pytest.mark.parametrize("record", [*NOTHING, {"key": {}}])
def test_each_kind_of_nothing_is_an_empty_list(record):
    assert erp_values.objects(record, "key", "item") == []


@pytest.mark.parametrize("value", [[{"item": "a"}, {"item": "b"}], ["a", "b"], {"item": ["a", "b"]}])
def test_a_list_of_texts_is_found_in_every_form(value):
    assert erp_values.items({"key": value}, "key", "item") == ["a", "b"]


@pytest.mark.parametrize("content", [{}, {"conta": None}, {"conta": []}, {"conta": ""}])
def test_an_answer_without_its_object_is_told(content):
    with pytest.raises(ContractBroken, match="no conta object"):
        erp_values.need(content, "conta")


@pytest.mark.parametrize("record", [{}, {"id": 0}, {"id": "0"}, {"id": ""}, {"id": None}])
def test_a_record_without_id_is_told(record):
    with pytest.raises(ContractBroken, match="without id"):
        erp_values.need_id(record)
