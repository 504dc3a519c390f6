"""Faults by exact count: "calls 3 to 5 of this service: this happens to them".

The harness counts calls and hands out what was ordered; the fake that owns the wire says which
calls and which faults exist, and makes them happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any


class UnknownFault(ValueError):
    """A fault was ordered with a name or a number that means nothing; the text says which are known."""


@dataclass
class Fault:
    """An order: calls `first` to `first + calls - 1` of `call`, counted from when it was given, meet `what`.

    It is met exactly `calls` times: for each of them that meets an older order, one later call meets this.
    """

    call: str
    what: str
    first: int = 1
    calls: int = 1
    with_: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    met: int = 0
    # Tells it from the others of its world; 0 where nobody ordered it.
    number: int = 0

    @property
    def spent(self) -> bool:
        return self.met >= self.calls

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "call": self.call,
            "what": self.what,
            "first": self.first,
            "calls": self.calls,
            "with": self.with_,
            "met": self.met,
            "left": self.calls - self.met,
        }


class Faults:
    """The faults ordered in one world. `"*"` as a call means any call."""

    # The program's, not the world's.
    NOT_SAVED = frozenset({"_calls", "_kinds"})

    def __init__(self, calls: Collection[str], kinds: Collection[str]) -> None:
        self._calls = frozenset(calls) | {"*"}
        self._kinds = frozenset(kinds)
        self._ordered: list[Fault] = []
        self.counts: Counter[str] = Counter()
        self.last_number = 0

    def order(self, document: dict[str, Any]) -> Fault:
        """Take an order such as `{"call": "x", "what": "y", "first": 3, "calls": 3, "with": {…}}`.

        Raises UnknownFault for an unknown key, call or kind and for a count below 1.
        """
        if unknown := sorted(set(document) - {"call", "what", "first", "calls", "with"}):
            raise UnknownFault(f"unknown key {unknown[0]!r} in a fault; known: call, what, first, calls, with")
        call, what = document.get("call"), document.get("what")
        if not isinstance(call, str) or call not in self._calls:
            raise UnknownFault(f"unknown call {call!r}; known: {', '.join(sorted(self._calls))}")
        if not isinstance(what, str) or what not in self._kinds:
            raise UnknownFault(f"unknown fault {what!r}; known: {', '.join(sorted(self._kinds))}")
        first, calls, with_ = document.get("first", 1), document.get("calls", 1), document.get("with", {})
        for name, number in (("first", first), ("calls", calls)):
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:
                raise UnknownFault(f"{name} must be a whole number from 1, not {number!r}")
        if not isinstance(with_, dict):
            raise UnknownFault(f"'with' must be an object, not {with_!r}")
        self.last_number += 1
        fault = Fault(call, what, first, calls, with_, number=self.last_number)
        self._ordered.append(fault)
        return fault

    def meet(self, call: str) -> Fault | None:
        """Count one call and return the fault that it meets, if any: the one ordered first."""
        self.counts[call] += 1
        struck: Fault | None = None
        for fault in self._ordered:
            if fault.call not in (call, "*") or fault.spent:
                continue
            fault.seen += 1
            if struck is None and fault.seen >= fault.first:
                fault.met += 1
                struck = fault
        return struck

    def take_back(self, number: int) -> bool:
        """Forget one order by its number; whether there was one."""
        kept = [fault for fault in self._ordered if fault.number != number]
        is_there = len(kept) < len(self._ordered)
        self._ordered = kept
        return is_there

    def clear(self) -> None:
        self._ordered.clear()

    def as_list(self) -> list[dict[str, Any]]:
        return [fault.as_dict() for fault in self._ordered]
