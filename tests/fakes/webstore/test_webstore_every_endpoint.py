"""Each row of the contract's endpoint list (§6): its success, and each error that every row of its kind may answer."""

from __future__ import annotations

from typing import Any

import pytest

from fake_webstore.api.call import Endpoint
from fake_webstore.api.routes import ENDPOINTS
from fake_webstore.openapi import SHAPES

_INVOICE_KEY = "35260711222333000181550010000001231123456786"
# What each row takes, and the status of its success where that is not 200.
BODIES: dict[str, Any] = {
    "PATCH /apps/erp/settings": {"connection": "connected"},
    "PUT /products/by-code/{code}": {"name": "Caneca nova", "price": "12.00"},
    "PATCH /products/{id}": {"name": "Caneca verde"},
    "PUT /products/{id}/images": [{"source_url": "https://imagens.exemplo.com.br/a.jpg"}],
    "PUT /products/{id}/stock": {"quantity": 3},
    "PUT /products/{id}/variants/{variant_id}/stock": {"quantity": 3},
    "POST /stock/batch": {"items": [{"product_id": 1, "quantity": 1}]},
    "PUT /orders/{id}/status": {"status": "preparing"},
    "PUT /orders/{id}/shipment": {"tracking_code": "OY123456785BR"},
    "PUT /orders/{id}/invoice": {
        "number": 123,
        "series": 1,
        "access_key": _INVOICE_KEY,
        "issued_at": "2026-08-01T10:00:00-03:00",
        "amount": "10.00",
    },
    "PUT /orders/{id}/external-reference": {
        "system": "olist_erp",
        "id": "7",
        "number": "1",
        "imported_at": "2026-08-01T10:00:00-03:00",
    },
    "POST /webhooks": {"url": "https://app.exemplo.com.br/hook", "events": ["order.created"]},
}
CREATED = {"PUT /products/by-code/{code}": 201, "DELETE /products/{id}": 204, "POST /webhooks": 201}
CREATED["DELETE /webhooks/{id}"] = 204

ROWS = [pytest.param(each, id=each.name) for each in ENDPOINTS]
WRITES = [pytest.param(each, id=each.name) for each in ENDPOINTS if each.method != "GET"]
TAKING = [pytest.param(each, id=each.name) for each in ENDPOINTS if each.takes_body]
SCOPED = [pytest.param(each, id=each.name) for each in ENDPOINTS if each.scope]
ABOUT_ONE = [pytest.param(each, id=each.name) for each in ENDPOINTS if "{" in each.path]


