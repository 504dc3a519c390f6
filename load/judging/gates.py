"""Gates: what was measured against what was allowed, and the verdict on the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import inf

from load.budgets import OF_GENERATOR, Budgets


class Verdict(Enum):
    """The value is the exit status; 2 is a run that was asked for wrongly."""

    PASS = 0
    FAIL = 1
    UNKNOWN = 3


@dataclass(frozen=True, kw_only=True)
class Gate:
    """`value` is None where it could not be measured, and infinite where what was waited for never came."""

    name: str
    limit: float
    value: float | None

    @property
    def holds(self) -> bool | None:
        return None if self.value is None else self.value <= self.limit

    @property
    def told(self) -> str:
        if self.value is None:
            return f"{self.name}: not measured (limit {self.limit:g})"
        if self.value == inf:
            return f"{self.name}: never (limit {self.limit:g})"
        return f"{self.name}: {self.value:.4g} {'≤' if self.holds else '>'} {self.limit:g}"


def gates(budgets: Budgets, measured: Mapping[str, float | None]) -> list[Gate]:
    """One for each budget, in the order of the budgets."""
    return [Gate(name=name, limit=limit, value=measured.get(name)) for name, limit in budgets.items()]


def verdict(found: list[Gate], bad: int, *, spoilt: bool) -> Verdict:
    """`bad` is how many messages and orders were lost, doubled or wrong: whoever loses fails, however it was measured.

    A generator that was the bottleneck has shown neither that the target is good enough nor that it is not; nor has a
    run that is `spoilt`: one that was ended early, sent nothing, or whose stall did not happen.
    """
    if bad:
        return Verdict.FAIL
    if spoilt or any(gate.holds is False for gate in found if gate.name in OF_GENERATOR):
        return Verdict.UNKNOWN
    if any(gate.holds is False for gate in found):
        return Verdict.FAIL
    return Verdict.PASS
