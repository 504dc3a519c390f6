"""The ERP's loose values: numbers as text, lists as single objects, four kinds of empty (erp-transport §3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.core.errors import ContractBroken
from connector.core.reasons import Reason


def text(record: Mapping[str, Any], key: str) -> str:
    """A text field, trimmed; numbers as text, absent and null as empty. Without NUL, which PostgreSQL does not hold."""
    value = record.get(key)
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\0", "").strip()


def identifier(record: Mapping[str, Any], key: str) -> str:
    """A record's number as text; `0`, `"0"`, empty and null all mean none."""
    value = text(record, key)
    return "" if value == "0" else value


def decimal(record: Mapping[str, Any], key: str) -> Decimal | None:
    """A number in any typing; None where there is none. Raises ContractBroken for what is no number."""
    value = record.get(key)
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, str) and not value.strip():
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ContractBroken(Reason.ERP_CONTRACT, f"{key} is no number") from None
    if not number.is_finite():
        raise ContractBroken(Reason.ERP_CONTRACT, f"{key} is no number")
    return number


def objects(record: Mapping[str, Any], key: str, wrapper: str) -> list[Mapping[str, Any]]:
    """The objects of a list, without their wrapper; the list may be one object, or missing in four ways."""
    return [item for item in items(record, key, wrapper) if isinstance(item, Mapping)]


def items(record: Mapping[str, Any], key: str, wrapper: str) -> list[Any]:
    """The elements of a list, each without its wrapper."""
    value = record.get(key)
    if isinstance(value, Mapping) and isinstance(value.get(wrapper), list):
        value = value[wrapper]
    if not value:
        return []
    elements = value if isinstance(value, list) else [value]
    return [e.get(wrapper, e) if isinstance(e, Mapping) else e for e in elements]


def need(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object that a good answer must hold. Raises ContractBroken."""
    value = content.get(key)
    if not isinstance(value, Mapping):
        raise ContractBroken(Reason.ERP_CONTRACT, f"no {key} object in the answer")
    return value


def need_id(record: Mapping[str, Any]) -> str:
    """The record's own id. Raises ContractBroken where it is missing."""
    if not (found := identifier(record, "id")):
        raise ContractBroken(Reason.ERP_CONTRACT, "a record without id")
    return found
