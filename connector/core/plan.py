"""What to send so that the shop shows what it shall: only what differs, and nothing that nobody filled in.

Works on documents (key → value) without knowing their keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def changes(wanted: Mapping[str, Any], sent: Mapping[str, Any] | None, touched: bool) -> dict[str, Any]:
    """The keys to write.

    `sent` is what was written last (None: never), `touched` says that the shop's record has changed
    since. A value that is empty in the ERP is sent only to take back one that was sent before: what a
    merchant filled in in the shop alone is not erased by an ERP field that was never used.
    """
    if sent is None:
        return {key: value for key, value in wanted.items() if not _empty(value)}
    if touched:
        return {key: value for key, value in wanted.items() if not _empty(value) or not _empty(sent.get(key))}
    return {key: value for key, value in wanted.items() if key not in sent or sent[key] != value}


def retired(wanted: Mapping[str, Any], sent: Mapping[str, Any] | None) -> list[str]:
    """Codes of variants that were written once and are wanted no more."""
    before = [variant["code"] for variant in (sent or {}).get("variants", []) if variant.get("active", True)]
    now = {variant["code"] for variant in wanted.get("variants", [])}
    return [code for code in before if code not in now]


def _empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_empty(inner) for inner in value.values())
    return value is None or value == [] or value == ()
