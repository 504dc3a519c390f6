"""What was measured of each subject, when, at which commit and on what: kept as one JSON document."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# What one round of benches has printed: the bench's name → its figures.
Round = dict[str, dict[str, Any]]


class Unreadable(Exception):
    """The document of results cannot be read; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What it ran on. Neither a host's name nor a path."""

    cores: int
    cpu: str
    memory_gb: float
    kernel: str
    python: str
    sqlite: str
    postgres: str


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One subject: `date` as YYYY-MM-DD, `commit` shortened, `is_quick` if in the short form, which is only a trial."""

    date: str
    commit: str
    is_quick: bool
    machine: Machine
    rounds: list[Round] = field(default_factory=list)


def read(path: Path) -> dict[str, Measured]:
    """By subject; empty where nothing was measured yet. Raises Unreadable."""
    if not path.exists():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {name: Measured(**{**one, "machine": Machine(**one["machine"])}) for name, one in document.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(f"{path.name} holds no results ({error}): take it from git, or remove it") from None


def write(path: Path, results: dict[str, Measured]) -> None:
    document = {name: asdict(one) for name, one in sorted(results.items())}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
