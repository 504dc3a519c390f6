"""Requests byte for byte, and where their secrets stand (erp-transport §2, webstore-api §3, §7.1)."""

from urllib.parse import parse_qsl, unquote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.wire import erp, webstore
from connector.wire.exchange import Response

TOKEN = "token-de-teste-0123456789"


def test_an_erp_call_is_a_form_with_nothing_but_the_path_in_its_address():
    request = erp.request("produto.obter.php", TOKEN, id="700100")
    assert (request.method, request.path) == ("POST", "produto.obter.php")
    assert request.headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert request.body == f"token={TOKEN}&formato=JSON&id=700100".encode()


@settings(max_examples=50)
@given(st.text())
def test_an_erp_forms_values_arrive_as_they_were(value):
    request = erp.request("produtos.pesquisa.php", TOKEN, pesquisa=value)
    fields = dict(parse_qsl((request.body or b"").decode("ascii"), keep_blank_values=True))
    assert fields == {"token": TOKEN, "formato": "JSON", "pesquisa": value}


@pytest.mark.parametrize(
    "request_",
    [
        erp.request("info.php", TOKEN),
        webstore.request("GET", "/apps/erp/settings", TOKEN, name="/apps/erp/settings"),
        webstore.request("PATCH", "/apps/erp/settings", TOKEN, {"message": None}, name="/apps/erp/settings"),
        webstore.token_request(7, TOKEN, "codigo"),
    ],
    ids=lambda request: request.name,
)
def test_a_secret_stands_neither_in_the_address_nor_in_what_is_logged(request_):
    assert TOKEN not in request_.path
    assert TOKEN not in request_.name
    assert TOKEN not in repr(request_)


def test_an_answers_body_is_not_logged():
    assert "segredo" not in repr(Response(status=200, headers={}, body=b"segredo"))


def test_a_shop_call_carries_its_token_in_the_header():
    request = webstore.request("GET", "/products?since_id=0", TOKEN, name="/products")
    assert (request.name, request.method, request.path) == ("GET /products", "GET", "/products?since_id=0")
    assert (request.body, request.units) == (None, 1)
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "@" in request.headers["User-Agent"]
    assert "Content-Type" not in request.headers


def test_a_shop_document_is_json_in_utf8():
    request = webstore.request("PUT", "/x", TOKEN, {"name": "Café", "gtin": None}, name="/x", units=5)
    assert request.body == '{"name":"Café","gtin":null}'.encode()
    assert request.headers["Content-Type"] == "application/json"
    assert request.units == 5


@pytest.mark.parametrize("document", [{}, [], 0])
def test_an_empty_document_is_a_document(document):
    assert webstore.request("PUT", "/x", TOKEN, document, name="/x").body == orjson.dumps(document)


@pytest.mark.parametrize(
    ("code", "segment"),
    [
        ("CAM-001_a.b~c", "CAM-001_a.b~c"),
        ("A/B", "A%2FB"),
        ("A B+C", "A%20B%2BC"),
        ("CAFÉ?#", "CAF%C3%89%3F%23"),
        ("50%", "50%25"),
    ],
)
def test_a_product_code_is_one_segment_of_the_path(code, segment):
    assert webstore.code_in_path(code) == segment


@settings(max_examples=50)
@given(st.text(min_size=1))
def test_any_code_comes_back_from_the_path(code):
    segment = webstore.code_in_path(code)
    assert unquote(segment) == code
    assert not set("/?# &+") & set(segment)


def test_the_code_is_exchanged_in_a_form():
    request = webstore.token_request(7, "a&b", "c=d")
    assert (request.method, request.path) == ("POST", "/oauth/token")
    assert request.body == b"grant_type=authorization_code&client_id=7&client_secret=a%26b&code=c%3Dd"
