"""How a call may be sent: form, query, both, multipart (contract, transport §2.1).

Reading never fails: what cannot be understood is as if it had not been sent. A JSON body is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.utils import collapse_rfc2231_value
from itertools import islice
from urllib.parse import unquote_plus

from aiohttp import web

# PHP's max_input_vars: further fields are not seen.
_MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sent. `dialect` names how: form, query, mixed, multipart, json or nothing."""

    params: dict[str, str]
    dialect: str
    # A body that is JSON, for the services that read one.
    json_body: bytes = b""

    @property
    def token(self) -> str:
        return self.params.get("token", "")

    @property
    def wants_xml(self) -> bool:
        """`formato` left out means XML (§2.2); any value but json is taken as left out."""
        return self.params.get("formato", "").strip().lower() != "json"


async def read(request: web.Request) -> Sent:
    """The parameters of a call, those of the body before those of the query (both are read, §2.1)."""
    query = _fields(request.rel_url.raw_query_string)
    if not request.body_exists:
        return Sent(query, "query" if query else "nothing")
    raw = await request.read()
    content_type = request.content_type
    if content_type == "application/x-www-form-urlencoded":
        body, dialect = _fields(raw.decode("utf-8", "replace")), "form"
    elif content_type == "multipart/form-data":
        body, dialect = _parts(request.headers.get("Content-Type", ""), raw), "multipart"
    else:
        # A JSON body is documented for the price service; nearly everywhere it is ignored.
        if content_type == "application/json":
            return Sent(query, "json", raw)
        return Sent(query, "query" if query else "nothing")
    if not body:
        return Sent(query, "query" if query else "nothing")
    return Sent({**query, **body}, "mixed" if query else dialect)


def _fields(text: str) -> dict[str, str]:
    """The last of a repeated field counts, as in PHP. A blank for "+", a cut at a raw "&" (observed)."""
    if not text:
        return {}
    fields = {}
    for pair in text.split("&", _MOST_FIELDS)[:_MOST_FIELDS]:
        name, _, value = pair.partition("=")
        if name:
            fields[_decoded(name)] = _decoded(value)
    return fields


def _decoded(text: str) -> str:
    if "+" in text or "%" in text:
        text = unquote_plus(text, errors="replace")
    return _clean(text)


def _parts(content_type: str, raw: bytes) -> dict[str, str]:
    """The fields of a multipart body; the mail parser takes any bytes and never raises."""
    head = b"Content-Type: " + content_type.encode("utf-8", "replace").replace(b"\n", b" ") + b"\r\n\r\n"
    fields: dict[str, str] = {}
    for part in islice(message_from_bytes(head + raw).walk(), _MOST_FIELDS):
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if name is not None and isinstance(payload, bytes):
            fields[_clean(collapse_rfc2231_value(name))] = _clean(payload.decode("utf-8", "replace"))
    return fields


def _clean(text: str) -> str:
    """Without lone surrogates, which no encoder takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
