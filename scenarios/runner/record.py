"""What one playing of a story has shown, as plain values: what every report is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any


class Verdict(Enum):
    """What a story has shown; the value is the command's exit status."""

    PASS = 0
    FAIL = 1
    UNKNOWN = 2
    # Not played here, and no verdict.
    SKIPPED = -1


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One step that was played or one invariant that was looked at.

    `at` is in seconds of the story's clock; `line` is empty for an invariant; `wrong` is empty where all is well.
    """

    at: float
    line: str
    name: str
    told: str
    wrong: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        return not self.wrong


@dataclass(frozen=True, kw_only=True)
class Unchecked:
    """A step that was left out, an invariant or the worlds, and why; `line` is where it stands, if in the story."""

    line: str
    name: str
    why: str
    verb: str

    @property
    def told(self) -> str:
        where = f"line {self.line}, " if self.line else ""
        return f"not {self.verb}: {where}{self.name}: {self.why}"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What became of operations of one kind: as their caller could know it, and what the end shows."""

    what: str
    ok: int
    failed: int
    unknown: int
    lost: int
    doubled: int
    unexpected: int
    recovered: int

    def told(self) -> str:
        """In words."""
        fates = f"{self.ok} ok, {self.failed} failed, {self.unknown} unknown"
        end = f"{self.lost} lost, {self.doubled} doubled, {self.unexpected} unexpected, {self.recovered} recovered"
        return f"{self.what}: {fates}; {end}"


@dataclass(frozen=True, kw_only=True)
class Gap:
    """How far a shop was from its ERP account at a moment: balances that differ, paid orders not yet there."""

    at: float
    shop: str
    stock: int
    orders: int


@dataclass(kw_only=True)
class Evidence:
    """What only the report of a run needs, and what is therefore kept only when one is wanted.

    `journals` are those of the fakes, by `erp:NAME`, `erp` (calls with unknown tokens) and `shop`.
    """

    began: datetime
    journals: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    # When the connector was down: from and to, in seconds of the story's clock.
    downs: list[tuple[float, float]] = field(default_factory=list)
    # The named points (`connector.crash`) that the connector has passed, where they can be known.
    points: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Record:
    """One story. `clock_s` are seconds of its own clock, `real_s` those of the wall: the only thing not repeated."""

    title: str
    path: Path
    seed: int
    command: str
    shown: list[Shown] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    verdict: Verdict = Verdict.UNKNOWN
    why: str = ""
    clock_s: float = 0.0
    real_s: float = 0.0
    evidence: Evidence | None = None
