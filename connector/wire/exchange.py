"""A request ready to be sent and an answer as it came, in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Request:
    """`path` is relative to the side's base address and holds no secret; `name` is fit for logs."""

    name: str
    method: str
    path: str
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    units: int = 1


@dataclass(frozen=True, kw_only=True)
class Response:
    """Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
