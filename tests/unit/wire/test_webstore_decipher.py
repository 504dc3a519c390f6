"""What the shop's answers mean for us: every row of the table (webstore-api §12, §13)."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.errors import AccountBlocked, ConnectorError, ContractBroken, Refused, Throttled, Transient
from connector.core.reasons import Reason
from connector.wire import webstore
from connector.wire.exchange import Response


def answer(status: int, code: str | None = None, body: bytes | None = None, **headers: str) -> Response:
    error = {"code": code, "message": "…", "details": [{"field": "gtin", "code": "x", "message": "Bad."}]}
    raw = body if body is not None else orjson.dumps({"error": error}) if code else b""
    return Response(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}, body=raw)


def failure(response: Response) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        webstore.decipher(response)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason"),
    [
        (400, "malformed_json", ContractBroken, Reason.SHOP_CONTRACT),
        (400, "missing_user_agent", ContractBroken, Reason.SHOP_CONTRACT),
        (400, "bad_request", ContractBroken, Reason.SHOP_CONTRACT),
        (401, "missing_token", AccountBlocked, Reason.SHOP_TOKEN_REVOKED),
        (401, "invalid_token", AccountBlocked, Reason.SHOP_TOKEN_REVOKED),
        (401, "token_revoked", AccountBlocked, Reason.SHOP_TOKEN_REVOKED),
        (402, "store_suspended", AccountBlocked, Reason.SHOP_SUSPENDED),
        (403, "insufficient_scope", AccountBlocked, Reason.SHOP_FORBIDDEN),
        (403, "wrong_store", AccountBlocked, Reason.SHOP_FORBIDDEN),
        (404, "not_found", Refused, Reason.SHOP_REFUSED),
        (405, "method_not_allowed", ContractBroken, Reason.SHOP_CONTRACT),
        (409, "product_deleted", Refused, Reason.SHOP_REFUSED),
        (409, "code_is_variant", Refused, Reason.SHOP_REFUSED),
        (409, "duplicate_webhook", Refused, Reason.SHOP_REFUSED),
        (410, "store_closed", AccountBlocked, Reason.SHOP_CLOSED),
        (413, "payload_too_large", Refused, Reason.SHOP_REFUSED),
        (415, "unsupported_media_type", ContractBroken, Reason.SHOP_CONTRACT),
        (422, "validation_failed", Refused, Reason.SHOP_REFUSED),
        (429, "rate_limited", Throttled, Reason.SHOP_BUSY),
        (500, "internal_error", Transient, Reason.SHOP_TROUBLE),
        (502, None, Transient, Reason.SHOP_TROUBLE),
        (503, "maintenance", Transient, Reason.SHOP_TROUBLE),
        (504, None, Transient, Reason.SHOP_TROUBLE),
        (524, None, Transient, Reason.SHOP_TROUBLE),
    ],
)
def test_a_status_calls_for_what_happens_next(status, code, kind, reason):
    error = failure(answer(status, code))
    assert (type(error), error.reason) == (kind, reason)


@pytest.mark.parametrize("code", ["product_deleted", "code_is_variant", "product_has_variants", "order_closed"])
def test_a_conflict_is_known_by_its_code(code):
    error = failure(answer(409, code))
    assert isinstance(error, Refused)
    assert (error.code, error.detail) == (code, f"{code}: gtin: Bad.")


@pytest.mark.parametrize("status", [401, 402, 403, 410])
def test_a_block_is_known_by_its_status_even_without_a_body(status):
    assert isinstance(failure(answer(status, body=b"<html></html>")), AccountBlocked)


@pytest.mark.parametrize("status", [301, 404, 409, 422, 418])
def test_a_refusal_without_its_code_fits_no_contract(status):
    assert isinstance(failure(answer(status, body=b"<html></html>")), ContractBroken)


@pytest.mark.parametrize(("told", "seconds"), [("7", 7), ("0", 1), ("", 1), ("soon", 1), ("²", 1)])
def test_too_many_calls_wait_as_told_and_at_least_a_second(told, seconds):
    error = failure(answer(429, "rate_limited", retry_after=told))
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


@pytest.mark.parametrize(("told", "seconds"), [("120", 120), ("", None)])
def test_maintenance_waits_as_told(told, seconds):
    error = failure(answer(503, "maintenance", retry_after=told))
    assert isinstance(error, Transient)
    assert error.retry_after == seconds


def test_a_good_answer_is_its_document():
    assert webstore.decipher(answer(200, body=b"[]")) == []
    assert webstore.decipher(answer(201, body=b'{"id":1}')) == {"id": 1}


def test_204_has_no_document():
    assert webstore.decipher(answer(204)) is None


@pytest.mark.parametrize("body", [b"", b"<html></html>", b'{"id":', b"null"])
def test_a_good_status_without_a_document_fits_no_contract(body):
    assert isinstance(failure(answer(200, body=body)), ContractBroken)


@pytest.mark.parametrize(
    ("document", "code", "detail"),
    [
        ({"error": {"code": "not_found", "details": []}}, "not_found", ""),
        (
            {"error": {"code": "x", "details": [{"field": "a", "message": "b"}, {"field": "c", "message": "d"}]}},
            "x",
            "a: b; c: d",
        ),
        ({"error": {"code": "x", "details": None}}, "x", ""),
        ({"error": {"code": "x", "details": {"field": "a"}}}, "x", ""),
        ({"error": {"code": "x", "details": ["a", None]}}, "x", ""),
        ({"error": {"code": None}}, "", ""),
        ({"error": "invalid_grant", "error_description": "used"}, "invalid_grant", ""),
        ({}, "", ""),
        (None, "", ""),
        ([], "", ""),
    ],
)
def test_an_errors_code_and_details_are_read(document, code, detail):
    assert webstore.error_of(document) == (code, detail)


def test_a_long_list_of_details_is_cut():
    details = [{"field": f"variants[{n}].gtin", "message": "Bad."} for n in range(200)]
    assert len(webstore.error_of({"error": {"code": "x", "details": details}})[1]) == 300


@pytest.mark.parametrize(("told", "units"), [("39", 39), ("0", 0), ("", None), ("-1", None), ("²", None)])
def test_the_free_units_are_read(told, units):
    assert webstore.remaining(answer(200, x_ratelimit_remaining=told)) == units


def test_without_the_header_the_free_units_are_unknown():
    assert webstore.remaining(answer(200)) is None


odd = st.sampled_from([None, "", 0, True, [], {}, ["x"], [None], [{}], {"code": None}, "x"])


@settings(max_examples=40)
@given(st.integers(300, 599), odd, odd, odd)
def test_no_error_makes_it_fail_in_another_way(status, error, code, details):
    for body in (error, {"error": error}, {"error": {"code": code, "details": details}}):
        assert isinstance(failure(answer(status, body=orjson.dumps(body))), ConnectorError)
