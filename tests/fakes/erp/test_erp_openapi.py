"""The OpenAPI documents: valid, complete, and true to what the doors really take."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from openapi_spec_validator import validate

from fake_erp import openapi
from fake_erp.app import FakeErp
from fake_erp.services import SERVICES
from scenarios.harness.clock import StandingClock

API, DOOR = orjson.loads(openapi.api()), orjson.loads(openapi.door())
BODIES = [
    (method, path, operation["requestBody"]["content"]["application/json"]["schema"])
    for path, operations in DOOR["paths"].items()
    for method, operation in operations.items()
    if "requestBody" in operation
]


@pytest.mark.parametrize("name", ["api", "door"])
async def test_the_door_publishes_valid_documents(erp: Any, name: str) -> None:
    document = await erp.door("GET", f"openapi/{name}.json")
    validate(document)
    assert document == {"api": API, "door": DOOR}[name]


def test_every_service_stands_under_each_of_its_names() -> None:
    assert {f"/api2/{name}" for service in SERVICES.values() for name in service.names} == {
        path for path in API["paths"] if path.startswith("/api2/")
    }


def test_every_reference_leads_somewhere() -> None:
    for target in set(re.findall(r'"\$ref": ?"#/([^"]+)"', openapi.api().decode())):
        place: Any = API
        for part in target.split("/"):
            place = place[part]
        assert isinstance(place, dict)


def test_every_route_of_the_door_is_described_and_no_other() -> None:
    routes = FakeErp(StandingClock()).door().router.routes()
    real = {(route.method, route.resource.canonical) for route in routes if route.resource and route.method != "HEAD"}
    # Pages for people.
    real -= {("GET", f"/__fake__{path}") for path in ("", "/", "/pages/{world}")}
    assert real == {(method.upper(), path) for path, operations in DOOR["paths"].items() for method in operations}


@pytest.mark.parametrize(
    ("method", "path", "schema"), BODIES, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_the_keys_of_a_body_are_those_that_the_door_knows(erp: Any, method: str, path: str, schema: Any) -> None:
    world = await erp.world(products=1)
    order = await erp.inserted(world["token"])
    contact = (await erp.contacts())[0]["id"]
    await erp.door("POST", "worlds/loja/price-lists", {"descricao": "Atacado"})
    owned = {"orders": order, "contacts": contact, "price-lists": 1, "products": (await erp.products())[0]["id"]}
    kind = path.split("/")[4] if path.count("/") > 3 else ""
    address = path.removeprefix("/__fake__/").replace("{world}", "loja").replace("{id}", str(owned.get(kind)))
    status, refused = await erp.door_status(method.upper(), address, {"não existe": 1})
    assert status == 400
    known = re.search(r"known: (.*)", refused["error"])
    assert known, refused
    described = schema.get("properties") or schema["anyOf"][0]["properties"]
    assert sorted(known[1].split(", ")) == sorted(described)
