"""Each field's normalisation and its limits (webstore-api §2, §7.1, §7.4)."""

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import ean

from connector.core import fields
from connector.core.reasons import Reason

quick = settings(max_examples=40)
any_decimal = st.decimals(allow_nan=True, allow_infinity=True) | st.decimals(min_value=-10, max_value=20_000)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("  Caneca \t azul\n", "Caneca azul"), ("a\u00a0 b", "a b"), ("\ufeffCaneca", "Caneca"), (" ", "")],
)
def test_blanks_collapse_to_one(name, shown):
    assert fields.text(name) == shown


@pytest.mark.parametrize("code", ["A", "x" * 60, "CAFÉ/1 +2", "..."])
def test_a_printable_text_of_sixty_is_a_code(code):
    assert fields.is_code(code)


@pytest.mark.parametrize("code", ["", "x" * 61, " A", "A ", ".", "..", "A\tB", "A\u200bB"])
def test_what_the_shop_would_refuse_is_no_code(code):
    assert not fields.is_code(code)


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ("36.3200000000", "36.32"),
        ("59.9", "59.90"),
        ("0.005", "0.01"),
        ("1.125", "1.13"),
        ("999999999.994", "999999999.99"),
    ],
)
def test_a_price_has_two_decimals_rounded_half_up(price, shown):
    assert str(fields.money(D(price))) == shown


@pytest.mark.parametrize("price", [None, D(0), D("0.004"), D("-1"), D("-1E+40")])
def test_nothing_and_zero_are_no_price(price):
    assert fields.money(price) is Reason.NO_PRICE


@pytest.mark.parametrize("price", ["999999999.995", "1000000000", "1E+40", "NaN", "Infinity"])
def test_a_price_beyond_nine_digits_is_none_that_the_shop_takes(price):
    assert fields.money(D(price)) is Reason.BAD_PRICE


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", None),
        (" \n ", None),
        ("Malha", "<p>Malha</p>"),
        ("um\r\ndois\n\n \ntrês", "<p>um<br>dois</p><p>três</p>"),
        ("P < M & G", "<p>P &lt; M &amp; G</p>"),
        ("algod&atilde;o &amp; linho", "<p>algodão &amp; linho</p>"),
        (" <p>Malha</p> ", "<p>Malha</p>"),
        ("Malha<br/>leve", "Malha<br/>leve"),
    ],
)
def test_plain_text_becomes_paragraphs_and_html_stays(typed, shown):
    assert fields.description(typed) == shown


@pytest.mark.parametrize(
    ("html", "cut"),
    [
        ("<p>abc</p>", "<p>abc</p>"),
        ("<p>abcdefgh</p>", "<p>abcdefg"),
        ("<p>abcdef</p>", "<p>abcdef"),
        ("<p>abcd &amp; e</p>", "<p>abcd "),
    ],
)
def test_a_cut_leaves_no_tag_and_no_entity_open(html, cut):
    assert fields.cut_html(html, 10) == cut


@pytest.mark.parametrize("gtin", ["7891000315507", "7901234567891", "036000291452", "12345670", "17891000315504"])
def test_a_gtin_with_its_check_digit_is_kept(gtin):
    assert fields.gtin(f" {gtin} ") == gtin


@pytest.mark.parametrize("gtin", ["", "  ", "SEM GTIN", "sem gtin "])
def test_a_product_without_gtin_has_none(gtin):
    assert fields.gtin(gtin) is None


@pytest.mark.parametrize(
    "gtin", ["7891000315508", "789100031550", "123", "78910003155O7", "７８９１０００３１５５０７"]
)
def test_a_gtin_that_does_not_hold_is_told(gtin):
    assert fields.gtin(gtin) is Reason.GTIN_INVALID


@quick
@given(st.sampled_from([8, 12, 13, 14]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)), st.booleans())
def test_the_check_digit_agrees_with_another_implementation(digits, mend):
    gtin = digits[:-1] + ean.calc_check_digit(digits[:-1]) if mend else digits
    assert (fields.gtin(gtin) == gtin) is ean.is_valid(gtin)


