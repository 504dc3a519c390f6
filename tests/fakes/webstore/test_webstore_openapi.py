"""The OpenAPI document: valid, complete, and true to what the API answers."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
import schemathesis
from openapi_spec_validator import validate

from fake_webstore import openapi
from fake_webstore.api.routes import ENDPOINTS
from fake_webstore.app import FakeWebstore
from fake_webstore.control import described
from fake_webstore.events import EVENTS

API, DOOR = orjson.loads(openapi.api()), orjson.loads(described.door())
BODIES = [
    (method, path, operation["requestBody"]["content"]["application/json"]["schema"])
    for path, operations in DOOR["paths"].items()
    for method, operation in operations.items()
    if "requestBody" in operation
]


@pytest.mark.parametrize("name", ["api", "door"])
async def test_the_door_publishes_valid_documents(shop: Any, name: str) -> None:
    async with shop.http.get(f"{shop.door_origin}/__fake__/openapi/{name}.json") as answer:
        document = await answer.json()
    validate(document)
    assert document == {"api": API, "door": DOOR}[name]


def test_every_route_of_the_door_is_described_and_no_other(fake: FakeWebstore) -> None:
    routes = fake.door().router.routes()
    real = {(route.method, route.resource.canonical) for route in routes if route.resource and route.method != "HEAD"}
    # Pages for people.
    real -= {("GET", f"/__fake__{path}") for path in ("", "/", "/pages/{world}")}
    assert real == {(method.upper(), path) for path, operations in DOOR["paths"].items() for method in operations}


@pytest.mark.parametrize(
    ("method", "path", "schema"), BODIES, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_the_keys_of_a_body_are_those_that_the_door_knows(shop: Any, method: str, path: str, schema: Any) -> None:
    product = await shop.stocked("A", 5)
    order = await shop.order()
    places = {"world": "demo", "store": shop.store["id"], "product": product, "order": order["id"]}
    address = shop.door_origin + path.format(**places)
    async with shop.http.request(method.upper(), address, json={"não existe": "x"}) as answer:
        refused = (await answer.json())["error"]
    assert answer.status == 400
    if "properties" in schema:
        known = re.search(r"known: (.*)", refused)
        assert known, refused
        assert sorted(known[1].split(", ")) == sorted(schema["properties"])
    else:
        assert "must be a number" in refused


def test_every_endpoint_and_every_event_is_in_it() -> None:
    described = {
        (method.upper(), path.split("{store_id}", 1)[1])
        for path, operations in API["paths"].items()
        for method in operations
        if "{store_id}" in path
    }
    assert described == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}
    assert set(API["webhooks"]) == set(EVENTS)
    queries = {endpoint.name: endpoint.query for endpoint in ENDPOINTS if endpoint.query}
    for name, known in queries.items():
        method, path = name.split(" ", 1)
        operation = API["paths"][f"/{{world}}/api/v1/stores/{{store_id}}{path}"][method.lower()]
        assert {each["name"] for each in operation["parameters"] if each["in"] == "query"} == known


def test_every_reference_leads_somewhere() -> None:
    for target in set(re.findall(r'"\$ref": ?"#/([^"]+)"', openapi.api().decode())):
        place: Any = API
        for part in target.split("/"):
            place = place[part]
        assert isinstance(place, dict)


def test_schemathesis_reads_every_operation() -> None:
    operations = [each.ok() for each in schemathesis.openapi.from_dict(API).get_all_operations()]
    assert len(operations) == len(ENDPOINTS) + 2
