"""OpenAPI 3.1 documents: schemas of ours as components, and operations of a control door.

What is the same for both fakes; each adds its own operations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import schemas
from scenarios.harness.door import PREFIX

VERSION = "3.1.0"
_URN = re.compile(r"urn:schemas:[a-z]+:([A-Za-z_.]+)(?:#/(.*))?")
_PLACE = re.compile(r"\{([a-z]+)\}")

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
SWITCH: Schema = {"type": "boolean"}
AMOUNT: Schema = {"description": "A decimal, as a number or as text with a point.", "type": ["number", "string"]}


def fields(*required: str, **properties: Schema) -> Schema:
    """A closed object."""
    closed: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**closed, "required": list(required)} if required else closed


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing that a control door does; `path` is what follows its prefix."""

    method: str
    path: str
    says: str
    body: Schema | None = None
    query: dict[str, Schema] = field(default_factory=dict)
    status: int = 200

    def as_dict(self) -> dict[str, Any]:
        document: dict[str, Any] = {"summary": self.says, "responses": self._responses()}
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": TEXT} for name in _PLACE.findall(self.path)
        ] + [{"name": name, "in": "query", "schema": schema} for name, schema in self.query.items()]
        if parameters:
            document["parameters"] = parameters
        if self.body is not None:
            document["requestBody"] = {"content": {"application/json": {"schema": self.body}}}
        return document

    def _responses(self) -> dict[str, Any]:
        refused = {"$ref": "#/components/responses/refused"}
        answered = {"description": "Done.", "content": {"application/json": {"schema": {}}}}
        known = {str(self.status): answered, "400": refused, "409": refused, "413": refused}
        return {**known, "404": refused} if _PLACE.search(self.path) else known


LIST: dict[str, Schema] = {"offset": {"type": "integer", "minimum": 0}, "limit": {"type": "integer", "minimum": 0}}
NUMBERED: dict[str, Schema] = {"number": {"type": "integer", "minimum": 1}}

SHARED = (
    Operation(method="GET", path="/worlds", says="List the worlds."),
    Operation(method="DELETE", path="/worlds/{world}", says="Delete a world."),
    Operation(method="GET", path="/worlds/{world}/clock", says="Its time and how fast it runs."),
    Operation(
        method="POST",
        path="/worlds/{world}/clock/advance",
        says="Move its time forward.",
        body=fields("seconds", seconds={"type": "number", "minimum": 0}),
    ),
    Operation(method="GET", path="/worlds/{world}/faults", says="The faults that are ordered."),
    Operation(
        method="POST",
        path="/worlds/{world}/faults",
        says="Order a fault by the exact number of the calls that it meets.",
        body=fields(
            *("call", "what"),
            call=TEXT,
            what=TEXT,
            first={"type": "integer", "minimum": 1},
            calls={"type": "integer", "minimum": 1},
            **{"with": {"type": "object"}},
        ),
        status=201,
    ),
    Operation(
        method="DELETE", path="/worlds/{world}/faults", says="Take back the fault of a number, or all.", query=NUMBERED
    ),
    Operation(
        method="GET",
        path="/worlds/{world}/journal",
        says="What was asked, answered, sent and done, oldest first.",
        query={"since": {"type": "integer", "minimum": 0}, "kind": TEXT, "limit": {"type": "integer", "minimum": 0}},
    ),
)


def door_document(title: str, operations: tuple[Operation, ...]) -> dict[str, Any]:
    """The control door as OpenAPI; its own routes besides the shared ones."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in (*SHARED, *operations):
        paths.setdefault(f"{PREFIX}{operation.path}", {})[operation.method.lower()] = operation.as_dict()
    refused = {
        "description": "Refused; `error` says what is wrong and what to do.",
        "content": {"application/json": {"schema": {"type": "object", "properties": {"error": TEXT}}}},
    }
    return {
        "openapi": VERSION,
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {"responses": {"refused": refused}},
    }


def reference(name: str) -> Schema:
    """To a schema of ours by its name without its side, such as `info.answer`."""
    return {"$ref": f"#/components/schemas/{name}"}


def components(side: str) -> dict[str, Schema]:
    """Every schema of one side by name, their references turned into references within the document."""
    names = sorted(path.stem for path in (schemas.ROOT / side).glob("*.json"))
    return {name: _embedded(schemas.load(f"{side}/{name}"), name) for name in names}


def _embedded(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_embedded(each, name) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _moved(inner, name) if key == "$ref" else _embedded(inner, name)
        for key, inner in value.items()
        if key not in ("$id", "$schema")
    }


def _moved(target: str, name: str) -> str:
    if target.startswith("#/"):
        return f"{reference(name)['$ref']}/{target[2:]}"
    found = _URN.fullmatch(target)
    assert found, f"{name} refers to {target}, which is no schema of ours"
    inner = f"/{found[2]}" if found[2] else ""
    return f"{reference(found[1])['$ref']}{inner}"
