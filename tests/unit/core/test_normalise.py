"""From the ERP's record to the shop's product: what is shown, what is skipped, what is warned of."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from connector.core.catalogue import Kind, ShopProduct, Skip, Warning
from connector.core.normalise import shop_product
from connector.core.reasons import Reason


def shown(product) -> ShopProduct:
    result = shop_product(product, {})
    assert isinstance(result, ShopProduct)
    return result


def warned(product) -> list[tuple[Reason, str]]:
    return [(warning.reason, warning.detail) for warning in shown(product).warnings]


def test_a_plain_product_is_shown_as_it_is(plain):
    product = shown(plain)
    assert (product.code, product.name, product.gtin, product.unit) == ("CAN-1", "Caneca", "7891000315507", "UN")
    assert (product.ncm, product.price, product.description_html) == ("69111010", D("29.90"), "<p>Porcelana</p>")
    assert (product.net_weight, product.gross_weight) == (D("0.300"), D("0.350"))
    assert (product.height, product.width, product.length) == (D(10), D(8), D(8))
    assert (product.options, product.variants, product.warnings) == ((), (), ())


def test_a_product_with_nothing_filled_in_has_none_of_it(plain):
    bare = replace(plain, description="", gtin="", unit="", ncm="", net_weight=None, gross_weight=None, height=None)
    product = shown(bare)
    assert (product.description_html, product.gtin, product.ncm, product.brand) == (None, None, None, None)
    assert (product.unit, product.net_weight, product.height, product.category_path) == ("UN", D(0), D(0), ())
    assert product.warnings == ()


@pytest.mark.parametrize(
    ("change", "skip"),
    [
        ({"is_service": True}, Skip(reason=Reason.SERVICE)),
        ({"active": False}, Skip(reason=Reason.INACTIVE)),
        ({"code": " "}, Skip(reason=Reason.NO_CODE)),
        ({"code": "A\tB"}, Skip(reason=Reason.BAD_CODE, detail="A\tB")),
        ({"code": "x" * 61}, Skip(reason=Reason.BAD_CODE, detail="x" * 61)),
        ({"name": " \n"}, Skip(reason=Reason.NO_NAME)),
        ({"price": None}, Skip(reason=Reason.NO_PRICE, detail="0")),
        ({"price": D("0.00")}, Skip(reason=Reason.NO_PRICE, detail="0")),
        ({"price": D("1E+12")}, Skip(reason=Reason.BAD_PRICE, detail="1E+12")),
        ({"kind": Kind.PARENT}, Skip(reason=Reason.NO_VARIATIONS)),
        ({"kind": Kind.VARIATION}, Skip(reason=Reason.VARIATION, detail="CAN-1")),
    ],
    ids=lambda value: str(value.reason) if isinstance(value, Skip) else "",
)
def test_a_product_that_cannot_be_sold_is_skipped_with_its_reason(plain, change, skip):
    assert shop_product(replace(plain, **change), {}) == skip


def test_a_code_loses_its_outer_blanks_only(plain):
    assert shown(replace(plain, code=" CAN  1/2 ")).code == "CAN  1/2"


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"gtin": "7891000315508"}, (Reason.GTIN_INVALID, "7891000315508")),
        ({"ncm": "6911"}, (Reason.NCM_INVALID, "6911")),
        ({"net_weight": D("10000")}, (Reason.MEASURE_INVALID, "10000 kg")),
        ({"gross_weight": D("-1")}, (Reason.MEASURE_INVALID, "-1 kg")),
        ({"height": D("-2")}, (Reason.MEASURE_INVALID, "-2 cm")),
        ({"width": D("10000")}, (Reason.MEASURE_INVALID, "10000 cm")),
        ({"length": D("1E+40")}, (Reason.MEASURE_INVALID, "1E+40 cm")),
        ({"attachments": ("https://a.example/m.pdf",)}, (Reason.ATTACHMENT_NOT_IMAGE, "https://a.example/m.pdf")),
        ({"attachments": ("m.jpg",)}, (Reason.ATTACHMENT_NOT_IMAGE, "m.jpg")),
        ({"attachments": tuple(f"https://a.example/{n}" for n in range(21))}, (Reason.TOO_MANY_IMAGES, "21")),
        ({"name": "x" * 201}, (Reason.TEXT_CUT, "nome")),
        ({"description": "x" * 65_530}, (Reason.TEXT_CUT, "descrição complementar")),
        ({"brand": "x" * 101}, (Reason.TEXT_CUT, "marca")),
        ({"warranty": "x" * 101}, (Reason.TEXT_CUT, "garantia")),
        ({"seo_title": "x" * 121}, (Reason.TEXT_CUT, "título SEO")),
        ({"seo_description": "x" * 256}, (Reason.TEXT_CUT, "descrição SEO")),
        ({"category": "x" * 101}, (Reason.TEXT_CUT, "categoria")),
        ({"category": "a >> b >> c >> d >> e >> f"}, (Reason.CATEGORY_CUT, "a >> b >> c >> d >> e >> f")),
        ({"video_url": "youtube"}, (Reason.ADDRESS_INVALID, "youtube")),
    ],
)
def test_what_is_left_out_or_changed_is_warned_of(plain, change, warning):
    assert warned(replace(plain, **change)) == [warning]


def test_a_field_that_is_warned_of_is_left_out_and_the_product_is_shown(plain):
    product = shown(replace(plain, gtin="1", ncm="1", gross_weight=D(-1), video_url="youtube"))
    assert (product.gtin, product.ncm, product.gross_weight, product.related.video_url) == (None, None, D(0), None)
    assert product.warnings[0] == Warning(reason=Reason.GTIN_INVALID, detail="1")


def test_texts_are_cut_to_what_the_shop_takes(plain):
    long = replace(plain, name="x" * 300, brand="x" * 99 + " y", seo_title="x" * 300, description="<b>x</b>" * 9000)
    product = shown(long)
    assert (len(product.name), product.brand, len(product.related.seo_title or "")) == (200, "x" * 99, 120)
    assert product.description_html == "<b>x</b>" * 8191 + "<b>x"


def test_images_keep_their_order_and_come_once(plain):
    given = (
        "https://a.example/2.jpg",
        " https://a.example/1.png ",
        "",
        "https://a.example/2.jpg",
        "HTTPS://a.example/3",
    )
    assert shown(replace(plain, attachments=given)).images == (
        "https://a.example/2.jpg",
        "https://a.example/1.png",
        "https://a.example/3",
    )


def test_the_first_twenty_images_are_shown(plain):
    given = tuple(f"https://a.example/{n}.jpg" for n in range(25))
    assert shown(replace(plain, attachments=given)).images == given[:20]


@pytest.mark.parametrize(
    ("path", "levels"),
    [
        ("Vestuário >> Camisetas", ("Vestuário", "Camisetas")),
        ("Vestuário>>  Camisetas  lisas >> ", ("Vestuário", "Camisetas lisas")),
        ("Vestuário > Camisetas", ("Vestuário", "Camisetas")),
        ("TV >> > 40 polegadas", ("TV", "> 40 polegadas")),
        ("a >> b >> c >> d >> e >> f", ("a", "b", "c", "d", "e")),
        (" ", ()),
    ],
)
def test_a_category_is_a_path_of_five_levels_at_most(plain, path, levels):
    assert shown(replace(plain, category=path)).category_path == levels


def test_keywords_are_separated_by_commas_or_semicolons_and_come_once(plain):
    assert shown(replace(plain, keywords="caneca, café;caneca,, xícara  azul")).related.keywords == (
        "caneca",
        "café",
        "xícara azul",
    )


def test_keywords_are_short_and_few(plain):
    words = shown(replace(plain, keywords=",".join(f"{n:02}" + "x" * 70 for n in range(25)))).related.keywords
    assert (len(words), {len(word) for word in words}) == (20, {60})


def test_what_is_related_travels_in_its_own_bag(plain):
    filled = replace(plain, warranty=" 12  meses ", video_url="https://v.example/1", seo_title="t", seo_description="d")
    related = shown(filled).related
    assert (related.warranty, related.video_url) == ("12 meses", "https://v.example/1")
    assert (related.seo_title, related.seo_description, related.keywords) == ("t", "d", ())
