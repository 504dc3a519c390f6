"""Requests that schemathesis makes of the OpenAPI documents, fitting them or breaking them on purpose."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import orjson
import schemathesis
from schemathesis import Case, GenerationMode

from fake_erp import openapi
from fake_erp.serving import RunningErp
from scenarios.hostile import invariants
from scenarios.hostile.report import Report

_HALF_FIT = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def play(requests: int, seed: str = "1") -> Report:
    """Send about so many, alike for every operation of the API and of the control door."""
    report = Report()
    with RunningErp() as erp:
        place = _Place(erp, erp.account(products=5, plan="potencializar").token, seed, report)
        documents = ((openapi.api(), erp.api), (openapi.door(), erp.door))
        operations = [(each.ok(), _origin(at)) for raw, at in documents for each in _read(raw).get_all_operations()]
        share = max(1, requests // (len(operations) * len(_HALF_FIT)))
        for operation, origin in operations:
            for mode in _HALF_FIT:
                with contextlib.suppress(hypothesis.errors.Unsatisfiable):
                    # A question without parameters has nothing that could be wrong.
                    place.knock(operation, mode, origin, share)
        for world in erp.fake.worlds:
            report.wrong += [f"world {world.name}: {line}" for line in invariants.broken(world, None)]
    return report


def _read(document: bytes) -> Any:
    return schemathesis.openapi.from_dict(orjson.loads(document))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class _Place:
    """A running fake with the account whose token is sent; the door's operations have an account of their own."""

    erp: RunningErp
    token: str
    seed: str
    report: Report

    def knock(self, operation: Any, mode: GenerationMode, origin: str, count: int) -> None:
        """Send so many requests for one operation."""

        @hypothesis.seed(f"{self.seed}:{operation.label}:{mode}")
        @hypothesis.settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case[Any]) -> None:
            self._aim(case)
            answer = case.call(base_url=origin)
            self.report.take(answer.status_code, answer.content, case.as_curl_command())

        send()

    def _aim(self, case: Case[Any]) -> None:
        """Mostly at something that is there, or nothing behind the token or the name would ever be met."""
        if self.report.requests % 4 == 0:
            return
        if isinstance(case.body, dict) and "token" in case.body:
            case.body["token"] = self.token
        if isinstance(case.path_parameters, dict) and "world" in case.path_parameters:
            if self.erp.fake.worlds.find("porta") is None:
                self.erp.account("porta", products=5)
            case.path_parameters["world"] = "porta"
