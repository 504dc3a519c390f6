"""The OpenAPI document: valid, complete, and true to what the API answers."""

from __future__ import annotations

import re
from typing import Any

import orjson
import schemathesis
from openapi_spec_validator import validate

from fake_webstore import openapi
from fake_webstore.api.routes import ENDPOINTS
from fake_webstore.events import EVENTS

API = orjson.loads(openapi.api())


async def test_the_door_publishes_a_valid_document(shop: Any) -> None:
    async with shop.http.get(f"{shop.door_origin}/__fake__/openapi/api.json") as answer:
        document = await answer.json()
    validate(document)
    assert document == API


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