@pytest.mark.parametrize(
    ("ncm", "shown"), [("6109.10.00", "61091000"), ("0901.21.00", "09012100"), ("61091000", "61091000"), ("", None)]
)
def test_an_ncm_loses_its_dots_and_keeps_its_zero(ncm, shown):
    assert fields.ncm(ncm) == shown


@pytest.mark.parametrize("ncm", ["6109", "610910001", "6109100A", "６１０９１０００"])
def test_an_ncm_of_other_than_eight_digits_is_told(ncm):
    assert fields.ncm(ncm) is Reason.NCM_INVALID


@pytest.mark.parametrize(
    ("unit", "shown"),
    [("un", "UN"), (" pç ", "PÇ"), ("", "UN"), ("  ", "UN"), ("pacotes", "PACOTE"), ("caixa g", "CAIXA")],
)
def test_a_unit_is_upper_case_and_short(unit, shown):
    assert fields.unit(unit) == shown


@pytest.mark.parametrize(
    ("kilograms", "shown"),
    [(None, "0.000"), ("0.18", "0.180"), ("0.0005", "0.001"), ("-0", "0.000"), ("9999.999", "9999.999")],
)
def test_a_weight_has_three_decimals(kilograms, shown):
    assert str(fields.weight(None if kilograms is None else D(kilograms))) == shown


@pytest.mark.parametrize(
    ("centimetres", "shown"), [(None, "0.00"), ("5", "5.00"), ("2.345", "2.35"), ("9999.99", "9999.99")]
)
def test_a_length_has_two_decimals(centimetres, shown):
    assert str(fields.length(None if centimetres is None else D(centimetres))) == shown


@pytest.mark.parametrize("measure", ["-1", "-0.0001", "9999.9999", "10000", "1E+40", "NaN"])
def test_a_measure_that_the_shop_cannot_show_is_told(measure):
    assert fields.weight(D(measure)) is Reason.MEASURE_INVALID
    assert fields.length(D(measure)) is Reason.MEASURE_INVALID


@pytest.mark.parametrize(
    ("balance", "shown"),
    [("12", "12.000"), ("5.25", "5.250"), ("0.9999", "0.999"), ("-3.5", "0.000"), ("1E+30", "999999999.999")],
)
def test_a_quantity_stays_inside_what_the_shop_takes(balance, shown):
    assert str(fields.quantity(D(balance))) == shown


@quick
@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_quantity_is_never_rounded_up(balance):
    assert 0 <= fields.quantity(balance) <= max(0, balance)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" https://a.example/b.jpg ", "https://a.example/b.jpg"),
        ("HTTPS://A.example/B.JPG", "https://A.example/B.JPG"),
        ("http://a", "http://a"),
        ("", None),
        ("a.example/b.jpg", None),
        ("ftp://a.example", None),
        ("https://", None),
        ("https://a.example/b c.jpg", None),
        ("https://a.example/" + "x" * 2000, None),
    ],
)
def test_an_address_is_one_that_the_shop_takes(typed, address):
    assert fields.address(typed) == address


@pytest.mark.parametrize(
    "address",
    ["https://a.example/b.JPG", "https://a.example/b.webp?v=1.2", "https://a.example/v1.2/b", "https://a.example/i/"],
)
def test_an_image_has_its_ending_or_none(address):
    assert fields.is_image(address)


@pytest.mark.parametrize("address", ["https://a.example/b.pdf", "https://a.example", "https://a.example/b.php?f=b.jpg"])
def test_another_ending_is_no_image(address):
    assert not fields.is_image(address)


@quick
@given(st.text())
def test_no_text_makes_a_field_fail(value):
    for normalise in (fields.text, fields.is_code, fields.description, fields.gtin, fields.ncm, fields.unit):
        normalise(value)
    fields.address(value)
    fields.is_image(value)
    assert len(fields.cut_html(value, 5)) <= 5


@quick
@given(any_decimal)
def test_no_number_makes_a_field_fail_or_leave_its_form(value):
    for normalise, decimals in ((fields.money, 2), (fields.weight, 3), (fields.length, 2), (fields.quantity, 3)):
        shown = normalise(value)
        if isinstance(shown, D):
            whole, _, fraction = str(shown).partition(".")
            assert whole.isdigit() and len(fraction) == decimals
