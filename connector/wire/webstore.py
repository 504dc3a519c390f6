"""Webstore transport: requests, errors and limits (webstore-api §2, 3, 12, 13).

With `webstore_records` the adapter behind which everything that we know of this platform sits.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import orjson

from connector.core.errors import AccountBlocked, ConnectorError, ContractBroken, Refused, Throttled, Transient
from connector.core.reasons import Reason
from connector.wire.exchange import Request, Response

# Contract, section 3.3: the likeliest thing to change, so it stands once.
_AUTH_HEADER, _AUTH_PREFIX = "Authorization", "Bearer "

# Required by contract, section 2: names the app and a contact.
_USER_AGENT = "webstore-erp-connector (suporte@webstore-erp-connector.example)"

# Contract, section 12.
_BLOCKED = {
    401: Reason.SHOP_TOKEN_REVOKED,
    402: Reason.SHOP_SUSPENDED,
    403: Reason.SHOP_FORBIDDEN,
    410: Reason.SHOP_CLOSED,
}


def request(method: str, path: str, token: str, document: Any = None, *, name: str, units: int = 1) -> Request:
    """A call below the store's `api_url`; `name` is the route without ids, for logs."""
    headers = {_AUTH_HEADER: _AUTH_PREFIX + token, "User-Agent": _USER_AGENT, "Accept": "application/json"}
    body = None
    if document is not None:
        headers["Content-Type"] = "application/json"
        body = orjson.dumps(document)
    return Request(name=f"{method} {name}", method=method, path=path, body=body, headers=headers, units=units)


def token_request(app_id: int, secret: str, code: str) -> Request:
    """The exchange of the installation's code for a token (contract, section 3.2), relative to the host."""
    fields = {"grant_type": "authorization_code", "client_id": str(app_id), "client_secret": secret, "code": code}
    return Request(
        name="POST /oauth/token",
        method="POST",
        path="/oauth/token",
        body=urlencode(fields).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded", "User-Agent": _USER_AGENT},
    )


def code_in_path(code: str) -> str:
    """A product code as one path segment; a slash is %2F (contract, section 7.1)."""
    return quote(code, safe="")


def remaining(response: Response) -> int | None:
    """Free units of the bucket as the answer tells them."""
    text = response.headers.get("x-ratelimit-remaining", "")
    return int(text) if text.isdecimal() else None


def decipher(response: Response) -> Any:
    """The document of a good answer (None for 204). Raises what the failure calls for."""
    if response.status == 204:
        return None
    document = _document(response)
    if 200 <= response.status < 300:
        if document is None:
            raise ContractBroken(Reason.SHOP_CONTRACT, f"HTTP {response.status} without a JSON body")
        return document
    raise _failure(response, document)


def _document(response: Response) -> Any:
    try:
        return orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return None


def _failure(response: Response, document: Any) -> ConnectorError:
    status, (code, detail) = response.status, error_of(document)
    if status in _BLOCKED:
        return AccountBlocked(_BLOCKED[status], code or f"HTTP {status}")
    if status == 429:
        return Throttled(Reason.SHOP_BUSY, code, retry_after=_retry_after(response) or 1.0)
    if status >= 500:
        return Transient(Reason.SHOP_TROUBLE, f"HTTP {status} {code}".strip(), retry_after=_retry_after(response))
    if status in (404, 409, 413, 422) and code:
        return Refused(Reason.SHOP_REFUSED, code, detail)
    return ContractBroken(Reason.SHOP_CONTRACT, f"HTTP {status} {code}".strip())


def error_of(document: Any) -> tuple[str, str]:
    """Code and details of an error body (contract, section 12); empty texts where there is none."""
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict):
        return str(error or ""), ""
    listed = error.get("details")
    details = [d for d in listed if isinstance(d, dict)] if isinstance(listed, list) else []
    return str(error.get("code") or ""), "; ".join(f"{d.get('field')}: {d.get('message')}" for d in details)[:300]


def _retry_after(response: Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else None
