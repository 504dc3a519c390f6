"""The loader of the schemas, and what each schema file must be for it."""

from pathlib import Path

import jsonschema_rs
import orjson
import pytest

import schemas

FILES = sorted(path for side in ("erp", "webstore") for path in (schemas.ROOT / side).glob("*.json"))


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_schema_is_valid_and_has_the_id_of_its_place(path):
    document = orjson.loads(path.read_bytes())
    jsonschema_rs.meta.validate(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == f"urn:schemas:{path.parent.name}:{path.stem}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_schemas_references_lead_somewhere(path):
    assert schemas.validator(name_of(path))


def test_a_schema_is_read_once():
    name = name_of(FILES[0])
    assert schemas.load(name) is schemas.load(name)
    assert schemas.validator(name) is schemas.validator(name)


@pytest.mark.parametrize("name", ["erp/nothing", "nowhere/info", ""])
def test_a_schema_that_does_not_exist_is_named(name):
    with pytest.raises(KeyError, match=f"no schema '{name}'"):
        schemas.load(name)


def test_a_valid_document_has_no_problems():
    assert schemas.problems("webstore/PackageWrite", {"height_cm": "3.00"}) == []


def test_each_problem_begins_with_the_path_to_it():
    document = {"height_cm": 3, "width_cm": "wide"}
    assert sorted(line.partition(":")[0] for line in schemas.problems("webstore/PackageWrite", document)) == [
        "/height_cm",
        "/width_cm",
    ]


def test_a_problem_of_the_whole_document_has_the_root_as_its_path():
    assert schemas.problems("webstore/PackageWrite", [])[0].startswith("/: ")
