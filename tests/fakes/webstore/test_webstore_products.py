"""Upsert, partial update, lists, images, categories (§6.2, 7, 8)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import schemas

SAMPLE = orjson.loads((schemas.ROOT / "webstore/examples/ProductWrite/valid-sample.json").read_bytes())


async def test_an_unknown_code_is_created_with_a_location(shop: Any) -> None:
    answer = await shop.call("PUT", "/products/by-code/CAM-001", SAMPLE, shape="Product")
    assert answer.status == 201
    assert answer.headers["Location"].endswith("/products/by-code/CAM-001")
    assert answer.body["version"] == 1
    assert answer.body["related"]["product_codes"] == [{"code": "BER-002", "product_id": None}]
    assert [variant["code"] for variant in answer.body["variants"]] == ["CAM-001-AZ-M", "CAM-001-AZ-G"]


async def test_absent_keys_keep_what_the_merchant_wrote_and_null_clears(shop: Any) -> None:
    product = (await shop.put("A", brand="Ipê", gtin="7891000315507")).body
    await shop.door("PATCH", f"/demo/stores/{shop.store['id']}/products/{product['id']}", {"summary": "da loja"})
    answer = await shop.call("PUT", "/products/by-code/A", {"price": "11.00", "gtin": None}, shape="Product")
    assert answer.status == 200
    assert (answer.body["summary"], answer.body["brand"], answer.body["gtin"]) == ("da loja", "Ipê", None)
    assert answer.body["version"] == 3


async def test_a_code_in_the_body_must_equal_the_path(shop: Any) -> None:
    answer = await shop.call("PUT", "/products/by-code/A", {"code": "B", "name": "x", "price": "1.00"})
    assert (answer.status, answer.details) == (422, {("code", "code_mismatch")})


async def test_a_variants_code_cannot_be_put(shop: Any) -> None:
    await shop.call("PUT", "/products/by-code/CAM-001", SAMPLE)
    answer = await shop.put("CAM-001-AZ-M")
    assert (answer.status, answer.code) == (409, "code_is_variant")


async def test_nothing_different_changes_nothing(shop: Any) -> None:
    first = (await shop.call("PUT", "/products/by-code/CAM-001", SAMPLE)).body
    await shop.advance(minutes=5)
    same = {**SAMPLE, "unit": "un", "gtin": " ", "package": {"height_cm": "4.00"}, "category_path": ["roupas"]}
    again = (
        await shop.call("PUT", "/products/by-code/CAM-001", {**same, "category_path": SAMPLE["category_path"]})
    ).body
    assert (again["version"], again["updated_at"]) == (1, first["updated_at"])
    changed = (await shop.call("PUT", "/products/by-code/CAM-001", {"name": "Outra"})).body
    assert changed["version"] == 2
    assert changed["updated_at"] > first["updated_at"]


async def test_a_deleted_product_is_not_resurrected_until_the_merchant_restores_it(shop: Any) -> None:
    product = (await shop.put("A")).body["id"]
    assert (await shop.call("DELETE", f"/products/{product}")).status == 204
    refused = await shop.put("A")
    assert (refused.status, refused.code) == (409, "product_deleted")
    assert (await shop.call("GET", f"/products/{product}")).status == 404
    assert (await shop.call("GET", "/products")).body == []
    await shop.door("PATCH", f"/demo/stores/{shop.store['id']}/products/{product}", {"deleted": False})
    assert (await shop.put("A")).status == 200


@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        ("A%2FB%20c%2B%C3%A9", "A/B c+é"),
        ("a+b", "a+b"),
        ("50%25", "50%"),
        ("a%252Fb", "a%2Fb"),
        ("%7Bx%7D", "{x}"),
        ("a%3Fb%23c", "a?b#c"),
    ],
)
async def test_any_printable_code_travels_percent_encoded(shop: Any, encoded: str, code: str) -> None:
    created = await shop.put(encoded)
    assert (created.status, created.body["code"]) == (201, code)
    found = await shop.call("GET", f"/products/by-code/{encoded}", shape="Product")
    assert found.body["id"] == created.body["id"]
    assert (await shop.send("GET", created.headers["Location"], headers=_auth(shop))).status == 200


def _auth(shop: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {shop.store['access_token']}", "User-Agent": "tests"}


@pytest.mark.parametrize("encoded", ["%20A", "A%20", "%00", "a" * 61])
async def test_codes_that_the_contract_forbids_are_refused(shop: Any, encoded: str) -> None:
    answer = await shop.put(encoded)
    assert answer.status == 422
    assert {field for field, _ in answer.details} == {"code"}


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"nome": "x"}, ("nome", "unknown_field")),
        ({"version": 3}, ("version", "read_only_field")),
        ({"name": "a" * 201}, ("name", "too_long")),
        ({"name": 5}, ("name", "invalid_format")),
        ({"price": "0.00"}, ("price", "too_small")),
        ({"price": 10.0}, ("price", "invalid_format")),
        ({"price": "10.00", "promotional_price": "10.00"}, ("promotional_price", "too_large")),
        ({"gtin": "7891000315508"}, ("gtin", "invalid_check_digit")),
        ({"gtin": "123"}, ("gtin", "invalid_format")),
        ({"ncm": "6109.10.00"}, ("ncm", "invalid_format")),
        ({"net_weight_kg": "1"}, ("net_weight_kg", "invalid_format")),
        ({"package": {"height_cm": "1"}}, ("package.height_cm", "invalid_format")),
        ({"related": {"product_codes": ["A"]}}, ("related.product_codes[0]", "not_allowed_value")),
        ({"related": {"video": "x"}}, ("related.video", "unknown_field")),
        ({"options": ["Cor"], "variants": [{"code": "V"}]}, ("variants[0].option_values", "required")),
        ({"variants": [{"code": "V", "option_values": ["Azul"]}]}, ("variants[0].option_values", "not_allowed_value")),
        (
            {"options": ["Cor"], "variants": [{"code": "A", "option_values": ["x"]}]},
            ("variants[0].code", "code_in_use"),
        ),
        ({"variants": [{"option_values": ["x"]}]}, ("variants[0].code", "required")),
    ],
)
async def test_a_wrong_field_is_named_with_its_code(shop: Any, fields: dict[str, Any], detail: tuple[str, str]) -> None:
    answer = await shop.put("A", **fields)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert detail in answer.details
    assert (await shop.call("GET", "/products")).body == []


async def test_name_and_price_are_required_at_creation_only(shop: Any) -> None:
    answer = await shop.call("PUT", "/products/by-code/A", {})
    assert answer.details == {("name", "required"), ("price", "required")}
    await shop.put("A")
    assert (await shop.call("PUT", "/products/by-code/A", {})).status == 200


async def test_the_description_loses_scripts_events_and_foreign_frames(shop: Any) -> None:
    html = (
        '<p onclick="x()">Oi</p><script>x()</script><iframe src="https://mal.example/"></iframe>'
        '<iframe src="https://www.youtube.com/embed/abc"></iframe>'
    )
    shown = (await shop.put("A", description_html=html)).body["description_html"]
    assert shown == '<p>Oi</p><iframe src="https://www.youtube.com/embed/abc"></iframe>'


async def test_variants_merge_by_code_and_missing_ones_stay(shop: Any) -> None:
    before = (await shop.call("PUT", "/products/by-code/CAM-001", SAMPLE)).body["variants"]
    new = {"code": "CAM-001-PR-M", "option_values": ["Preto", "M"]}
    document = {"variants": [{"code": "CAM-001-AZ-G", "active": False}, new]}
    after = (await shop.call("PUT", "/products/by-code/CAM-001", document, shape="Product")).body["variants"]
    assert after[0] == before[0]
    assert (after[1]["active"], after[1]["price"]) == (False, "64.90")
    assert after[2]["code"] == "CAM-001-PR-M"


async def test_a_code_is_unique_across_products_and_variants(shop: Any) -> None:
    await shop.put("B")
    variants = [{"code": "B", "option_values": ["x"]}]
    answer = await shop.put("A", options=["Cor"], variants=variants)
    assert answer.details == {("variants[0].code", "code_in_use")}


async def test_patch_changes_by_id(shop: Any) -> None:
    product = (await shop.put("A")).body["id"]
    answer = await shop.call("PATCH", f"/products/{product}", {"code": "B", "active": False}, shape="Product")
    assert (answer.body["code"], answer.body["active"], answer.body["version"]) == ("B", False, 2)
    assert (await shop.call("GET", "/products/by-code/A")).status == 404
    assert (await shop.call("GET", "/products/by-code/B")).status == 200


async def test_related_codes_find_their_product_later(shop: Any) -> None:
    await shop.put("A", related={"product_codes": ["B"], "warranty": "1 ano"})
    later = (await shop.put("B")).body["id"]
    answer = await shop.put("A", related={"keywords": ["x"]})
    assert answer.body["related"]["product_codes"] == [{"code": "B", "product_id": later}]
    assert answer.body["related"]["warranty"] == "1 ano"


async def test_lists_have_pages_totals_and_links(shop: Any) -> None:
    ids = [(await shop.put(f"P{number}")).body["id"] for number in range(5)]
    answer = await shop.call("GET", "/products?per_page=2&page=2", shape="Product")
    assert [product["id"] for product in answer.body] == ids[2:4]
    assert answer.headers["X-Total-Count"] == "5"
    assert [part.rpartition("rel=")[2] for part in answer.headers["Link"].split(", ")] == [
        '"first"',
        '"prev"',
        '"next"',
        '"last"',
    ]
    beyond = await shop.call("GET", "/products?per_page=2&page=9")
    assert (beyond.status, beyond.body) == (200, [])


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("page=51&per_page=200", ("page", "page_out_of_range")),
        ("per_page=201", ("per_page", "too_large")),
        ("page=0", ("page", "too_small")),
        ("page=x", ("page", "invalid_format")),
        ("limit=3", ("limit", "unknown_parameter")),
        ("sort=name", ("sort", "not_allowed_value")),
        ("updated_at_min=ontem", ("updated_at_min", "invalid_format")),
    ],
)
async def test_wrong_list_parameters_are_422(shop: Any, query: str, detail: tuple[str, str]) -> None:
    answer = await shop.call("GET", f"/products?{query}")
    assert (answer.status, answer.details) == (422, {detail})


async def test_lists_are_filtered(shop: Any) -> None:
    a = (await shop.put("A", gtin="7891000315507", external_id="741")).body["id"]
    await shop.advance(minutes=10)
    b = (await shop.put("B%2F1", name="Xícara azul", active=False)).body["id"]
    c = (await shop.put("C", options=["Cor"], variants=[{"code": "C-1", "option_values": ["Azul"]}])).body
    expected = {
        "code=A": [a],
        "code=B%2F1": [b],
        "gtin=7891000315507": [a],
        "external_id=741": [a],
        "active=false": [b],
        "q=X%C3%8DCARA": [b],
        "q=b/": [b],
        f"variant_id={c['variants'][0]['id']}": [c["id"]],
        f"since_id={a}": [b, c["id"]],
        "updated_at_min=2026-08-03T11:05:00Z": [b, c["id"]],
        "updated_at_max=2026-08-03T08:05:00-03:00": [a],
    }
    for query, ids in expected.items():
        found = await shop.call("GET", f"/products?{query}")
        assert [product["id"] for product in found.body] == ids, query
    await shop.advance(minutes=1)
    await shop.put("A", name="Mudou")
    by_time = await shop.call("GET", "/products?sort=updated_at")
    assert [product["id"] for product in by_time.body] == [b, c["id"], a]


async def test_images_are_replaced_as_a_list_and_keep_their_ids(shop: Any) -> None:
    product = (await shop.put("A")).body["id"]
    one, two = "https://imagens.exemplo.com.br/1.jpg", "https://imagens.exemplo.com.br/2.png"
    first = await shop.call(
        "PUT", f"/products/{product}/images", [{"source_url": one}, {"source_url": two}], shape="Image"
    )
    assert [image["status"] for image in first.body] == ["pending", "pending"]
    await shop.advance(seconds=2)
    swapped = await shop.call("PUT", f"/products/{product}/images", [{"source_url": two}, {"source_url": one}])
    assert [image["id"] for image in swapped.body] == [first.body[1]["id"], first.body[0]["id"]]
    assert [image["status"] for image in swapped.body] == ["ready", "ready"]
    assert (await shop.call("GET", f"/products/{product}")).body["version"] == 3
    await shop.call("PUT", f"/products/{product}/images", [{"source_url": two}, {"source_url": one}])
    assert (await shop.call("GET", f"/products/{product}")).body["version"] == 3


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("http://127.0.0.1/a.jpg", "not_allowed"),
        ("http://10.1.2.3/a.jpg", "not_allowed"),
        ("http://localhost/a.jpg", "not_allowed"),
        ("https://imagens.exemplo.com.br/a.pdf", "unsupported_type"),
    ],
)
async def test_an_image_that_cannot_be_had_fails_without_failing_the_product(
    shop: Any, address: str, error: str
) -> None:
    product = (await shop.put("A")).body["id"]
    await shop.call("PUT", f"/products/{product}/images", [{"source_url": address}])
    await shop.advance(seconds=2)
    image = (await shop.call("GET", f"/products/{product}/images", shape="Image")).body[0]
    assert (image["status"], image["error"], image["url"]) == ("failed", error, None)


async def test_categories_come_from_paths_without_regard_to_case_and_accents(shop: Any) -> None:
    await shop.put("A", category_path=["Decoração", "Sala"])
    second = await shop.put("B", category_path=["DECORACAO", "Quarto"])
    assert second.body["category_path"] == ["Decoração", "Quarto"]
    found = (await shop.call("GET", "/categories", shape="Category")).body
    assert [category["path"] for category in found] == [
        ["Decoração"],
        ["Decoração", "Sala"],
        ["Decoração", "Quarto"],
    ]
    assert [category["parent_id"] for category in found] == [None, found[0]["id"], found[0]["id"]]
