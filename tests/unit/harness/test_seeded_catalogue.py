"""The seeded catalogue, looked at as one big sample and, where every draw must obey, by hypothesis."""

import re
import time
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import ean

from scenarios.harness.catalogue import CatalogueProduct, catalogue
from scenarios.harness.goods import FRACTIONAL_UNITS, GOODS


@pytest.fixture(scope="module")
def products():
    return list(catalogue(Random(7), 2000))


def share(products, is_so):
    return sum(map(is_so, products)) / len(products)


def codes_of(product: CatalogueProduct) -> list[str]:
    return [product.code, *(variation.code for variation in product.variations)]


def test_the_same_seed_gives_the_same_catalogue():
    assert list(catalogue(Random(3), 100)) == list(catalogue(Random(3), 100))


def test_another_seed_gives_another_catalogue():
    assert list(catalogue(Random(3), 10)) != list(catalogue(Random(4), 10))


def test_a_short_catalogue_is_the_beginning_of_a_long_one():
    assert list(catalogue(Random(3), 10)) == list(catalogue(Random(3), 20))[:10]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_codes_are_unique_and_fit_the_erp(seed):
    codes = [code for product in catalogue(Random(seed), 400) for code in codes_of(product)]
    assert len(codes) == len(set(codes))
    assert all(1 <= len(code) <= 30 and code == code.strip() for code in codes)


def test_a_variations_code_begins_with_its_parents(products):
    assert all(v.code.startswith(f"{p.code}-") for p in products for v in p.variations)


def test_names_are_at_most_120_characters_and_some_come_near(products):
    assert 110 <= max(len(p.name) for p in products) <= 120


def test_prices_are_above_zero_with_two_decimals(products):
    prices = [p.price for p in products] + [v.price for p in products for v in p.variations]
    assert all(re.fullmatch(r"\d{1,9}\.\d{2}", str(price)) and price > 0 for price in prices)


def test_one_in_six_has_a_promotional_price_below_its_price(products):
    promoted = [p for p in products if p.promotional_price is not None]
    assert len(promoted) / len(products) == pytest.approx(1 / 6, abs=0.04)
    assert all(Decimal(0) < p.promotional_price < p.price for p in promoted)


def test_four_in_five_have_a_valid_brazilian_gtin_of_their_own(products):
    gtins = [item.gtin for p in products for item in (p, *p.variations) if item.gtin is not None]
    assert all(ean.is_valid(gtin) and gtin.startswith(("789", "790")) for gtin in gtins)
    assert len(gtins) == len(set(gtins))
    assert share(products, lambda p: p.gtin is None) == pytest.approx(0.2, abs=0.04)


def test_ncm_codes_are_8_digits_or_none(products):
    assert all(p.ncm is None or re.fullmatch(r"\d{8}", p.ncm) for p in products)


def test_weights_have_three_decimals_and_net_is_not_above_gross(products):
    for item in (item for p in products for item in (p, *p.variations)):
        assert re.fullmatch(r"\d{1,4}\.\d{3}", str(item.net_weight_kg))
        assert Decimal(0) <= item.net_weight_kg <= item.gross_weight_kg


def test_only_goods_sold_by_measure_have_fractional_stock(products):
    fractional = {p.unit for p in products if p.stock % 1}
    assert fractional
    assert fractional <= FRACTIONAL_UNITS


def test_a_parents_stock_is_the_sum_of_its_variations(products):
    assert all(p.stock == sum(v.stock for v in p.variations) for p in products if p.variations)


def test_a_third_have_two_to_six_variations_that_differ(products):
    varied = [p for p in products if p.variations]
    assert len(varied) / len(products) == pytest.approx(1 / 3, abs=0.04)
    for product in varied:
        assert 2 <= len({tuple(v.options.items()) for v in product.variations}) == len(product.variations) <= 6


def test_the_variations_of_a_product_have_the_same_axes_in_the_same_order(products):
    axes = {tuple(tuple(v.options) for v in p.variations) for p in products if p.variations}
    assert all(len(set(of_one)) == 1 for of_one in axes)
    assert {of_one[0] for of_one in axes} == {("Cor",), ("Cor", "Tamanho"), ("Voltagem",), ("Cor", "Voltagem")}


def test_some_variations_have_prices_and_weights_of_their_own(products):
    assert any(v.price > p.price for p in products for v in p.variations)
    assert any(v.gross_weight_kg != p.gross_weight_kg for p in products for v in p.variations)


def test_no_variations_where_none_are_wanted():
    assert not any(p.variations for p in catalogue(Random(1), 100, variations_share=0))


@pytest.mark.parametrize(
    "is_so",
    [
        lambda p: "/" in p.code,
        lambda p: " " in p.code,
        lambda p: "+" in p.code,
        lambda p: not p.code.isascii(),
        lambda p: p.code == "4711",
        lambda p: p.ncm is None,
        lambda p: p.ncm is not None and p.ncm.startswith("0"),
        lambda p: p.gross_weight_kg == 0,
        lambda p: len(p.name) > 90,
        lambda p: p.unit in FRACTIONAL_UNITS,
    ],
)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_forty_products_hold_each_awkward_shape(is_so, seed):
    assert any(map(is_so, catalogue(Random(seed), 40)))


@pytest.mark.parametrize(
    "is_so",
    [
        lambda p: p.description_html == "",
        lambda p: "<p>" in p.description_html and "<ul>" in p.description_html,
        lambda p: "\n" in p.description_html and "<" not in p.description_html,
        lambda p: len(p.images) == 0,
        lambda p: len(p.images) == 4,
        lambda p: p.brand is None,
        lambda p: p.warranty is not None,
        lambda p: p.keywords != (),
        lambda p: p.seo_title is not None,
        lambda p: p.video_url is not None,
        lambda p: p.stock == 0,
    ],
)
def test_a_catalogue_holds_products_with_and_without(is_so, products):
    assert 0 < share(products, is_so) < 1


def test_pictures_are_secure_addresses_of_the_example_host(products):
    addresses = [address for p in products for address in p.images]
    assert all(re.fullmatch(r"https://imagens\.exemplo\.com\.br/[^ ]+\.jpg", address) for address in addresses)


def test_texts_fit_the_contract(products):
    for product in products:
        assert len(product.keywords) <= 20
        assert all(len(word) <= 60 for word in product.keywords)
        assert len(product.seo_title or "") <= 120
        assert len(product.seo_description or "") <= 255
        assert len(product.warranty or "") <= 100
        assert 1 <= len(product.category) <= 5


def test_the_goods_use_units_of_at_most_three_characters():
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]{0,2}", goods.unit) for goods in GOODS)


def test_ten_thousand_products_take_little_time():
    start = time.process_time()
    assert sum(1 for _ in catalogue(Random(1), 10_000)) == 10_000
    assert time.process_time() - start < 3  # 0.4 s when idle; the bound leaves room for a busy machine
