"""ERP transport: requests, the envelope, and what its error codes mean for us (erp-transport, erp-observed)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

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
from connector.wire.exchange import Request, Response

# Contract, transport, section 3.4: a list with nothing in it, a page past the end, no such record.
_NO_RECORDS = 20
_NOTHING = {_NO_RECORDS, 23, 32}

# Contract, transport, section 3.4. Codes 5 and 8 stop the account, 6 and 11 are the two limits.
_BLOCKED = {
    1: Reason.TOKEN_MISSING,
    2: Reason.TOKEN_REJECTED,
    5: Reason.API_BLOCKED,
    7: Reason.STORAGE_FULL,
    8: Reason.COMPANY_BLOCKED,
}
_QUOTA = 6  # too many calls in the last minute
_WAITS = {
    11: 3.0,  # too many calls at once
    99: 300.0,  # maintenance
}
_PASSING = {35}  # unexpected error, try again later

# Contract, transport, section 3.5: what stands for a code that did not come; endings vary.
_TEXTS = {
    "token inv": 2,
    "api bloqueada": 6,
    "retornou registros": 20,
    "tentando obter": 23,
    "manuten": 99,
}
_OURS = {3, 4, 9, 10, 22}  # malformed or incomplete: our request is wrong


def request(service: str, token: str, **parameters: str) -> Request:
    """A call in the documented form: everything in the form body, nothing but the path in the address."""
    fields = {"token": token, "formato": "JSON", **parameters}
    return Request(
        name=service,
        method="POST",
        path=service,
        body=urlencode(fields).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )


def calls_per_minute(response: Response) -> int | None:
    """The account's limit, from `x-limit-api`; None where the answer does not say."""
    text = response.headers.get("x-limit-api", "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def decipher(response: Response) -> Mapping[str, Any] | None:
    """The content of a good answer; None for "nothing found". Raises what the failure calls for."""
    content = _content(response)
    if str(content.get("status", "")).strip().lower() == "ok":
        return content
    code = _code(content)
    if code in _NOTHING:
        return None
    raise _failure(code, _text(content), calls_per_minute(response))


def decipher_page(response: Response, page: int) -> Mapping[str, Any] | None:
    """The same for a page of a list: "no records" behind the first one is trouble, and not the end (code 23)."""
    content = decipher(response)
    if content is None and page > 1 and _code(_content(response)) == _NO_RECORDS:
        raise Transient(Reason.ERP_TROUBLE, f"page {page} of a list without records")
    return content


def decipher_write(response: Response) -> Mapping[str, Any]:
    """The content of an answer to a write, also of one whose record failed. What the answer leaves open is Doubtful.

    An outer error may come without code and reasons, which are then in the record (erp-transport §3.6).
    """
    try:
        content = _content(response)
    except (Transient, ContractBroken) as error:
        # A wrong service name, or too much: nothing was done.
        if response.status in (404, 429):
            raise
        raise Doubtful(Reason.ORDER_IN_DOUBT, error.detail) from error
    if "registros" in content:
        return content
    if str(content.get("status", "")).strip().lower() == "ok":
        raise Doubtful(Reason.ORDER_IN_DOUBT, "OK without registros")
    failure = _failure(_code(content), _text(content), calls_per_minute(response))
    if isinstance(failure, Transient) and not isinstance(failure, Throttled):
        raise Doubtful(Reason.ORDER_IN_DOUBT, failure.detail)
    raise failure


def _content(response: Response) -> Mapping[str, Any]:
    body = response.body.removeprefix(b"\xef\xbb\xbf").strip()
    # A wrong service name is the one failure that is told by the HTTP status (erp-observed).
    if response.status == 404:
        raise ContractBroken(Reason.ERP_CONTRACT, "HTTP 404: no such service")
    if response.status == 429:
        raise Throttled(Reason.ERP_BUSY, "HTTP 429", retry_after=60.0)
    if response.status == 503:
        raise Transient(Reason.ERP_TROUBLE, "HTTP 503", retry_after=60.0)
    if b"<retorno" in body[:200]:
        raise ContractBroken(Reason.ERP_CONTRACT, "XML answer: formato was not understood")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Transient(Reason.ERP_TROUBLE, f"HTTP {response.status}, no JSON") from None
    content = document.get("retorno") if isinstance(document, dict) else None
    if not isinstance(content, dict):
        # A gateway's own trouble may come as JSON too.
        if response.status >= 500:
            raise Transient(Reason.ERP_TROUBLE, f"HTTP {response.status}, no retorno object")
        raise ContractBroken(Reason.ERP_CONTRACT, "no retorno object")
    return content


def _code(content: Mapping[str, Any]) -> int | None:
    """The error's code; where none came, or 0, which says as little (erp-transport §3.7), what the text stands for."""
    digits = str(content.get("codigo_erro", "")).strip()
    code = int(digits) if digits.isascii() and digits.isdigit() else 0
    text = _text(content).lower()
    return code or next((known for part, known in _TEXTS.items() if part in text), None)


def _text(content: Mapping[str, Any]) -> str:
    """The first message: `erros` may be a list, one object or a bare text (erp-observed)."""
    errors = content.get("erros")
    first = errors[0] if isinstance(errors, list) and errors else errors
    if isinstance(first, dict):
        first = first.get("erro")
    return str(first or "")[:200]


def _failure(code: int | None, text: str, limit: int | None) -> ConnectorError:
    detail = f"code {code}: {text}" if code is not None else f"no code: {text}"
    # A plan without API grants no call at all (erp-transport §4): waiting would not help.
    if code in (5, 6) and limit == 0:
        return AccountBlocked(Reason.PLAN_WITHOUT_API, detail)
    if code in _BLOCKED:
        return AccountBlocked(_BLOCKED[code], detail)
    if code == _QUOTA:
        return QuotaUsedUp(Reason.ERP_BUSY, detail, retry_after=60.0)
    if code in _WAITS:
        return Throttled(Reason.ERP_BUSY, detail, retry_after=_WAITS[code])
    if code in _PASSING:
        return Transient(Reason.ERP_TROUBLE, detail)
    if code in _OURS:
        return ContractBroken(Reason.ERP_CONTRACT, detail)
    if code in (30, 31):
        return Refused(Reason.ERP_REFUSED, str(code), text)
    return Final(Reason.ERP_REFUSED, detail) if code is not None else Transient(Reason.ERP_TROUBLE, detail)
