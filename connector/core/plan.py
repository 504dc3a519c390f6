"""What to send so that the shop shows what it shall: only what differs, and nothing that nobody filled in.

Works on documents (key → value) without knowing their keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What a weight or a length is that nobody filled in; the shop begins with the same (webstore-api §7.1).
_NO_MEASURE = ("0.000", "0.00")


def changes(wanted: Mapping[str, Any], sent: Mapping[str, Any] | None, touched: bool) -> dict[str, Any]:
    """The keys to write; of an object inside, since the shop merges it, its keys that differ.

    `sent` is what was written last (None: never), `touched` says that the shop's record has changed
    since. A value that is empty in the ERP is sent only to take back one that was sent before: what a
    merchant filled in in the shop alone is not erased by an ERP field that was never used.
    """
    before = sent or {}
    found: dict[str, Any] = {}
    for key, value in wanted.items():
        was = before.get(key)
        if isinstance(value, Mapping):
            if inner := changes(value, was, touched):
                found[key] = inner
        elif (touched or was != value) and not (_empty(value) and _empty(was)):
            found[key] = value
    return found


def retired(wanted: Mapping[str, Any], sent: Mapping[str, Any] | None) -> list[str]:
    """Codes of variants that were written once and are wanted no more."""
    before = [variant["code"] for variant in (sent or {}).get("variants", []) if variant.get("active", True)]
    now = {variant["code"] for variant in wanted.get("variants", [])}
    return [code for code in before if code not in now]


def _empty(value: Any) -> bool:
    return value is None or value == [] or value == () or value in _NO_MEASURE
