"""What the ERP's answers mean for us: every code of the table and every odd shape (erp-transport §3, erp-observed)."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.errors import (
    AccountBlocked,
    ConnectorError,
    ContractBroken,
    Doubtful,
    Final,
    QuotaUsedUp,
    Refused,
    Throttled,
    Transient,
)
from connector.core.reasons import Reason
from connector.wire import erp
from connector.wire.exchange import Response

BLOCK = "API Bloqueada - Excedido o número de acessos a API, aguarde alguns minutos e tente novamente"


def answer(body: bytes | dict[str, Any], status: int = 200, **headers: str) -> Response:
    raw = body if isinstance(body, bytes) else orjson.dumps({"retorno": body})
    return Response(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}, body=raw)


def refusal(code: Any = None, text: str = "motivo", **more: Any) -> dict[str, Any]:
    return {"status_processamento": 2, "status": "Erro", "codigo_erro": code, "erros": [{"erro": text}], **more}


def failure(response: Response) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        erp.decipher(response)
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (1, AccountBlocked, Reason.TOKEN_MISSING),
        (2, AccountBlocked, Reason.TOKEN_REJECTED),
        (3, ContractBroken, Reason.ERP_CONTRACT),
        (4, ContractBroken, Reason.ERP_CONTRACT),
        (5, AccountBlocked, Reason.API_BLOCKED),
        (6, QuotaUsedUp, Reason.ERP_BUSY),
        (7, AccountBlocked, Reason.STORAGE_FULL),
        (8, AccountBlocked, Reason.COMPANY_BLOCKED),
        (9, ContractBroken, Reason.ERP_CONTRACT),
        (10, ContractBroken, Reason.ERP_CONTRACT),
        (11, Throttled, Reason.ERP_BUSY),
        (21, Final, Reason.ERP_REFUSED),
        (22, ContractBroken, Reason.ERP_CONTRACT),
        (30, Refused, Reason.ERP_REFUSED),
        (31, Refused, Reason.ERP_REFUSED),
        (33, Final, Reason.ERP_REFUSED),
        (34, Final, Reason.ERP_REFUSED),
        (35, Transient, Reason.ERP_TROUBLE),
        (99, Throttled, Reason.ERP_BUSY),
        (77, Final, Reason.ERP_REFUSED),
    ],
)
@pytest.mark.parametrize("typing", [int, str, " {} ".format], ids=["number", "text", "blanks"])
def test_a_code_calls_for_what_happens_next(code, kind, reason, typing):
    error = failure(answer(refusal(typing(code))))
    assert (type(error), error.reason) == (kind, reason)
    assert "motivo" in error.detail


@pytest.mark.parametrize("code", [20, 23, 32, "20", "32"])
def test_nothing_found_is_a_result(code):
    assert erp.decipher(answer(refusal(code))) is None


@pytest.mark.parametrize(("code", "seconds"), [(6, 60), (11, 3), (99, 300)])
def test_a_limit_says_how_long_to_wait(code, seconds):
    error = failure(answer(refusal(code)))
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


@pytest.mark.parametrize("code", [5, 6])
def test_a_limit_of_zero_calls_is_a_plan_without_api(code):
    error = failure(answer(refusal(code), x_limit_api="0"))
    assert (type(error), error.reason) == (AccountBlocked, Reason.PLAN_WITHOUT_API)


@pytest.mark.parametrize("status", ["OK", "ok", "Ok ", " oK"])
def test_ok_is_ok_in_any_case(status):
    content = {"status_processamento": "2", "status": status, "conta": {}}
    assert erp.decipher(answer(content)) == content


@pytest.mark.parametrize("status", ["Erro", "Erros", "ERRO", "Parcial", "", None, 3])
def test_what_is_not_ok_has_failed(status):
    assert isinstance(failure(answer({**refusal(2), "status": status})), AccountBlocked)


def test_an_answer_without_status_has_failed():
    assert isinstance(failure(answer({"produto": {"id": 1}})), Transient)


@pytest.mark.parametrize(
    "errors",
    [
        [{"erro": "motivo"}],
        {"erro": "motivo"},
        "motivo",
        ["motivo"],
        [{"erro": "motivo", "campo": "id"}, {"erro": "b"}],
    ],
    ids=["list", "object", "text", "list-of-texts", "two"],
)
def test_the_message_is_found_in_every_form_of_the_errors(errors):
    error = failure(answer(refusal(31, erros=errors)))
    assert (error.detail, isinstance(error, Refused) and error.code) == ("31: motivo", "31")


@pytest.mark.parametrize("errors", [None, [], {}, "", [None], [{}], [{"erro": None}], 7, [[]]])
def test_errors_that_say_nothing_leave_the_code(errors):
    assert isinstance(failure(answer(refusal(2, erros=errors))), AccountBlocked)


@pytest.mark.parametrize("code", [None, "", 0, "0", "abc", -1, []])
def test_a_refusal_without_code_is_tried_again(code):
    assert type(failure(answer(refusal(code)))) is Transient


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (BLOCK, QuotaUsedUp),
        ("API Bloqueada - Excedido o número de acessos a API", QuotaUsedUp),
        ("token invalido", AccountBlocked),
        ("Token inválido", AccountBlocked),
        ("Sistema em manutenção", Throttled),
    ],
)
def test_a_text_stands_for_a_code_that_is_missing(text, kind):
    assert type(failure(answer(refusal(None, text)))) is kind


@pytest.mark.parametrize(
    "text",
    [
        "A Consulta não retornou registros",
        "A consulta nao retornou registros",
        "A página que você está tentando obter não existe",
    ],
)
def test_nothing_found_is_known_by_its_text_too(text):
    assert erp.decipher(answer(refusal(None, text))) is None


def test_a_code_counts_for_more_than_its_text():
    assert isinstance(failure(answer(refusal(35, BLOCK))), Transient)
    assert not isinstance(failure(answer(refusal(35, BLOCK))), Throttled)


def test_a_mark_of_byte_order_is_passed_over():
    assert erp.decipher(answer(b'\xef\xbb\xbf \n{"retorno":{"status":"OK"}}\n')) == {"status": "OK"}


@pytest.mark.parametrize("status", [200, 500, 502, 504])
@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Bad gateway</body></html>",
        b"",
        b" \n",
        b'{"retorno":{"status":"OK"',
        b"\xff\xfe",
        b"<?xml version='1.0'?>",
    ],
    ids=["html", "empty", "blank", "cut", "not-utf8", "xml"],
)
def test_a_body_that_is_no_json_is_passing_trouble(status, body):
    assert type(failure(answer(body, status))) is Transient


@pytest.mark.parametrize(
    ("status", "kind", "reason"), [(429, Throttled, Reason.ERP_BUSY), (503, Transient, Reason.ERP_TROUBLE)]
)
def test_a_guards_refusal_is_waited_out(status, kind, reason):
    error = failure(answer(b"slow down", status))
    assert isinstance(error, Transient)
    assert (type(error), error.reason, error.retry_after) == (kind, reason, 60)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, ContractBroken), (429, Throttled), (503, Doubtful), (502, Doubtful), (200, Doubtful)]
)
def test_a_write_is_in_doubt_unless_a_guard_has_kept_it_out(status, kind):
    with pytest.raises(ConnectorError) as caught:
        erp.decipher_write(answer(b"<html></html>", status))
    assert type(caught.value) is kind


def test_a_gateways_json_is_passing_trouble():
    assert type(failure(answer(b'{"message":"Endpoint request timed out"}', 504))) is Transient


def test_a_good_answer_is_good_whatever_its_http_status():
    assert erp.decipher(answer({"status": "OK"}, 500)) == {"status": "OK"}


@pytest.mark.parametrize("body", [b"File not found.", b"", b"<html></html>"])
def test_404_is_a_wrong_service_name(body):
    assert isinstance(failure(answer(body, 404)), ContractBroken)


@pytest.mark.parametrize("head", [b"", b'<?xml version="1.0" encoding="UTF-8"?>\n'])
def test_xml_is_a_fault_of_our_request(head):
    body = head + b"<retorno><status>Erro</status><codigo_erro>20</codigo_erro></retorno>"
    assert isinstance(failure(answer(body)), ContractBroken)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b"3", b'"OK"', b'{"retorno":[]}', b'{"retorno":"OK"}'])
def test_json_without_the_envelope_is_no_contract_that_we_know(body):
    assert isinstance(failure(answer(body)), ContractBroken)


@pytest.mark.parametrize(
    ("told", "limit"), [("60", 60), (" 20 ", 20), ("0", 0), ("", None), ("many", None), ("6.5", None)]
)
def test_the_limit_is_learned_from_the_header(told, limit):
    assert erp.calls_per_minute(answer({}, x_limit_api=told)) == limit


def test_without_the_header_the_limit_stays_unknown():
    assert erp.calls_per_minute(answer({})) is None


@settings(max_examples=30)
@given(st.integers(200, 599), st.binary(max_size=20) | st.sampled_from([b"[]", b"0", b'{"retorno":null}', b"<html>"]))
def test_no_body_makes_it_fail_in_another_way(status, body):
    assert isinstance(failure(answer(body, status)), ConnectorError)


odd = st.sampled_from([None, "", 0, 6, "6", 1.5, True, [], {}, [6], [None], [[]], {"erro": []}, [{"erro": {}}], "x"])


@settings(max_examples=40)
@given(odd, odd, odd)
def test_no_envelope_makes_it_fail_in_another_way(status, code, errors):
    with pytest.raises(ConnectorError):
        erp.decipher(answer({"status": status, "codigo_erro": code, "erros": errors}))


@pytest.mark.parametrize(("code", "page"), [(20, 1), (23, 1), (23, 2), (32, 2)])
def test_the_end_of_a_list_is_no_trouble(code, page):
    assert erp.decipher_page(answer(refusal(code)), page) is None


def test_no_records_in_the_middle_of_a_list_is_trouble_and_not_its_end():
    with pytest.raises(Transient) as caught:
        erp.decipher_page(answer(refusal(20)), 2)
    assert "page 2" in caught.value.detail
