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


def variants(wanted: list[dict[str, Any]], sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those wanted, shown again if they had been retired; then those written once and wanted no more, retired."""
    before = {variant["code"]: variant for variant in sent}
    now = [{**v, "active": True} if "active" in before.get(v["code"], {}) else v for v in wanted]
    codes = {variant["code"] for variant in wanted}
    return [*now, *({"code": code, "active": False} for code in before if code not in codes)]


def _empty(value: Any) -> bool:
    return value is None or value == [] or value == () or value in _NO_MEASURE
