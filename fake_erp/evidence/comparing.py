"""Whether an answer has the structure of another: every field that is expected, each of the expected kind.

Values are not compared, and what a list of one or an empty value looks like is not either: the wire is loose about
both (contract, transport §3.7).
"""

from __future__ import annotations

import re
from typing import Any

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def differences(expected: Any, given: Any, path: str = "") -> list[str]:
    """What the given answer lacks or has of another kind, a line each, beginning with its place."""
    if isinstance(expected, dict) and len(expected) == 1 and isinstance(given, list) and len(given) > 0:
        # A list of one comes as an object at times; so it may be the sample that shows it.
        expected = [expected]
    if isinstance(expected, list):
        return _list_differences(expected, given, path)
    if isinstance(expected, dict):
        if not isinstance(given, dict):
            return [f"{path or '/'}: expected an object, found {_kind(given)}"]
        missing = [f"{path}/{name}: missing" for name in expected if name not in given]
        inner = [
            line
            for name, value in expected.items()
            if name in given
            for line in differences(value, given[name], f"{path}/{name}")
        ]
        return [*missing, *inner]
    return _value_differences(expected, given, path)


def _list_differences(expected: list[Any], given: Any, path: str) -> list[str]:
    if not expected:
        return [] if given in ([], "", None) or isinstance(given, list) else [f"{path}: expected a list"]
    if isinstance(given, dict):
        given = [given]
    if not isinstance(given, list):
        return [f"{path or '/'}: expected a list, found {_kind(given)}"]
    if len(given) < len(expected):
        return [f"{path}: expected {len(expected)} elements, found {len(given)}"]
    pairs = enumerate(zip(expected, given, strict=False))
    return [line for number, (one, other) in pairs for line in differences(one, other, f"{path}/{number}")]


def _value_differences(expected: Any, given: Any, path: str) -> list[str]:
    if isinstance(given, (dict, list)):
        return [] if given == [] and _empty(expected) else [f"{path}: expected a value, found {_kind(given)}"]
    if _empty(expected) or _empty(given):
        return []
    if isinstance(expected, bool) != isinstance(given, bool) or _number(expected) > _number(given):
        return [f"{path}: expected {_kind(expected)}, found {_kind(given)}"]
    return []


def _empty(value: Any) -> bool:
    """No value at all, in any of its spellings."""
    return value in (None, "", 0, "0")


def _number(value: Any) -> bool:
    """A number, as such or as text. Where a text is expected a number will do: codes come as either."""
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float)) or (isinstance(value, str) and _NUMBER.fullmatch(value) is not None)


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true or false"
    return "nothing" if value is None else "a number" if _number(value) else "a text"
