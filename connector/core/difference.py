"""What a document changes in another one, field by field, for people to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Path → text of every value; a list of objects that have codes goes by them, any other list is one value."""
    found: dict[str, str] = {}
    for key, value in document.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            found |= flat(value, f"{path}.")
        elif isinstance(value, list) and any(isinstance(part, Mapping) and "code" in part for part in value):
            for part in value:
                found |= flat({k: v for k, v in part.items() if k != "code"}, f"{path}[{part['code']}].")
        else:
            found[path] = text(value)
    return found


def text(value: Any) -> str:
    """A value as it is read; nothing is empty."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(text(part) for part in value)
    return str(value)


def rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    """Path, before and after of what `after` sets and `before` does not have."""
    was = flat(before)
    return [[path, was.get(path, ""), new] for path, new in flat(after).items() if was.get(path, "") != new]
