"""Answers as bytes: the envelope `retorno` in JSON or XML (contract, transport §3.2, §2.5)."""

from __future__ import annotations

import re
from json import JSONEncoder
from typing import Any
from xml.etree import ElementTree

import orjson
from aiohttp import web

from fake_erp import codes
from fake_erp.moods import INTEGER, Moods, Speller

_JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
_XML_HEADERS = {"Content-Type": "text/xml; charset=utf-8"}

_encode = JSONEncoder(separators=(",", ":")).encode
_BOM = b"\xef\xbb\xbf"
_NO_NAME = re.compile(r"[^\w.-]")
_NO_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode_json(document: Any) -> bytes:
    """Non-ASCII as \\uXXXX and slashes as \\/ (§2.5), which is what PHP writes.

    Slashes stand only inside texts, so escaping them afterwards is safe. What orjson writes is escaped by
    the codec, in a third of `json`'s time; where that would be ambiguous or wrong, `json` does it.
    """
    text = orjson.dumps(document).decode().replace("/", "\\/")
    if text.isascii():
        return text.encode()
    escaped = text.encode("ascii", "backslashreplace")
    # A backslash of the text's own before an x, or a character beyond 16 bits (\\U).
    if "\\\\x" in text or b"\\U" in escaped:
        return _encode(document).replace("/", "\\/").encode("ascii")
    return escaped.replace(b"\\x", b"\\u00")


def encode_xml(document: dict[str, Any]) -> bytes:
    """The same element names as in JSON (§2.2); a list's elements are its wrappers."""
    root = ElementTree.Element("retorno")
    _fill(root, document["retorno"])
    encoded: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return encoded


def _fill(parent: ElementTree.Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _fill(ElementTree.SubElement(parent, _NO_NAME.sub("_", name) or "_"), inner)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _fill(parent, item)
    elif value is not None:
        parent.text = _NO_TEXT.sub("", str(value))


class Answer:
    """What a service answers with: the fields of `retorno` below the status, and how to spell those above.

    `rows` are records of a listing that are encoded already; they stand last, as `produtos`. `retorno` as a list is
    the whole answer, without any status (products §11). `refused` is the first code inside a record, for the journal.
    """

    __slots__ = ("fields", "processed", "refused", "rows", "speller", "status")

    def __init__(
        self,
        speller: Speller,
        fields: dict[str, Any] | list[Any],
        rows: list[bytes] | None = None,
        *,
        processed: int = codes.PROCESSED,
        status: str = "OK",
        refused: int | None = None,
    ) -> None:
        self.speller = speller
        self.fields = fields
        self.rows = rows
        self.processed = processed
        self.status = status
        self.refused = refused


def success(answer: Answer, *, xml: bool) -> web.Response:
    """The answer to a call that was processed."""
    document = {"retorno": _retorno(answer)}
    if xml:
        return web.Response(body=encode_xml(document), headers=_XML_HEADERS)
    body = encode_json(document)
    if answer.rows is not None:
        body = body[:-2] + b',"produtos":[' + b",".join(answer.rows) + b"]}}"
    # One client strips a leading byte-order mark (§2.5): rare, but met.
    if answer.speller.roll("bom") < 4:
        body = _BOM + body
    return web.Response(body=body, headers=_JSON_HEADERS)


def _retorno(answer: Answer) -> dict[str, Any] | list[Any]:
    if isinstance(answer.fields, list):
        return answer.fields
    retorno: dict[str, Any] = {}
    answer.speller.put(retorno, "status_processamento", INTEGER, answer.processed)
    return {**retorno, "status": answer.status, **answer.fields}


def failure(refusal: codes.Refusal, place: str, moods: Moods, *, xml: bool) -> web.Response:
    """The answer to a call that was refused: HTTP 200 all the same (§3.1)."""
    speller = moods.speller(place, refusal.code)
    if isinstance(refusal, codes.RecordRefusal):
        document = _record_failure(refusal, speller)
    else:
        document = _call_failure(refusal, speller)
    if xml:
        return web.Response(body=encode_xml(document), headers=_XML_HEADERS)
    return web.Response(body=encode_json(document), headers=_JSON_HEADERS)


def _call_failure(refusal: codes.Refusal, speller: Speller) -> dict[str, Any]:
    entry = {"erro": _text_of(refusal, speller.roll("texto"))}
    if refusal.field:
        entry["campo"] = refusal.field
    retorno: dict[str, Any] = {}
    speller.put(retorno, "status_processamento", INTEGER, codes.processing_status(refusal.code))
    retorno["status"] = "Erros" if speller.roll("status") < 12 else "Erro"
    speller.put(retorno, "codigo_erro", INTEGER, refusal.code)
    retorno["erros"] = _errors([entry], speller.roll("erros"))
    return {"retorno": retorno}


def refused_record(sequence: str, code: int, reasons: tuple[tuple[str, str], ...], speller: Speller) -> dict[str, Any]:
    """A record that was refused: its code as text, and why (orders §2.4, transport §3.6)."""
    entries = [{"erro": text, **({"campo": field} if field else {})} for text, field in reasons]
    return {
        "sequencia": sequence,
        "status": "Erro",
        "codigo_erro": str(code),
        "erros": _errors(entries, speller.roll("erros")),
    }


def _record_failure(refusal: codes.RecordRefusal, speller: Speller) -> dict[str, Any]:
    """Code and texts inside the record, the outer ones missing; a list in the sample, at times an object (§2.4).

    The outer status can even be OK (observed, Transport).
    """
    record = refused_record("1", refusal.code, refusal.reasons, speller)
    retorno: dict[str, Any] = {}
    speller.put(retorno, "status_processamento", INTEGER, codes.WITH_ERRORS)
    roll = speller.roll("status")
    retorno["status"] = "OK" if roll < 12 else "Erros" if roll < 24 else "Erro"
    inner = {"registro": record}
    retorno["registros"] = inner if speller.roll("registros") < 96 else [inner]
    return {"retorno": retorno}


def _errors(entries: list[dict[str, str]], roll: int) -> Any:
    """A list; at times one object, rarely a bare text (observed, "Shapes met")."""
    if len(entries) > 1 or roll >= 64:
        return entries
    return entries[0]["erro"] if roll < 16 and "campo" not in entries[0] else entries[0]


def _text_of(refusal: codes.Refusal, roll: int) -> str:
    if refusal.code == codes.TOO_MANY_A_MINUTE and roll < 64:
        return refusal.text.partition(",")[0]  # "the part after the comma is sometimes missing" (§3.5)
    if refusal.code == codes.NO_RECORDS and roll < 64:
        return refusal.text.replace("A Consulta", "A consulta")
    return refusal.text
