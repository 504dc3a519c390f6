"""Balances and batches (§9)."""

from __future__ import annotations

from typing import Any

import pytest


async def product_with_variant(shop: Any) -> tuple[int, int]:
    made = await shop.put("P", options=["Cor"], variants=[{"code": "P-1", "option_values": ["Azul"]}])
    return made.body["id"], made.body["variants"][0]["id"]


async def test_a_balance_is_absolute_and_answered_whole(shop: Any) -> None:
    product = (await shop.put("A")).body["id"]
    answer = await shop.call("PUT", f"/products/{product}/stock", {"quantity": 12}, shape="StockBalance")
    assert answer.body == {
        "product_id": product,
        "variant_id": None,
        "managed": True,
        "quantity": 12,
        "reserved": 0,
        "available": 12,
        "updated_at": "2026-08-03T08:00:00-03:00",
        "applied": True,
    }
    read = await shop.call("GET", f"/products/{product}/stock", shape="StockBalance")
    assert read.body["quantity"] == 12


async def test_fractions_have_at_most_three_decimals(shop: Any) -> None:
    product = (await shop.put("A")).body["id"]
    answer = await shop.call("PUT", f"/products/{product}/stock", {"quantity": 2.125})
    assert answer.body["quantity"] == 2.125
    refused = await shop.call("PUT", f"/products/{product}/stock", {"quantity": 2.1255})
    assert refused.details == {("quantity", "invalid_format")}


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ({"quantity": -1}, ("quantity", "too_small")),
        ({"quantity": 1e30}, ("quantity", "too_large")),
        ({"quantity": "3"}, ("quantity", "invalid_format")),
        ({}, ("quantity", "required")),
        ({"quantity": 1, "kind": "F"}, ("kind", "not_allowed_value")),
        ({"quantity": 1, "source_updated_at": "2026-13-01T00:00:00Z"}, ("source_updated_at", "invalid_format")),
        ({"quantity": 1, "depot": "x"}, ("depot", "unknown_field")),
    ],
)
async def test_wrong_balances_are_refused(shop: Any, document: dict[str, Any], detail: tuple[str, str]) -> None:
    product = (await shop.put("A")).body["id"]
    answer = await shop.call("PUT", f"/products/{product}/stock", document)
    assert (answer.status, answer.details) == (422, {detail})


async def test_an_older_source_time_changes_nothing(shop: Any) -> None:
    product = (await shop.put("A")).body["id"]
    path = f"/products/{product}/stock"
    await shop.call("PUT", path, {"quantity": 5, "source_updated_at": "2026-08-03T10:00:00Z"})
    late = await shop.call("PUT", path, {"quantity": 9, "source_updated_at": "2026-08-03T06:59:59-03:00"})
    assert (late.status, late.body["applied"], late.body["quantity"]) == (200, False, 5)
    same = await shop.call("PUT", path, {"quantity": 6, "source_updated_at": "2026-08-03T07:00:00-03:00"})
    assert (same.body["applied"], same.body["quantity"]) == (True, 6)


async def test_a_parent_shows_the_sum_and_cannot_be_written(shop: Any) -> None:
    product, variant = await product_with_variant(shop)
    refused = await shop.call("PUT", f"/products/{product}/stock", {"quantity": 1})
    assert (refused.status, refused.code) == (409, "product_has_variants")
    written = await shop.call("PUT", f"/products/{product}/variants/{variant}/stock", {"quantity": 7})
    assert (written.body["variant_id"], written.body["quantity"]) == (variant, 7)
    assert (await shop.call("GET", f"/products/{product}/stock")).body["quantity"] == 7


async def test_unknown_targets_are_404(shop: Any) -> None:
    product, variant = await product_with_variant(shop)
    other = (await shop.put("A")).body["id"]
    for path in ("/products/1/stock", f"/products/{variant}/stock", f"/products/{other}/variants/{variant}/stock"):
        assert (await shop.call("PUT", path, {"quantity": 1})).code == "not_found", path
    assert product != variant


async def test_stock_leaves_version_and_times_of_the_product_alone(shop: Any) -> None:
    before = (await shop.put("A")).body
    await shop.advance(minutes=1)
    await shop.call("PUT", f"/products/{before['id']}/stock", {"quantity": 3})
    after = (await shop.call("GET", f"/products/{before['id']}")).body
    assert (after["version"], after["updated_at"]) == (before["version"], before["updated_at"])


async def test_a_batch_answers_each_line_as_the_single_call_would(shop: Any) -> None:
    product, variant = await product_with_variant(shop)
    simple = (await shop.put("A")).body["id"]
    items = [
        {"product_id": simple, "quantity": 3, "source_updated_at": "2026-08-03T10:00:00Z"},
        {"product_id": product, "variant_id": variant, "quantity": 4, "kind": "available"},
        {"product_id": product, "quantity": 4},
        {"product_id": 1, "quantity": 4},
        {"product_id": simple, "quantity": -4},
        {"product_id": simple, "quantity": 9, "source_updated_at": "2026-08-03T09:00:00Z"},
        "what",
    ]
    answer = await shop.call("POST", "/stock/batch", {"items": items}, shape="StockBatchResult")
    assert answer.status == 200
    assert [line["status"] for line in answer.body["results"]] == [200, 200, 409, 404, 422, 200, 422]
    assert [line["index"] for line in answer.body["results"]] == list(range(7))
    assert answer.body["results"][5]["balance"]["applied"] is False
    assert answer.body["results"][4]["error"]["details"][0]["field"] == "quantity"
    assert (await shop.call("GET", f"/products/{simple}/stock")).body["quantity"] == 3
    await shop.call("POST", "/stock/batch", {"items": items[1:2]})
    journal = (await shop.door("GET", "/demo/journal?kind=api")).body
    whole, good = (entry for entry in journal if entry["call"] == "POST /stock/batch")
    # Which lines had no effect is on record, for whoever proves by the journal what was shown.
    assert whole["not_applied"] == [2, 3, 4, 5, 6] and "not_applied" not in good


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ({"items": []}, ("items", "too_small")),
        ({"items": [{"product_id": 1, "quantity": 1}] * 51}, ("items", "too_long")),
        ({}, ("items", "required")),
        ([], (None, "invalid_format")),
        ({"items": [{"product_id": 1, "quantity": 1}], "all": True}, ("all", "unknown_field")),
    ],
)
async def test_a_wrong_batch_is_refused_whole(shop: Any, document: Any, detail: tuple[str | None, str]) -> None:
    answer = await shop.call("POST", "/stock/batch", document)
    assert (answer.status, answer.details) == (422, {detail})
