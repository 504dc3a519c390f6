"""Documents of the shop: what is written, what is read, and the prints that tell whether something was touched."""

from copy import deepcopy
from decimal import Decimal as D
from typing import Any

import pytest

from connector.core.catalogue import Related, ShopProduct, ShopVariant
from connector.core.errors import ContractBroken
from connector.wire import webstore_records
from connector.wire.webstore_records import Level

VARIANT: dict[str, Any] = {
    "id": 11,
    "code": "V1",
    "external_id": "2",
    "gtin": None,
    "option_values": ["Azul"],
    "price": None,
    "promotional_price": None,
    "net_weight_kg": None,
    "gross_weight_kg": None,
    "active": True,
    "stock": {"quantity": 1},
}
PRODUCT: dict[str, Any] = {
    "id": 10,
    "code": "P",
    "external_id": "1",
    "name": "Camiseta",
    "description_html": "<p>Malha</p>",
    "summary": None,
    "gtin": None,
    "unit": "UN",
    "ncm": "61091000",
    "price": "59.90",
    "promotional_price": None,
    "net_weight_kg": "0.180",
    "gross_weight_kg": "0.200",
    "package": {"height_cm": "5.00", "width_cm": "20.00", "length_cm": "30.00"},
    "brand": None,
    "category_path": ["Roupas"],
    "related": None,
    "active": True,
    "options": ["Cor"],
    "variants": [VARIANT],
    "images": [{"id": 1, "source_url": "https://a.example/1.jpg", "alt": None, "status": "ready"}],
    "stock": {"quantity": 1},
    "url": "https://loja.example/10",
    "version": 3,
    "created_at": "2026-03-02T09:00:00-03:00",
    "updated_at": "2026-03-02T09:00:00-03:00",
}
RELATED = {
    "product_codes": [],
    "keywords": [],
    "warranty": None,
    "video_url": None,
    "seo_title": None,
    "seo_description": None,
}


def edited(path: str, value: Any) -> dict[str, Any]:
    """The product with one field changed, e.g. `variants.0.price`."""
    document = deepcopy(PRODUCT)
    *way, last = path.split(".")
    place: Any = document
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    return document


def prints(document: dict[str, Any]) -> tuple[str, str]:
    written = webstore_records.parse_written(document)
    return written.fields_print, written.images_print


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("summary", "Leve"),
        ("promotional_price", "49.90"),
        ("active", False),
        ("stock", {"quantity": 99}),
        ("url", "https://loja.example/camiseta"),
        ("version", 4),
        ("updated_at", "2026-03-03T09:00:00-03:00"),
        ("variants.0.stock", {"quantity": 99}),
        ("variants.0.promotional_price", "49.90"),
        ("images.0.alt", "Frente"),
        ("images.0.status", "failed"),
        ("related", {**RELATED, "product_codes": [{"code": "B", "product_id": None}]}),
        ("a_key_of_tomorrow", 1),
    ],
)
def test_an_edit_of_a_field_that_no_sync_writes_touches_nothing(path, value):
    assert prints(edited(path, value)) == prints(PRODUCT)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("external_id", None),
        ("name", "Camisa"),
        ("description_html", None),
        ("gtin", "7891000315507"),
        ("unit", "PC"),
        ("ncm", None),
        ("price", "59.91"),
        ("net_weight_kg", "0.181"),
        ("gross_weight_kg", "0.201"),
        ("package.height_cm", "5.01"),
        ("brand", "Ipê"),
        ("category_path", None),
        ("options", ["Tom"]),
        ("related", {**RELATED, "warranty": "12 meses"}),
        ("related", {**RELATED, "keywords": ["a"]}),
        ("variants.0.price", "59.91"),
        ("variants.0.active", False),
        ("variants.0.option_values", ["Verde"]),
        ("variants", []),
    ],
)
def test_an_edit_of_a_field_that_a_sync_writes_is_seen(path, value):
    assert prints(edited(path, value))[0] != prints(PRODUCT)[0]


@pytest.mark.parametrize("images", [[], ["https://a.example/2.jpg"], ["https://a.example/1.jpg"] * 2])
def test_another_list_of_images_has_another_print(images):
    assert prints(edited("images", [{"source_url": url} for url in images]))[1] != prints(PRODUCT)[1]


