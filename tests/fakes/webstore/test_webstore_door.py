"""The control door: worlds, stores, products, and what it says about nonsense (§14)."""

from __future__ import annotations

from typing import Any

import pytest

import schemas


async def test_a_world_made_twice_from_a_seed_is_the_same(empty_shop: Any) -> None:
    settings = {"stores": [{"installed": True, "products": 5}, {"name": "Outra"}], "seed": 7}
    await empty_shop.create(**settings)
    first = empty_shop.world
    await empty_shop.door("DELETE", "/demo")
    await empty_shop.create(**settings)
    assert empty_shop.world == first
    assert first["base_url"] == f"{empty_shop.origin}/demo"
    assert len(first["stores"][0]["access_token"]) >= 40
    assert "access_token" not in first["stores"][1]


async def test_given_credentials_are_kept(empty_shop: Any) -> None:
    await empty_shop.create(app={"client_secret": "meu-segredo", "app_id": 77})
    assert (empty_shop.world["client_secret"], empty_shop.world["app_id"]) == ("meu-segredo", 77)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "give a name"),
        ({"name": "Demo!"}, "world name"),
        ({"name": "demo", "sed": 1}, "unknown key 'sed'"),
        ({"name": "x", "stores": {}}, "stores must be a list"),
        ({"name": "x", "stores": [{"products": -1}]}, "products must be"),
        ({"name": "x", "stores": [{"size": 1}]}, "unknown key 'size' in store"),
        ({"name": "x", "app": {"redirect_uri": "nada"}}, "redirect_uri must be"),
        ({"name": "x", "app": {"scopes": ["all"]}}, "scopes must be"),
        ({"name": "x", "bucket": 1}, "bucket must be"),
        ({"name": "x", "public_url": "nada"}, "public_url must be"),
    ],
)
async def test_a_wrong_world_is_explained(empty_shop: Any, document: dict[str, Any], words: str) -> None:
    answer = await empty_shop.door("POST", "", document)
    assert answer.status == 400
    assert words in answer.body["error"]


async def test_unknown_worlds_stores_and_products_are_404(shop: Any) -> None:
    for path in ("/nada/statistics", "/demo/stores/1/settings", f"/demo/stores/{shop.store['id']}/nada"):
        answer = await shop.door("GET", path)
        assert answer.status == 404, path
        assert answer.body["error"]
    missing = await shop.door("PATCH", f"/demo/stores/{shop.store['id']}/products/1", {"name": "x"})
    assert missing.status == 404


@pytest.mark.parametrize(
    ("path", "document", "words"),
    [
        ("/faults", {"call": "PUT /nada", "what": "cut"}, "unknown call"),
        ("/faults", {"call": "*", "what": "explode"}, "unknown fault"),
        ("/faults", {"call": "*", "what": "status"}, "needs"),
        ("/faults", {"call": "*", "what": "slow"}, "needs"),
        ("/webhooks/faults", {"what": "explode"}, "unknown fault"),
        ("/stores", {"products": "many"}, "products must be"),
        ("/stores/30118/products", {"nome": "x"}, "unknown key"),
        ("/stores/30118/products", {"price": "1"}, "price: invalid_format"),
        ("/stores/30118/products", {"stock": "x"}, "stock must be"),
    ],
)
async def test_wrong_orders_are_explained(shop: Any, path: str, document: dict[str, Any], words: str) -> None:
    answer = await shop.door("POST", f"/demo{path}", document)
    assert answer.status == 400
    assert words in answer.body["error"]


async def test_the_app_and_the_bucket_are_changed_later(shop: Any) -> None:
    app = {"redirect_uri": "http://127.0.0.1:5/cb", "home_url": "http://127.0.0.1:5/"}
    answer = await shop.door("PATCH", "/demo", {"app": app, "bucket": True})
    assert (answer.body["redirect_uri"], answer.body["bucket"]) == ("http://127.0.0.1:5/cb", True)


async def test_a_store_is_added_with_its_log_in(shop: Any) -> None:
    answer = await shop.door("POST", "/demo/stores", {"name": "Nova", "products": 3, "installed": True})
    assert (answer.status, answer.body["name"], answer.body["products"]) == (201, "Nova", 3)
    assert {"email", "password", "access_token"} <= set(answer.body)


async def test_products_are_made_from_partial_json_and_listed_whole(shop: Any) -> None:
    path = f"/demo/stores/{shop.store['id']}/products"
    images = [{"source_url": "https://imagens.exemplo.com.br/1.jpg"}]
    made = (await shop.door("POST", path, {"name": "X", "stock": 4.5, "images": images})).body
    assert schemas.problems("webstore/Product", made) == []
    assert (made["stock"]["quantity"], len(made["images"])) == (4.5, 1)
    await shop.door("POST", path, {})
    listed = (await shop.door("GET", f"{path}?offset=1&limit=5")).body
    assert (listed["total"], len(listed["products"])) == (2, 1)


async def test_the_merchant_changes_a_product_in_the_shop(shop: Any) -> None:
    product = (await shop.put("A")).body["id"]
    path = f"/demo/stores/{shop.store['id']}/products/{product}"
    changed = (await shop.door("PATCH", path, {"price": "12.00", "stock": 3})).body
    assert (changed["price"], changed["version"], changed["stock"]["quantity"]) == ("12.00", 2, 3)
    assert (await shop.door("PATCH", path, {"deleted": True})).body["deleted"] is True
    assert (await shop.put("A")).code == "product_deleted"


async def test_seeded_products_fit_the_schema(empty_shop: Any) -> None:
    await empty_shop.create(stores=[{"products": 120, "installed": True}], bucket=False)
    answer = await empty_shop.call("GET", "/products?per_page=200", shape="Product")
    assert len(answer.body) == 120
    assert any(product["variants"] for product in answer.body)


async def test_settings_show_secrets_only_when_asked(shop: Any) -> None:
    await shop.call("PATCH", "/apps/erp/settings", {"stock_webhook_url": "https://conector.example/e/segredo"})
    path = f"/demo/stores/{shop.store['id']}/settings"
    assert (await shop.door("GET", path)).body["stock_webhook_url"] == "https://conector.example/····"
    shown = (await shop.door("GET", f"{path}?secrets=1")).body
    assert shown["stock_webhook_url"] == "https://conector.example/e/segredo"


async def test_attempts_are_listed_by_store(shop: Any, receiver: Any) -> None:
    await shop.call("POST", "/webhooks", {"url": receiver.url, "events": ["product.created"]})
    await shop.put("A")
    await shop.door("POST", "/demo/webhooks/flush")
    (line,) = (await shop.door("GET", f"/demo/stores/{shop.store['id']}/deliveries")).body
    assert (line["event"], line["status"], line["url"]) == ("product.created", "delivered", receiver.url)
