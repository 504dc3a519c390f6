"""The schemas of the Webstore side and their examples, read by two independent validators."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import schemas

FOLDER = schemas.ROOT / "webstore"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "common")
EXAMPLES = sorted(FOLDER.glob("examples/*/*.json"))
CLOSED = {
    name for name in NAMES if name.endswith(("Write", "Patch", "Request", "Create", "Batch")) or name == "StockItem"
}

REGISTRY: Registry[Any] = Registry().with_resources(
    (document["$id"], Resource(contents=document, specification=DRAFT202012))
    for document in (orjson.loads(path.read_bytes()) for path in FOLDER.glob("*.json"))
)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_has_a_valid_and_an_invalid_example(name: str) -> None:
    kinds = {path.name.partition("-")[0] for path in (FOLDER / "examples" / name).glob("*.json")}
    assert kinds == {"valid", "invalid"}


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_named_after_its_file_and_is_a_schema(name: str) -> None:
    document = schemas.load(f"webstore/{name}")
    assert document["$id"] == f"urn:schemas:webstore:{name}"
    jsonschema.Draft202012Validator.check_schema(document)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_both_validators_judge_an_example_as_its_name_says(path: Path) -> None:
    name, document = path.parent.name, orjson.loads(path.read_bytes())
    fast = schemas.validator(f"webstore/{name}").is_valid(document)
    slow = jsonschema.Draft202012Validator(schemas.load(f"webstore/{name}"), registry=REGISTRY).is_valid(document)
    assert (fast, slow) == (path.name.startswith("valid-"),) * 2


@pytest.mark.parametrize("name", NAMES)
def test_request_schemas_are_closed_and_answer_schemas_open(name: str) -> None:
    document = schemas.load(f"webstore/{name}")
    if document.get("type") != "array":
        assert (document.get("additionalProperties") is False) == (name in CLOSED)


def test_every_example_belongs_to_a_schema() -> None:
    assert {path.parent.name for path in EXAMPLES} <= set(NAMES)


def test_examples_are_named_valid_or_invalid() -> None:
    assert all(re.match(r"(in)?valid-[a-z0-9-]+$", path.stem) for path in EXAMPLES)
