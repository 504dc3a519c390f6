"""Answers as bytes: the envelope `retorno` in JSON or XML (contract, transport §3.2, §2.5)."""

from __future__ import annotations

import re
from json import JSONEncoder
from typing import Any
from xml.etree import ElementTree

from aiohttp import web

from fake_erp import codes
from fake_erp.moods import INTEGER, Moods

_JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
_XML_HEADERS = {"Content-Type": "text/xml; charset=utf-8"}

# Non-ASCII as \uXXXX and slashes as \/ (§2.5), which is what PHP writes.
_encode = JSONEncoder(separators=(",", ":")).encode
_BOM = b"\xef\xbb\xbf"
_NO_NAME = re.compile(r"[^\w.-]")
_NO_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode_json(document: Any) -> bytes:
    """Slashes stand only inside texts, so escaping them afterwards is safe."""
    return _encode(document).replace("/", "\\/").encode("ascii")


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
    """What a service answers with: the fields of `retorno` below the status.

    `rows` are records of a listing that are encoded already; they stand last, as `produtos`.
    """

    __slots__ = ("fields", "place", "rows")

    def __init__(self, place: str, fields: dict[str, Any], rows: list[bytes] | None = None) -> None:
        # What tells this answer's disorder apart from another's: the service and what was asked for.
        self.place = place
        self.fields = fields
        self.rows = rows


def success(answer: Answer, moods: Moods, *, xml: bool) -> web.Response:
    """The answer to a call that was processed."""
    fields = {"status_processamento": _number(moods, answer.place, "status_processamento", codes.PROCESSED)}
    document = {"retorno": {**fields, "status": "OK", **answer.fields}}
    if xml:
        return web.Response(body=encode_xml(document), headers=_XML_HEADERS)
    body = encode_json(document)
    if answer.rows is not None:
        body = body[:-2] + b',"produtos":[' + b",".join(answer.rows) + b"]}}"
    # One client strips a leading byte-order mark (§2.5): rare, but met.
    if moods.roll(answer.place, "bom", "bom") < 4:
        body = _BOM + body
    return web.Response(body=body, headers=_JSON_HEADERS)


def failure(refusal: codes.Refusal, place: str, moods: Moods, *, xml: bool) -> web.Response:
    """The answer to a call that was refused: HTTP 200 all the same (§3.1)."""
    entry = {"erro": _text_of(refusal, moods, place)}
    if refusal.field:
        entry["campo"] = refusal.field
    document = {
        "retorno": {
            "status_processamento": _number(
                moods, place, "status_processamento", codes.processing_status(refusal.code)
            ),
            "status": "Erros" if moods.roll(place, refusal.code, "status") < 12 else "Erro",
            "codigo_erro": _number(moods, place, "codigo_erro", refusal.code),
            "erros": _errors(entry, moods.roll(place, refusal.code, "erros")),
        }
    }
    if xml:
        return web.Response(body=encode_xml(document), headers=_XML_HEADERS)
    return web.Response(body=encode_json(document), headers=_JSON_HEADERS)


def _number(moods: Moods, place: str, name: str, value: int) -> Any:
    return INTEGER.moody(value, moods.roll(place, value, name)) if moods.on else value


def _errors(entry: dict[str, str], roll: int) -> Any:
    """A list; at times one object, rarely a bare text (observed, "Shapes met")."""
    if roll < 16 and "campo" not in entry:
        return entry["erro"]
    return entry if roll < 64 else [entry]


def _text_of(refusal: codes.Refusal, moods: Moods, place: str) -> str:
    roll = moods.roll(place, refusal.code, "texto")
    if refusal.code == codes.TOO_MANY_A_MINUTE and roll < 64:
        return refusal.text.partition(",")[0]  # "the part after the comma is sometimes missing" (§3.5)
    if refusal.code == codes.NO_RECORDS and roll < 64:
        return refusal.text.replace("A Consulta", "A consulta")
    return refusal.text
