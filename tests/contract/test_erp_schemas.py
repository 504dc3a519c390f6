"""The ERP's schemas: every example passes or fails as its name says, in both validators."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from referencing import Registry, Resource

import schemas

FOLDER = schemas.ROOT / "erp"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "common")
EXAMPLES = sorted((FOLDER / "examples").glob("*/*.json"))


@cache
def second_opinion(name: str) -> jsonschema.Draft202012Validator:
    documents = [orjson.loads(path.read_bytes()) for path in FOLDER.glob("*.json")]
    registry: Registry[Any] = Registry().with_resources((d["$id"], Resource.from_contents(d)) for d in documents)
    return jsonschema.Draft202012Validator(schemas.load(f"erp/{name}"), registry=registry)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_passes_or_fails_as_it_is_named(path: Path):
    document = orjson.loads(path.read_bytes())
    name, expected = path.parent.name, path.stem.startswith("valid-")
    assert expected or path.stem.startswith("invalid-")
    assert schemas.validator(f"erp/{name}").is_valid(document) is expected
    assert second_opinion(name).is_valid(document) is expected


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_has_examples_of_both_kinds(name: str):
    kinds = {path.stem.split("-")[0] for path in EXAMPLES if path.parent.name == name}
    assert kinds == {"valid", "invalid"}


@pytest.mark.parametrize("name", [*NAMES, "common"])
def test_a_schema_is_a_schema_and_named_after_its_file(name: str):
    document = schemas.load(f"erp/{name}")
    jsonschema.Draft202012Validator.check_schema(document)
    assert document["$id"] == f"urn:schemas:erp:{name}"


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".request")])
def test_a_request_schema_is_closed(name: str):
    assert schemas.load(f"erp/{name}")["additionalProperties"] is False


def test_no_folder_of_examples_is_without_its_schema():
    assert {path.parent.name for path in EXAMPLES} == set(NAMES)
