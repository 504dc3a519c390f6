"""Products with variations: axes, what a variation inherits, and what keeps the product from being written."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from connector.core.catalogue import ErpProduct, Kind, ShopProduct, ShopVariant, Skip, VariationRef
from connector.core.normalise import shop_product
from connector.core.reasons import Reason


def ref(number: int, code: str | None = None, price: str | None = None, **options: str) -> VariationRef:
    code = f"V{number}" if code is None else code
    return VariationRef(erp_id=str(number), code=code, price=D(price) if price else None, options=options)


def parent(plain: ErpProduct, *refs: VariationRef) -> ErpProduct:
    return replace(plain, code="P", kind=Kind.PARENT, variations=refs)


def shown(product: ErpProduct, records: dict[str, ErpProduct] | None = None) -> ShopProduct:
    result = shop_product(product, records or {})
    assert isinstance(result, ShopProduct)
    return result


def variant(plain: ErpProduct, named: VariationRef, **record: object) -> ShopVariant:
    """How a parent's only variation is shown whose own record differs from the parent's by `record`."""
    own = replace(plain, code=named.code, kind=Kind.VARIATION, **record)
    return shown(parent(plain, named), {named.erp_id: own}).variants[0]


def test_axes_do_not_depend_on_the_order_of_the_keys(plain):
    one, two = ref(1, Tamanho="M", Cor="Azul"), ref(2, Cor="Azul", Tamanho="G")
    product = shown(parent(plain, one, two))
    assert product.options == ("Cor", "Tamanho")
    assert [v.option_values for v in product.variants] == [("Azul", "M"), ("Azul", "G")]


def test_variations_keep_the_order_of_the_erp(plain):
    assert [v.code for v in shown(parent(plain, ref(2, Cor="B"), ref(1, Cor="A"))).variants] == ["V2", "V1"]


def test_a_simple_product_has_no_variants_even_if_some_are_named(plain):
    assert shown(replace(plain, variations=(ref(1, Cor="A"),))).variants == ()


def test_what_a_variation_shares_with_its_product_it_inherits(plain):
    own = variant(plain, ref(1, price="29.9000000000", Cor="A"), gtin="")
    assert (own.price, own.net_weight, own.gross_weight, own.gtin) == (None, None, None, None)


def test_what_a_variation_has_of_its_own_is_shown(plain):
    change = {"price": D("35"), "net_weight": D("0.5"), "gross_weight": D("0.6"), "gtin": "7901234567891"}
    own = variant(plain, ref(1, price="29.90", Cor="A"), **change)
    assert (own.price, own.gtin) == (D("35.00"), "7901234567891")
    assert (own.net_weight, own.gross_weight) == (D("0.500"), D("0.600"))


@pytest.mark.parametrize("nothing", [None, D(0)])
def test_what_a_variation_does_not_fill_in_it_inherits(plain, nothing):
    own = variant(plain, ref(1, Cor="A"), price=nothing, net_weight=nothing, gross_weight=nothing)
    assert (own.price, own.net_weight, own.gross_weight) == (None, None, None)


def test_without_a_price_in_its_record_the_one_in_its_parents_list_counts(plain):
    assert variant(plain, ref(1, price="31.5", Cor="A"), price=None).price == D("31.50")


def test_a_variation_whose_record_is_gone_is_shown_by_what_its_parent_says(plain):
    assert shown(parent(plain, ref(1, price="31.5", Cor="A"))).variants == (
        ShopVariant(
            erp_id="1", code="V1", option_values=("A",), gtin=None, price=D("31.50"), net_weight=None, gross_weight=None
        ),
    )


def test_an_inactive_variation_is_left_out(plain):
    refs = ref(1, Cor="A"), ref(2, Cor="B")
    records = {"1": replace(plain, active=False), "2": plain}
    assert [v.code for v in shown(parent(plain, *refs), records).variants] == ["V2"]


def test_a_product_with_none_but_inactive_variations_is_skipped(plain):
    records = {"1": replace(plain, active=False)}
    assert shop_product(parent(plain, ref(1, Cor="A")), records) == Skip(reason=Reason.NO_VARIATIONS)


def test_a_variation_without_code_is_left_out_and_told(plain):
    product = shown(parent(plain, ref(1, code=" ", Cor="A"), ref(2, code="a\tb", Cor="B"), ref(3, Cor="C")))
    assert [v.code for v in product.variants] == ["V3"]
    assert {w.reason for w in product.warnings} == {Reason.VARIATION_WITHOUT_CODE}
    assert len(product.warnings) == 2


def test_a_variations_gtin_and_weight_are_warned_of_with_its_code(plain):
    own = replace(plain, gtin="1", net_weight=D(-1))
    product = shown(parent(plain, ref(1, Cor="A")), {"1": own})
    assert [(w.reason, w.detail) for w in product.warnings] == [
        (Reason.GTIN_INVALID, "V1: 1"),
        (Reason.MEASURE_INVALID, "V1: -1 kg"),
    ]


def test_a_variations_price_that_the_shop_does_not_take_is_warned_of(plain):
    product = shown(parent(plain, ref(1, price="1000000000", Cor="A")))
    assert [(w.reason, w.detail) for w in product.warnings] == [(Reason.BAD_PRICE, "V1")]


def test_an_attribute_that_no_variation_fills_in_is_no_axis(plain):
    product = shown(parent(plain, ref(1, Cor="A", Tamanho=""), ref(2, Cor="B", Tamanho=" ")))
    assert (product.options, [v.option_values for v in product.variants]) == (("Cor",), [("A",), ("B",)])


def test_long_attributes_are_cut_and_told(plain):
    product = shown(parent(plain, ref(1, Cor="x" * 61)))
    assert product.variants[0].option_values == ("x" * 60,)
    assert [(w.reason, w.detail) for w in product.warnings] == [(Reason.TEXT_CUT, "V1")]


@pytest.mark.parametrize(
    ("refs", "skip"),
    [
        ([], Skip(reason=Reason.NO_VARIATIONS)),
        ([ref(1, code="", Cor="A")], Skip(reason=Reason.NO_VARIATIONS)),
        ([ref(1, A="1", B="1", C="1", D="1")], Skip(reason=Reason.TOO_MANY_AXES, detail="A, B, C, D")),
        ([ref(n, Cor=str(n)) for n in range(201)], Skip(reason=Reason.TOO_MANY_VARIATIONS, detail="201")),
        ([ref(1, Cor="A"), ref(2, Cor="B", Tamanho="M")], Skip(reason=Reason.AXES_DISAGREE, detail="V1")),
        ([ref(1, Cor="A"), ref(2, Cor="")], Skip(reason=Reason.AXES_DISAGREE, detail="V2")),
        ([ref(1)], Skip(reason=Reason.AXES_DISAGREE, detail="V1")),
        ([ref(1, Cor="A"), ref(2, Cor="A")], Skip(reason=Reason.SAME_OPTIONS, detail="V1, V2")),
        ([ref(1, Cor="x" * 60), ref(2, Cor="x" * 61)], Skip(reason=Reason.SAME_OPTIONS, detail="V1, V2")),
        ([ref(1, Cor="A"), ref(2, code=" V1 ", Cor="B")], Skip(reason=Reason.DUPLICATE_CODE, detail="V1")),
        ([ref(1, code="P", Cor="A")], Skip(reason=Reason.DUPLICATE_CODE, detail="P")),
    ],
    ids=lambda value: str(value.reason) if isinstance(value, Skip) else "",
)
def test_variations_that_the_shop_cannot_show_keep_the_product_out(plain, refs, skip):
    assert shop_product(parent(plain, *refs), {}) == skip


def test_two_hundred_variations_are_taken(plain):
    assert len(shown(parent(plain, *(ref(n, Cor=str(n)) for n in range(200)))).variants) == 200