class Rows:
    """A shop in which every row finds what it is about."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.places: dict[str, dict[str, int]] = {}

    async def fill(self) -> None:
        variants = [{"code": "P-M", "option_values": ["M"]}]
        parent = (await self.shop.put("P", options=["Tamanho"], variants=variants)).body
        mug, order = await self.shop.stocked("A", 5), await self.shop.order()
        hook = {"url": "https://app.exemplo.com.br/first", "events": ["order.created"]}
        webhook = (await self.shop.call("POST", "/webhooks", hook)).body["id"]
        self.places = {
            "products": {"id": mug},
            "variants": {"id": parent["id"], "variant_id": parent["variants"][0]["id"]},
            "orders": {"id": order["id"]},
            "webhooks": {"id": webhook},
        }

    def path(self, row: Endpoint, *, unknown: bool = False) -> str:
        kind = "variants" if "{variant_id}" in row.path else row.path.partition("/")[2].partition("/")[0]
        code = "NEW" if row.method == "PUT" else "nothing" if unknown else "A"
        known = {"code": code, **self.places.get(kind, {})}
        return row.path.format(
            **{name: "999" if unknown and name != "code" else value for name, value in known.items()}
        )

    async def call(self, row: Endpoint, *, unknown: bool = False, query: str = "", **options: Any) -> Any:
        body = options.pop("body", BODIES.get(row.name))
        return await self.shop.call(row.method, self.path(row, unknown=unknown) + query, body, **options)


@pytest.fixture
async def rows(shop: Any) -> Rows:
    one = Rows(shop)
    await one.fill()
    return one


def test_every_row_that_takes_a_body_has_one_here() -> None:
    assert set(BODIES) == {row.name for row in ENDPOINTS if row.takes_body}


@pytest.mark.parametrize("row", ROWS)
async def test_its_success(rows: Rows, row: Endpoint) -> None:
    answer = await rows.call(row, shape=SHAPES[row.name][1].strip("[]") or None)
    assert answer.status == CREATED.get(row.name, 200)
    if answer.status == 204:
        assert answer.body == ""
        assert (await rows.call(row)).status == 404
    elif SHAPES[row.name][1].startswith("["):
        assert isinstance(answer.body, list)
    for header in ("X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        assert answer.headers[header]


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"User-Agent": " "}, 400, "missing_user_agent"),
        ({"Authorization": ""}, 401, "missing_token"),
        ({"Authorization": "Bearer nobody"}, 401, "invalid_token"),
        ({"Authorization": "Basic YTpi"}, 401, "invalid_token"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
async def test_whose_call_it_is_must_be_known(
    rows: Rows, row: Endpoint, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await rows.call(row, headers=headers)
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("row", ROWS)
async def test_a_revoked_token(rows: Rows, row: Endpoint) -> None:
    merchant = rows.shop.merchant()
    await merchant.log_in()
    await merchant.post("/aplicativos/erp/desinstalar", {})
    answer = await rows.call(row)
    assert (answer.status, answer.code) == (401, "token_revoked")


@pytest.mark.parametrize("row", ROWS)
async def test_another_stores_token(rows: Rows, row: Endpoint) -> None:
    other = rows.shop.world["stores"][1]["access_token"]
    answer = await rows.call(row, headers={"Authorization": f"Bearer {other}"})
    assert (answer.status, answer.code) == (403, "wrong_store")


@pytest.mark.parametrize("row", SCOPED)
async def test_a_missing_scope(empty_shop: Any, row: Endpoint) -> None:
    # A second store is installed without the scope; whether the resource exists is not looked at before.
    app = {"redirect_uri": "http://127.0.0.1:1/callback", "home_url": "http://127.0.0.1:1/home"}
    others = ["read_products", "write_products", "read_orders", "write_orders", "app_settings"]
    app["scopes"] = [scope for scope in others if scope != row.scope]  # type: ignore[assignment]
    await empty_shop.create(bucket=False, app=app)
    path = row.path.format(id=1, variant_id=2, code="A")
    answer = await empty_shop.call(row.method, path, BODIES.get(row.name))
    assert (answer.status, answer.code) == (403, "insufficient_scope")
    assert answer.body["error"]["details"][0]["message"].count(str(row.scope)) == 1


@pytest.mark.parametrize("row", ABOUT_ONE)
async def test_what_is_not_there(rows: Rows, row: Endpoint) -> None:
    answer = await rows.call(row, unknown=True)
    if row.name == "PUT /products/by-code/{code}":
        # An unknown code is created.
        assert answer.status == 201
    else:
        assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("row", ABOUT_ONE)
async def test_what_is_another_stores(rows: Rows, row: Endpoint) -> None:
    answer = await rows.call(row, store=1)
    if row.name == "PUT /products/by-code/{code}":
        assert answer.status == 201
    else:
        assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("row", ROWS)
async def test_a_suspended_store_is_read_and_not_written(rows: Rows, row: Endpoint) -> None:
    await rows.shop.door("PATCH", f"/demo/stores/{rows.shop.store['id']}", {"status": "suspended"})
    answer = await rows.call(row)
    if row.method == "GET":
        assert answer.status == 200
    else:
        assert (answer.status, answer.code) == (402, "store_suspended")


@pytest.mark.parametrize("row", ROWS)
async def test_a_closed_store_is_gone(rows: Rows, row: Endpoint) -> None:
    await rows.shop.door("PATCH", f"/demo/stores/{rows.shop.store['id']}", {"status": "closed"})
    answer = await rows.call(row)
    assert (answer.status, answer.code) == (410, "store_closed")


@pytest.mark.parametrize("row", ROWS)
async def test_a_query_key_that_nobody_knows(rows: Rows, row: Endpoint) -> None:
    answer = await rows.call(row, query="?cor=azul")
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert answer.details == {("cor", "unknown_parameter")}


@pytest.mark.parametrize("row", TAKING)
@pytest.mark.parametrize(
    ("raw", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_json"),
        (b"", "application/json", 400, "malformed_json"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b" " * (2 * 2**20 + 1), "application/json", 413, "payload_too_large"),
        (b"[]1", "application/json", 400, "malformed_json"),
        (b'"text"', "application/json", 422, "validation_failed"),
    ],
    ids=["cut", "empty", "plain", "large", "two", "text"],
)
async def test_a_body_that_is_none(
    rows: Rows, row: Endpoint, raw: bytes, content_type: str, status: int, code: str
) -> None:
    answer = await rows.call(row, body=None, data=raw, headers={"Content-Type": content_type})
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("row", TAKING)
async def test_a_field_that_nobody_knows(rows: Rows, row: Endpoint) -> None:
    body = BODIES[row.name]
    wrong = [{**body[0], "cor": "azul"}] if isinstance(body, list) else {**body, "cor": "azul"}
    answer = await rows.call(row, body=wrong)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [code for _, code in answer.details] == ["unknown_field"]
    assert [str(field).rpartition(".")[2] for field, _ in answer.details] == ["cor"]


@pytest.mark.parametrize("row", WRITES)
async def test_what_was_refused_has_changed_nothing(rows: Rows, row: Endpoint) -> None:
    async def everything() -> list[Any]:
        paths = ("/apps/erp/settings", "/products", "/orders", "/categories", "/webhooks")
        return [(await rows.shop.call("GET", path)).body for path in paths]

    before = await everything()
    for options in ({"query": "?cor=azul"}, {"headers": {"Authorization": "Bearer nobody"}}):
        assert (await rows.call(row, **options)).status in (401, 422)
    assert await everything() == before


@pytest.mark.parametrize("row", ROWS)
async def test_a_full_bucket(empty_shop: Any, row: Endpoint) -> None:
    await empty_shop.create()
    for _ in range(40):
        await empty_shop.call("GET", "")
    path = row.path.format(id=1, variant_id=2, code="A")
    answer = await empty_shop.call(row.method, path, BODIES.get(row.name))
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("row", ROWS)
async def test_trouble_of_the_platform_itself(rows: Rows, row: Endpoint) -> None:
    for what, status in (("maintenance", 503), ("html_502", 502)):
        fault = {"call": row.name, "what": what}
        assert (await rows.shop.door("POST", "/demo/faults", fault)).status == 201
        assert (await rows.call(row)).status == status
    fault = {"call": row.name, "what": "status", "with": {"status": 500}}
    await rows.shop.door("POST", "/demo/faults", fault)
    answer = await rows.call(row)
    assert (answer.status, answer.code) == (500, "internal_error")


@pytest.mark.parametrize("row", TAKING)
async def test_a_body_that_is_not_encoded_as_it_says(rows: Rows, row: Endpoint) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await rows.call(row, body=None, data=b"{}", headers=headers, skip_auto_headers=("Content-Encoding",))
    assert (answer.status, answer.code) == (400, "bad_request")
