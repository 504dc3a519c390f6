"""JSON Schemas of every document on the wire: shape, never meaning.

`schemas/<side>/<name>.json` is a schema (draft 2020-12); `schemas/<side>/examples/<name>/valid-*.json`
and `invalid-*.json` are its examples, their structure taken from the contracts. Request schemas are
closed, answer schemas open. A schema's `$id` is `urn:schemas:<side>:<name>`, and one refers to another
by it, e.g. `urn:schemas:erp:common#/$defs/decimal`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

ROOT = Path(__file__).parent


@cache
def load(name: str) -> dict[str, Any]:
    """The schema document called `<side>/<name>`, e.g. `erp/info.answer`. KeyError if there is none."""
    path = ROOT / f"{name}.json"
    if not path.is_file():
        raise KeyError(f"no schema {name!r}")
    document: dict[str, Any] = orjson.loads(path.read_bytes())
    return document


@cache
def _registry() -> jsonschema_rs.Registry:
    documents = [
        orjson.loads(path.read_bytes()) for side in ("erp", "webstore") for path in sorted((ROOT / side).glob("*.json"))
    ]
    return jsonschema_rs.Registry([(document["$id"], document) for document in documents])


@cache
def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of a schema, compiled once in a process."""
    return jsonschema_rs.Draft202012Validator(load(name), registry=_registry())


def problems(name: str, document: Any) -> list[str]:
    """What is wrong with a document, one line each, beginning with its path; [] if it is valid."""
    return [f"/{'/'.join(map(str, e.instance_path))}: {e.message}" for e in validator(name).iter_errors(document)]
