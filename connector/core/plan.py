"""What to send so that the shop shows what it shall: only what differs, and nothing that nobody filled in.

Works on documents (key → value) without knowing their keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What a weight or a length is that nobody filled in; the shop begins with the same (webstore-api §7.1).
_NO_MEASURE = ("0.000", "0.00")

# The size of an option's value there (§7.3).
_VALUE_SIZE = 60


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
    """Those wanted, shown again if they had been retired; then those written once and wanted no more, retired.

    One whose options another code has taken over gives them up: the shop takes a combination once in a product
    (webstore-api §7.3), retired ones included.
    """
    before = {variant["code"]: variant for variant in sent}
    now = [{**v, "active": True} if "active" in before.get(v["code"], {}) else v for v in wanted]
    codes = {variant["code"] for variant in wanted}
    taken = {tuple(values) for variant in wanted if (values := variant.get("option_values"))}
    return [*now, *(_retired(variant, taken) for code, variant in before.items() if code not in codes)]


def _retired(variant: Mapping[str, Any], taken: set[tuple[str, ...]]) -> dict[str, Any]:
    retired: dict[str, Any] = {"code": variant["code"], "active": False}
    if not (values := list(variant.get("option_values") or [])):
        return retired
    axes = len(next(iter(taken), values))
    # Of a product whose axes have changed too, each variant has as many values as there are axes.
    fitting = [*values, *[variant["code"]] * axes][:axes]
    if tuple(fitting) in taken or len(values) != axes:
        fitting[-1] = _given_up(fitting[-1], variant["code"])
    return {**retired, "option_values": fitting}


def _given_up(value: str, code: str) -> str:
    """A value that nothing else in the product has, since no other code is this one."""
    return f"{value[: max(0, _VALUE_SIZE - len(code) - 3)]} ({code})"[-_VALUE_SIZE:]


def _empty(value: Any) -> bool:
    return value is None or value == [] or value == () or value in _NO_MEASURE
