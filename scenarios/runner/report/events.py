"""The entries of the fakes' journals as marks on lanes: when, who, what, and whether it went wrong."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scenarios.runner.record import Evidence

Entry = dict[str, Any]

# From top to bottom; the last one takes what is nobody's: checks, time that passes, functions of one's own.
LANES = ("merchant", "shopper", "operator", "erp", "webstore", "connector", "story")

# Kinds of entries that are answered.
CALLED = ("call", "not_found", "api", "webhook", "probe")
WELL, REFUSED, MET_FAULT = 0, 1, 2
# Transport, section 3.4: nothing was found, or no such page, which is an answer and no failure.
_NOTHING = (20, 23)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One entry of a journal. Times are in seconds of the story's clock; `told` says how it ended."""

    at: float
    to: float
    lane: int
    name: str
    told: str
    state: int
    source: str
    entry: Entry


def events(evidence: Evidence) -> list[Event]:
    """Everything that the journals hold, oldest first; of two at the same time as the journals have them."""
    found = [
        _event(source, entry, evidence.began) for source, entries in evidence.journals.items() for entry in entries
    ]
    return sorted(found, key=lambda event: event.at)


def _event(source: str, entry: Entry, began: datetime) -> Event:
    at = seconds(entry["at"], began)
    return Event(
        at=at,
        to=seconds(entry["ended"], began) if entry.get("ended") else at,
        lane=LANES.index(_lane(source, entry)),
        name=_name(entry),
        told=", ".join(_told(entry)),
        state=_state(entry),
        source=source,
        entry=entry,
    )


def seconds(text: str, began: datetime) -> float:
    """A journal's time on the story's clock."""
    return (datetime.fromisoformat(text) - began).total_seconds()


def _lane(source: str, entry: Entry) -> str:
    """A call stands where it is answered, a message where it arrives, a click with whoever clicks."""
    kind = entry["kind"]
    if kind in ("webhook", "probe"):
        return "connector"
    if kind in ("panel", "storefront"):
        return "merchant" if kind == "panel" else "shopper"
    return "webstore" if source == "shop" else "erp"


def _name(entry: Entry) -> str:
    """What was called, in the words of whoever answers; of other entries what they are."""
    kind = entry["kind"]
    if kind == "webhook":
        return f"message {entry.get('tipo') or entry.get('event')}"
    if kind in ("panel", "storefront"):
        return f"{entry.get('method', 'POST')} {entry['path']}"
    called = entry.get("service") or entry.get("call")
    return str(called) if called and kind in CALLED else " ".join(filter(None, (kind.replace("_", " "), called)))


def _told(entry: Entry) -> Iterator[str]:
    if entry["kind"] in CALLED:
        yield "no answer" if entry.get("status") is None else str(entry["status"])
    if entry.get("code") is not None:
        yield f"code {entry['code']}"
    if entry.get("error") and entry["error"] != entry.get("fault"):
        yield str(entry["error"])
    if entry.get("fault"):
        yield f"fault {entry['fault']}"


def _state(entry: Entry) -> int:
    if entry.get("fault"):
        return MET_FAULT
    if entry["kind"] not in CALLED:
        return WELL
    status, code = entry.get("status"), entry.get("code")
    is_answered = isinstance(status, int) and status < 400
    return WELL if is_answered and (code is None or code in _NOTHING) else REFUSED


@dataclass(frozen=True, kw_only=True)
class Band:
    """Something that goes wrong for a while, on the lane of whom it happens to."""

    since: float
    to: float
    lane: int
    told: str


def bands(evidence: Evidence) -> list[Band]:
    """Outages by their length, faults by count from their order to the last call that met them, a dead connector."""
    down = LANES.index("connector")
    found = [Band(since=since, to=to, lane=down, told="connector down") for since, to in evidence.downs]
    for source, entries in evidence.journals.items():
        found += _bands(source, entries, evidence.began)
    return sorted(found, key=lambda band: (band.since, band.lane))


def _bands(source: str, entries: list[Entry], began: datetime) -> Iterator[Band]:
    lane = LANES.index("webstore" if source == "shop" else "erp")
    for place, entry in enumerate(entries):
        since = seconds(entry["at"], began)
        if entry["kind"] == "outage_ordered":
            yield Band(since=since, to=since + entry["seconds"], lane=lane, told=f"outage: {entry['what']}")
        elif entry["kind"] in ("fault_ordered", "webhook_fault_ordered"):
            later = (other for other in entries[place:] if other.get("fault") == entry["what"] and _meets(other, entry))
            met = list(itertools.islice(later, entry["calls"]))
            to = seconds(met[-1]["at"], began) if met else since
            yield Band(since=since, to=to, lane=lane, told=f"{entry['what']} of {_about(entry)}, met {len(met)} times")


def _meets(other: Entry, fault: Entry) -> bool:
    is_message = other["kind"] == "webhook"
    about = (
        f"webhook:{other.get('tipo') or other.get('event')}" if is_message else other.get("service", other.get("call"))
    )
    return _about(fault) in ("*", about)


def _about(fault: Entry) -> str:
    """What a fault is for, as `_meets` names it; the shop's faults of messages have a list of their own."""
    is_event = fault["kind"] == "webhook_fault_ordered" and fault["call"] != "*"
    return f"webhook:{fault['call']}" if is_event else str(fault["call"])
