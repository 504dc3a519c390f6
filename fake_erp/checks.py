"""What a setting may be: each check reads what was given, or raises ValueError with what it must be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fake_erp import extensions, moods
from fake_erp.plans import PLANS, plan_named
from fake_erp.records import Depot


@dataclass(frozen=True)
class Check:
    """`read` gives the setting's value; `schema` is the shape that it takes, as JSON Schema."""

    read: Callable[[Any], Any]
    schema: dict[str, Any]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not empty")
    return value


def _token(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[\x21-\x7e]{4,200}", text):
        raise ValueError("must be 4 to 200 visible ASCII characters")
    return text


def _cnpj(value: Any) -> str:
    digits = re.sub(r"[./-]", "", _text(value))
    if not re.fullmatch(r"[0-9A-Za-z]{12}[0-9]{2}", digits):
        raise ValueError("must be a CNPJ of 14 characters, with or without punctuation")
    return digits.upper()


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return Check(check, {"type": "integer", "minimum": low, "maximum": high})


def between(low: float, high: float) -> Check:
    def check(value: Any) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"must be a number from {low} to {high}")
        return float(value)

    return Check(check, {"type": "number", "minimum": low, "maximum": high})


def _address(value: Any) -> str:
    if value == "":
        return ""
    text = _text(value)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not re.fullmatch(r"[\x21-\x7e]{1,2000}", text):
        raise ValueError("must be an http or https address, or '' for none")
    return text


def _server(value: Any) -> str:
    if value == "":
        return ""
    host, _, port = _text(value).rpartition(":")
    if not re.fullmatch(r"[A-Za-z0-9.:\[\]-]{1,200}", host) or not re.fullmatch(r"[0-9]{1,5}", port):
        raise ValueError("must be host:port, such as 127.0.0.1:1025, or '' for none")
    return f"{host}:{port}"


def _any_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")
    return value


def one_of(*known: str) -> Check:
    def check(value: Any) -> str:
        if value not in known:
            raise ValueError(f"must be one of {', '.join(known)}")
        return str(value)

    return Check(check, {"enum": list(known)})


def _depots(value: Any) -> tuple[Depot, ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise ValueError("must be a list of at least one depot")
    depots = tuple(_depot(item) for item in value)
    if len({depot.nome for depot in depots}) < len(depots):
        raise ValueError("must have depots of different names")
    return depots


def _depot(item: Any) -> Depot:
    if isinstance(item, Depot):
        return item
    if isinstance(item, str):
        item = {"nome": item}
    if not isinstance(item, dict) or set(item) - {"nome", "desconsiderar", "empresa"}:
        raise ValueError('must hold names or objects {"nome", "desconsiderar", "empresa"}')
    if item.get("desconsiderar", "N") not in ("S", "N"):
        raise ValueError("must have 'S' or 'N' as desconsiderar")
    return Depot(
        nome=_text(item.get("nome")), ignored=item.get("desconsiderar") == "S", empresa=str(item.get("empresa", ""))
    )


def _extensions(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not set(map(str, value)) <= set(extensions.NAMES):
        raise ValueError(f"must be a list of extensions; known: {', '.join(extensions.NAMES)}")
    return tuple(name for name in extensions.NAMES if name in value)


def _moods(value: Any) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if not isinstance(value, (list, tuple)) or not set(map(str, value)) <= set(moods.NAMES):
        raise ValueError(f"must be true, false or a list of moods; known: {', '.join(moods.NAMES)}")
    return tuple(name for name in moods.NAMES if name in value)


TEXT = Check(_text, {"type": "string", "minLength": 1})
TOKEN = Check(_token, {"type": "string", "pattern": "^[!-~]{4,200}$"})
CNPJ = Check(_cnpj, {"type": "string"})
SWITCH = Check(_switch, {"type": "boolean"})
ADDRESS = Check(_address, {"description": "An http or https address, or nothing.", "type": "string"})
SERVER = Check(_server, {"description": "host:port, or nothing.", "type": "string"})
ANY_TEXT = Check(_any_text, {"type": "string"})
DEPOTS = Check(_depots, {"type": "array", "minItems": 1, "items": {"type": ["string", "object"]}})
EXTENSIONS = Check(_extensions, {"type": "array", "items": {"enum": list(extensions.NAMES)}})
MOODS = Check(_moods, {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"enum": list(moods.NAMES)}}]})
PLAN = Check(plan_named, {"enum": list(PLANS)})
