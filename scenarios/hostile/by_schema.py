"""Requests that schemathesis makes of the OpenAPI documents, fitting them or breaking them on purpose."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import orjson
import schemathesis
from schemathesis import Case, GenerationMode

from fake_erp import openapi as erp_openapi
from fake_erp.serving import RunningErp
from fake_webstore import openapi as webstore_openapi
from fake_webstore.serving import RunningWebstore
from scenarios.hostile import invariants
from scenarios.hostile.report import Report

_HALF_FIT = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_AGENT = "hostile (a@exemplo.com.br)"


def at_erp(requests: int, seed: str = "1") -> Report:
    """Send about so many, alike for every operation of the API and of the control door."""
    report = Report()
    with RunningErp() as erp:
        token = erp.account(products=5, plan="potencializar").token

        def aim(case: Case[Any]) -> dict[str, str]:
            """Mostly at something that is there, or nothing behind the token or the name would ever be met."""
            if report.requests % 4 == 0:
                return {}
            if isinstance(case.body, dict) and "token" in case.body:
                case.body["token"] = token
            if isinstance(case.path_parameters, dict) and "world" in case.path_parameters:
                if erp.fake.worlds.find("porta") is None:
                    erp.account("porta", products=5)
                case.path_parameters["world"] = "porta"
            return {}

        documents = ((erp_openapi.api(), erp.api), (erp_openapi.door(), erp.door))
        operations = [(each, _origin(at)) for raw, at in documents for each in _operations(raw)]
        share = _share(requests, len(operations))
        for operation, origin in operations:
            _knock(operation, origin, share, seed, aim, report)
        for world in erp.fake.worlds:
            report.wrong += [f"world {world.name}: {line}" for line in invariants.broken(world, None)]
    return report


def at_webstore(requests: int, seed: str = "1") -> Report:
    """The same at a Webstore, where every answer must be one that the document names."""
    report = Report()
    with RunningWebstore() as running:
        shop = running.platform(stores=[{"installed": True, "products": 8}], bucket=False)
        order = shop.order(oversell=True)
        store = next(iter(running.fake.worlds.get("demo").stores.values()))
        product = next(each for each in store.products.values())
        assert store.installation
        token = store.installation.access_token

        def aim(case: Case[Any]) -> dict[str, str]:
            """Mostly at the store, with its token, about things that are there."""
            if report.requests % 6 == 0:
                return {"User-Agent": _AGENT}
            if isinstance(case.path_parameters, dict):
                known = {"world": "demo", "store_id": store.id, "code": product.code}
                known["id"] = order["id"] if "/orders" in str(case.operation.path) else product.id
                case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
            return {"User-Agent": _AGENT, "Authorization": f"Bearer {token}"}

        operations = _operations(webstore_openapi.api())
        share = _share(requests, len(operations))
        for operation in operations:
            _knock(
                operation, running.site, share, seed, aim, report, documented=set(operation.definition.raw["responses"])
            )
    return report


def _share(requests: int, operations: int) -> int:
    return max(1, requests // (operations * len(_HALF_FIT)))


def _operations(document: bytes) -> list[Any]:
    schema: Any = schemathesis.openapi.from_dict(orjson.loads(document))
    return [result.ok() for result in schema.get_all_operations()]


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _knock(
    operation: Any,
    origin: str,
    count: int,
    seed: str,
    aim: Callable[[Case[Any]], dict[str, str]],
    report: Report,
    documented: set[str] | None = None,
) -> None:
    """Send so many requests of both kinds; `aim` turns one at its goal and says which headers it has."""
    for mode in _HALF_FIT:

        @hypothesis.seed(f"{seed}:{operation.label}:{mode}")
        @hypothesis.settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case[Any]) -> None:
            answer = case.call(base_url=origin, headers=aim(case))
            report.take(answer.status_code, answer.content, case.as_curl_command())
            # A path that matches no operation of the document is none of its business.
            if documented and str(answer.status_code) not in documented | {"404", "405"}:
                report.wrong.append(f"HTTP {answer.status_code} is not documented: {case.as_curl_command()}")

        with contextlib.suppress(hypothesis.errors.Unsatisfiable):
            # A question without parameters has nothing that could be wrong.
            send()
