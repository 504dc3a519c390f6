"""What a file of records holds, as entries of a journal: JSON lines, a list, or one message as it was received."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

Entry = dict[str, Any]

_ADVICE = (
    "give a journal as a control door of the fakes answers it (a JSON list, or one entry a line), "
    "or the body of one message of the ERP or the shop"
)


class NotUnderstood(Exception):
    """The file holds no records; the text says what is wrong and what to give."""


def entries(raw: bytes) -> list[Entry]:
    """The entries, in the order of the file. Raises NotUnderstood."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUnderstood(f"this is no UTF-8 text: {_ADVICE}") from None
    found = [_entry(number, record) for number, record in enumerate(_records(text), 1)]
    if not found:
        raise NotUnderstood(f"there is nothing in it: {_ADVICE}")
    return found


def _records(text: str) -> list[Any]:
    try:
        whole = _json(text)
    except ValueError:
        return [_line(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return whole if isinstance(whole, list) else [whole]


def _line(number: int, line: str) -> Any:
    try:
        return _json(line)
    except ValueError as error:
        raise NotUnderstood(f"line {number} is no JSON ({error}): {_ADVICE}") from None


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError:
        raise NotUnderstood(f"it is nested too deeply: {_ADVICE}") from None


def _entry(number: int, record: Any) -> Entry:
    """An entry as it is; a message as the entry that a journal would have of it."""
    if not isinstance(record, dict):
        raise NotUnderstood(f"record {number} is no group of keys and values: {_ADVICE}")
    if isinstance(record.get("kind"), str):
        return record
    if isinstance(record.get("tipo"), str) and isinstance(record.get("dados"), dict):
        return {"kind": "webhook", "tipo": record["tipo"], "dados": record["dados"]}
    if isinstance(record.get("event"), str):
        return {"kind": "webhook", "event": record["event"], "resource": record.get("resource")}
    if "story" in record or "what" in record:
        raise NotUnderstood(f"this is what a run has shown, and its story is there already: {_ADVICE}")
    raise NotUnderstood(f"record {number} is neither an entry of a journal nor a message: {_ADVICE}")