def test_the_print_of_the_images_shown_is_the_print_of_those_wanted():
    assert prints(PRODUCT)[1] == webstore_records.images_print(["https://a.example/1.jpg"])


def test_the_order_of_images_counts():
    assert webstore_records.images_print(["a", "b"]) != webstore_records.images_print(["b", "a"])


def test_a_product_is_known_by_its_ids():
    written = webstore_records.parse_written(PRODUCT)
    assert (written.shop_id, written.code, written.variants) == (10, "P", {"V1": 11})


@pytest.mark.parametrize(
    ("read", "document"),
    [
        (webstore_records.parse_written, {**PRODUCT, "variants": None}),
        (webstore_records.parse_written, {**PRODUCT, "related": ["a"]}),
        (webstore_records.parse_written, {key: PRODUCT[key] for key in PRODUCT if key != "price"}),
        (webstore_records.parse_written, []),
        (webstore_records.parse_grant, {"store_id": 1}),
        (webstore_records.parse_grant, {"store_id": "um", "access_token": "x", "api_url": "x"}),
        (webstore_records.parse_settings, {"registration": "existing"}),
        (webstore_records.parse_settings, None),
        (webstore_records.parse_store_name, {}),
        (webstore_records.parse_subscription, {"id": 1}),
        (lambda document: webstore_records.parse_level_results(document, 1), {"results": ["x"]}),
        (
            lambda document: webstore_records.parse_level_results(document, 1),
            {"results": [{"status": 404, "error": "x"}]},
        ),
    ],
)
def test_a_document_that_lacks_something_fits_no_contract(read, document):
    with pytest.raises(ContractBroken):
        read(document)


def test_what_was_granted_is_not_logged():
    grant = webstore_records.parse_grant({"store_id": 1, "access_token": "segredo", "api_url": "https://a"})
    settings = webstore_records.parse_settings({"registration": "existing", "erp_token": "segredo"})
    assert "segredo" not in f"{grant}{settings}"


@pytest.mark.parametrize(
    ("quantity", "sent"), [("12.000", 12), ("0.000", 0), ("5.250", 5.25), ("999999999.999", 999999999.999)]
)
def test_a_level_is_written_as_an_exact_number(quantity, sent):
    level = Level(product_id=10, variant_id=None, quantity=D(quantity))
    item = webstore_records.levels_document([level], "physical")["items"][0]
    assert item == {"product_id": 10, "variant_id": None, "quantity": sent, "kind": "physical"}
    assert type(item["quantity"]) is type(sent)


def test_each_level_has_its_result():
    results = [{"status": 200, "error": None}, {"status": "404", "error": {"code": "not_found"}}, {"status": 409}]
    assert webstore_records.parse_level_results({"results": results}, 3) == [(200, ""), (404, "not_found"), (409, "")]


@pytest.mark.parametrize("count", [0, 2])
def test_another_number_of_results_fits_no_contract(count):
    with pytest.raises(ContractBroken):
        webstore_records.parse_level_results({"results": [{"status": 200}]}, count)


NO_RELATED = Related(keywords=(), warranty=None, video_url=None, seo_title=None, seo_description=None)
ZERO = D(0)


def test_a_products_numbers_are_texts_with_all_their_decimals():
    variant = ShopVariant(
        erp_id="2", code="V", option_values=("A",), gtin=None, price=D(5), net_weight=ZERO, gross_weight=None
    )
    product = ShopProduct(
        erp_id="1",
        code="P",
        name="Caneca",
        description_html=None,
        gtin=None,
        unit="UN",
        ncm=None,
        price=D("29.9"),
        net_weight=ZERO,
        gross_weight=D("0.35"),
        height=ZERO,
        width=D("9999.99"),
        length=D(8),
        images=(),
        brand=None,
        category_path=(),
        related=NO_RELATED,
        options=("Cor",),
        variants=(variant,),
    )
    document = webstore_records.product_document(product)
    assert (document["price"], document["net_weight_kg"], document["gross_weight_kg"]) == ("29.90", "0.000", "0.350")
    assert document["package"] == {"height_cm": "0.00", "width_cm": "9999.99", "length_cm": "8.00"}
    assert document["category_path"] is None
    written = document["variants"][0]
    assert (written["price"], written["net_weight_kg"], written["gross_weight_kg"]) == ("5.00", "0.000", None)
