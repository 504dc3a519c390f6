"""Codes, tokens, scopes, stores (§3, 5)."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

AGENT = {"User-Agent": "tests (a@exemplo.com.br)"}


async def log_in(shop: Any, store: int = 0) -> None:
    about = shop.world["stores"][store]
    page = await shop.send("GET", f"{shop.base}/painel/entrar")
    csrf = page.body.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"csrf": csrf, "email": about["email"], "password": about["password"], "back": ""}
    answer = await shop.send("POST", f"{shop.base}/painel/entrar", data=form, allow_redirects=False)
    assert answer.status == 303


async def install(shop: Any, store: int = 0, state: str = "s1") -> dict[str, str]:
    """Press *Instalar*; the query that the browser carries to the app."""
    await log_in(shop, store)
    address = f"{shop.base}/painel/{shop.world['stores'][store]['id']}/aplicativos/erp/instalar?state={state}"
    answer = await shop.send("GET", address, allow_redirects=False)
    assert answer.status == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {key: values[0] for key, values in query.items()}


def token_request(shop: Any, code: str) -> dict[str, Any]:
    world = shop.world
    return {
        "grant_type": "authorization_code",
        "client_id": world["app_id"],
        "client_secret": world["client_secret"],
        "code": code,
    }


async def exchange(shop: Any, document: dict[str, Any], *, shape: str = "OAuthError") -> Any:
    return await shop.send("POST", f"{shop.base}/oauth/token", json=document, headers=AGENT, shape=shape)


async def test_installing_gives_a_code_and_the_code_gives_a_token(shop: Any) -> None:
    query = await install(shop)
    assert query["state"] == "s1"
    assert query["store_id"] == str(shop.store["id"])
    assert query["api_url"] == f"{shop.base}/api/v1"
    token = await exchange(shop, token_request(shop, query["code"]), shape="Token")
    assert token.status == 200
    assert token.body["store_id"] == shop.store["id"]
    headers = AGENT | {"Authorization": f"Bearer {token.body['access_token']}"}
    answer = await shop.send(
        "GET", f"{token.body['api_url']}/stores/{token.body['store_id']}", headers=headers, shape="Store"
    )
    assert answer.status == 200


async def test_a_form_is_taken_as_well_as_json(shop: Any) -> None:
    query = await install(shop)
    form = {key: str(value) for key, value in token_request(shop, query["code"]).items()}
    answer = await shop.send("POST", f"{shop.base}/oauth/token", data=form, headers=AGENT, shape="Token")
    assert answer.status == 200


async def test_a_code_works_once(shop: Any) -> None:
    query = await install(shop)
    await exchange(shop, token_request(shop, query["code"]), shape="Token")
    again = await exchange(shop, token_request(shop, query["code"]))
    assert (again.status, again.body["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("seconds", "status"), [(300, 200), (301, 400)])
async def test_a_code_lives_300_seconds(shop: Any, seconds: int, status: int) -> None:
    query = await install(shop)
    await shop.advance(seconds=seconds)
    answer = await exchange(shop, token_request(shop, query["code"]), shape="Token" if status == 200 else "OAuthError")
    assert answer.status == status


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": 1}, 401, "invalid_client"),
        ({"code": ""}, 400, "invalid_request"),
        ({"code": "unknown"}, 400, "invalid_grant"),
    ],
)
async def test_refusals_of_the_token_call_use_the_oauth_form(
    shop: Any, changes: dict[str, Any], status: int, error: str
) -> None:
    answer = await exchange(shop, token_request(shop, "x") | changes)
    assert (answer.status, answer.body["error"]) == (status, error)


async def test_a_new_install_revokes_the_old_token(shop: Any) -> None:
    query = await install(shop)
    await exchange(shop, token_request(shop, query["code"]), shape="Token")
    answer = await shop.call("GET", "")
    assert (answer.status, answer.code) == (401, "token_revoked")


async def test_a_missing_or_unknown_token_is_401(shop: Any) -> None:
    url = f"{shop.base}/api/v1/stores/{shop.store['id']}"
    assert (await shop.send("GET", url, headers=AGENT)).code == "missing_token"
    wrong = AGENT | {"Authorization": "Bearer nope"}
    assert (await shop.send("GET", url, headers=wrong)).code == "invalid_token"


async def test_the_user_agent_is_required(shop: Any) -> None:
    answer = await shop.call("GET", "", headers={"User-Agent": ""})
    assert (answer.status, answer.code) == (400, "missing_user_agent")


async def test_a_token_opens_its_own_store_only(shop: Any) -> None:
    other = shop.world["stores"][1]["access_token"]
    answer = await shop.call("GET", "/products", headers={"Authorization": f"Bearer {other}"})
    assert (answer.status, answer.code) == (403, "wrong_store")


async def test_another_stores_product_under_the_right_path_is_404(shop: Any) -> None:
    product = (await shop.put("A")).body["id"]
    answer = await shop.call("GET", f"/products/{product}", store=1)
    assert (answer.status, answer.code) == (404, "not_found")


async def test_two_stores_may_have_the_same_code(shop: Any) -> None:
    first = await shop.put("A")
    second = await shop.call("PUT", "/products/by-code/A", {"name": "B", "price": "1.00"}, store=1)
    assert second.status == 201
    assert first.body["id"] != second.body["id"]


async def test_a_suspended_store_is_read_only_and_a_closed_one_is_gone(shop: Any) -> None:
    path = f"/demo/stores/{shop.store['id']}"
    await shop.door("PATCH", path, {"status": "suspended"})
    assert (await shop.call("GET", "/products")).status == 200
    refused = await shop.put("A")
    assert (refused.status, refused.code) == (402, "store_suspended")
    await shop.door("PATCH", path, {"status": "closed"})
    gone = await shop.call("GET", "/products")
    assert (gone.status, gone.code) == (410, "store_closed")


async def test_a_missing_scope_is_named(empty_shop: Any) -> None:
    await empty_shop.create(app={"scopes": ["read_products"]})
    refused = await empty_shop.put("A")
    assert (refused.status, refused.code) == (403, "insufficient_scope")
    assert "write_products" in refused.body["error"]["details"][0]["message"]
    hook = {"url": "https://conector.example/w", "events": ["app.configured"]}
    assert (await empty_shop.call("POST", "/webhooks", hook)).code == "insufficient_scope"


async def test_installations_are_listed_for_the_app_without_tokens(shop: Any) -> None:
    pair = f"{shop.world['app_id']}:{shop.world['client_secret']}"
    basic = AGENT | {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    url = f"{shop.base}/api/v1/installations"
    answer = await shop.send("GET", url, headers=basic, shape="Installation")
    assert [line["store_id"] for line in answer.body] == [store["id"] for store in shop.world["stores"]]
    assert shop.store["access_token"] not in str(answer.body)
    wrong = AGENT | {"Authorization": "Basic " + base64.b64encode(b"901:wrong").decode()}
    assert (await shop.send("GET", url, headers=wrong)).status == 401


async def test_an_unknown_platform_is_404_in_the_error_shape(shop: Any) -> None:
    answer = await shop.send("GET", f"{shop.origin}/nada/api/v1/stores/1", headers=AGENT)
    assert (answer.status, answer.code) == (404, "not_found")
