"""How a call goes into the journal: one entry, made before anything happens and completed after.

The token is masked wherever it stands. Long values are cut: the journal is a record, not a copy.
"""

from __future__ import annotations

import sys
from typing import Any

from aiohttp import web

from fake_erp.dialects import Sent
from scenarios.harness.journal import Journal, mask

_MOST_PARAMS = 20
_LONGEST_NAME = 60
_LONGEST_VALUE = 200
# Such values are worth having once: "json", "S", a page.
_SHORT = 8

# Parameters that every service takes (transport §2.2).
COMMON = frozenset({"token", "formato"})


def open_entry(
    journal: Journal, kind: str, request: web.Request, sent: Sent, service: str, known: frozenset[str], masked: str
) -> dict[str, Any]:
    """Record that a call has begun. Raises JournalFull, and then nothing may happen."""
    params = sent.params
    ignored = tuple(_name(name) for name in params if name not in known and name not in COMMON)
    entry = journal.append(
        kind,
        service=service,
        method=request.method,
        dialect=sent.dialect,
        params=_masked(params, masked),
        ignored=ignored[:_MOST_PARAMS],
        code=None,
        status=None,
        fault=None,
        bytes=None,
        answer=None,
        started=None,
        ended=None,
    )
    entry["started"] = entry["at"]
    return entry


def answered(entry: dict[str, Any], response: web.Response, longest: int) -> None:
    """Record what the call was answered: HTTP status, size, and the first `longest` characters."""
    body = response.body if isinstance(response.body, bytes) else b""
    entry["status"], entry["bytes"] = response.status, len(body)
    # JSON and HTML are ASCII here; XML may be cut within a letter.
    entry["answer"] = body[:longest].decode("utf-8", "replace")


def _masked(params: dict[str, str], masked: str) -> dict[str, str]:
    token = params.get("token")
    shown: dict[str, str] = {}
    for name, value in params.items():
        if len(shown) == _MOST_PARAMS:
            break
        if name == "token":
            shown["token"] = masked
            continue
        if token and token in value:
            value = value.replace(token, masked)
        # A token under a misspelt name ("Token", "chave") is recognised by its look.
        if len(value) >= 32 and value.isascii() and value.isalnum():
            value = mask(value)
        shown[_name(name)] = sys.intern(value) if len(value) < _SHORT else value[:_LONGEST_VALUE]
    return shown


def _name(name: str) -> str:
    return sys.intern(name[:_LONGEST_NAME])
