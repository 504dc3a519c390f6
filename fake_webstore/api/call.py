"""One call of the API as its handler sees it, and the table row that says what a call needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fake_webstore.api.recording import USUAL
from fake_webstore.errors import Detail, Invalid
from fake_webstore.records import Installation, Store
from fake_webstore.world import Platform


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that passed the gate: who calls, about what, with which document."""

    world: Platform
    store: Store
    installation: Installation
    api_url: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    document: Any

    def id(self, name: str = "id") -> int:
        """A number of the path; its route takes digits only."""
        return int(self.path[name])


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a handler says; None as document is an empty body."""

    document: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A row of §6. `extra_units` is what the call costs beyond one unit (§9, batch).

    `recorded` is how many bytes of a body the journal keeps; `noted` is what it keeps of an answer.
    """

    method: str
    path: str
    scope: str | None
    handle: Callable[[Call], Answer]
    query: frozenset[str] = frozenset()
    extra_units: Callable[[Any], int] = lambda _: 0
    secret_keys: frozenset[str] = frozenset()
    recorded: int = USUAL
    noted: Callable[[Any], Mapping[str, Any]] = lambda _: {}

    @property
    def name(self) -> str:
        """What faults, journal and statistics call it, such as `GET /products/{id}`."""
        return f"{self.method} {self.path or '/'}"

    @property
    def takes_body(self) -> bool:
        return self.method in ("PUT", "PATCH", "POST")


def check_query(given: Mapping[str, str], known: frozenset[str]) -> None:
    """Unknown query keys are refused (§6.2)."""
    unknown = [Detail(key, "unknown_parameter", "There is no such parameter.") for key in given if key not in known]
    if unknown:
        raise Invalid(*unknown)
