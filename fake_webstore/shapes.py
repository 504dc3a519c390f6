"""Checks a request body against its JSON Schema and words the findings as §12 details."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import schemas
from fake_webstore.errors import Detail, Invalid

# JSON Schema keyword → detail code of §12; any other keyword is `invalid_format`.
_CODES = {
    "maxLength": "too_long",
    "maxItems": "too_long",
    "minLength": "too_small",
    "minItems": "too_small",
    "minimum": "too_small",
    "exclusiveMinimum": "too_small",
    "maximum": "too_large",
    "exclusiveMaximum": "too_large",
    "enum": "not_allowed_value",
    "const": "not_allowed_value",
    "minProperties": "required",
    "uniqueItems": "not_allowed_value",
}

_MESSAGES = {
    "required": "This field is required.",
    "unknown_field": "There is no such field.",
    "read_only_field": "This field cannot be written.",
    "invalid_format": "The value has the wrong type or form.",
    "too_long": "The value is too long.",
    "too_small": "The value is too small or too short.",
    "too_large": "The value is too large.",
    "not_allowed_value": "The value is not one of those allowed.",
}

# What answers show and requests may not write (§4.2, §7.1, §7.3).
READ_ONLY = frozenset(
    {"id", "images", "stock", "url", "version", "created_at", "updated_at", "app", "store_id", "registration"}
    | {"erp_token", "configured_at"}
)


def field_path(parts: Iterable[str | int]) -> str | None:
    """`variants[1].code` from its parts; None for the whole document."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".") or None


def detail(code: str, *path: str | int) -> Detail:
    return Detail(field_path(path), code, _MESSAGES[code])


def findings(schema: str, document: Any, *, at: tuple[str | int, ...] = ()) -> list[Detail]:
    """What is wrong with the shape of a document, as details; `at` is where it sits in the request."""
    check = schemas.validator(f"webstore/{schema}")
    if check.is_valid(document):
        return []
    return [found for error in check.iter_errors(document) for found in _details(error, at)]


def properties(schema: str) -> frozenset[str]:
    """The names that a document of this shape has."""
    return frozenset(schemas.load(f"webstore/{schema}")["properties"])


def require(schema: str, document: Any) -> None:
    """Raise Invalid unless the document has the shape."""
    if details := findings(schema, document):
        raise Invalid(*details)


def _details(error: Any, at: tuple[str | int, ...]) -> Iterator[Detail]:
    path = (*at, *error.instance_path)
    keyword = error.kind.name
    if keyword == "required":
        yield detail("required", *path, error.kind.property)
    elif keyword == "additionalProperties":
        for key in error.kind.unexpected:
            yield detail("read_only_field" if key in READ_ONLY else "unknown_field", *path, key)
    else:
        yield detail(_CODES.get(keyword, "invalid_format"), *path)
