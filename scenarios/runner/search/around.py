"""The story that is searched around: as its file says it, with more time for everything, and what the connector does.

Whoever adds trouble to a story must give it time: what was to be true at once may take until the trouble is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.runner import durations, weaving
from scenarios.runner.deeds import trouble
from scenarios.runner.record import Evidence
from scenarios.runner.scene import Document
from scenarios.runner.story import Story

# Longer than any wait of the connector's and the fakes' between two tries of what is drawn here.
_PATIENCE = "3h"
# Messages that are late or sent again arrive in this time: what they do to the shop must be seen as well.
_AFTERWARDS = "30m"
_LOOKS = ("eventually", "expect")
# What a merchant does without meeting the connector.
_AWAY_FROM_CONNECTOR = ("removes_product", "edits_product")


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What passes in the story when nothing goes wrong, in our words: so much can meet trouble."""

    erp_calls: tuple[str, ...] = ()
    shop_calls: tuple[str, ...] = ()
    erp_messages: tuple[str, ...] = ()
    shop_messages: tuple[str, ...] = ()
    # Named points of the connector (`connector.crash`).
    points: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Around:
    """A story to which steps can be added at places: `place` 2 is before its third step."""

    path: Path
    seed: int
    # Without its steps.
    head: Document
    steps: tuple[Document, ...]
    # What was true of the story at its end must be so still when the last message has arrived.
    tail: tuple[Document, ...]
    wait: str = _AFTERWARDS
    traffic: Traffic = Traffic()

    @property
    def first_place(self) -> int:
        """Before it there is nothing to be disturbed."""
        return 1 + next((n for n, step in enumerate(self.steps) if step.get("merchant") == "connects"), 0)

    @property
    def last_place(self) -> int:
        """After it nothing happens any more."""
        return len(self.steps) - len(self.tail)

    @property
    def first_unvisited_place(self) -> int:
        """From here on nobody meets an error page where the connector is down."""
        visits = [n for n, step in enumerate(self.steps) if step.get("merchant", _AWAY_FROM_CONNECTOR[0]) not in _AWAY]
        return max(visits, default=-1) + 1

    @property
    def shops(self) -> tuple[str, ...]:
        return tuple(self.head.get("worlds", {}).get("shops", {}))

    @property
    def accounts(self) -> tuple[str, ...]:
        return tuple(self.head.get("worlds", {}).get("accounts", {}))

    @property
    def looked_at(self) -> frozenset[str]:
        """What the story says of single products: added steps must not change that."""
        return frozenset(key for step in self.steps if "product_in_shop" in step.values() for key in step)


_AWAY = frozenset(_AWAY_FROM_CONNECTOR)


def around(story: Story) -> Around:
    """What its file says, with its includes and values put in."""
    document = weaving.weave(story.path)[story.place].source.value
    steps = tuple(map(_patient, document.pop("steps", None) or []))
    head = {**document, "title": story.title, "seed": story.seed, "needs": "virtual", "tags": ["found"]}
    head["settle"] = _longer(document.get("settle"))
    return Around(path=story.path, seed=story.seed, head=head, steps=steps, tail=tuple(_tail(steps)))


def _patient(step: Document) -> Document:
    """A look that waits, and long enough; any other step as it is."""
    for look in _LOOKS:
        if look in step:
            rest = {key: value for key, value in step.items() if key not in (look, "within")}
            return {"eventually": step[look], **rest, "within": _longer(step.get("within"))}
    return step


def _longer(length: str | None) -> str:
    return max(length or _PATIENCE, _PATIENCE, key=durations.seconds)


def _tail(steps: tuple[Document, ...]) -> list[Document]:
    """The looks at the end."""
    acts = [number for number, step in enumerate(steps) if "eventually" not in step]
    return [{key: value for key, value in step.items() if key != "at"} for step in steps[max(acts, default=-1) + 1 :]]


def afterwards(around: Around) -> list[Document]:
    """What every story that is played here ends with."""
    return [{"clock": "waits", "for": around.wait}, *around.tail]


def traffic(evidence: Evidence) -> Traffic:
    """What a story's evidence shows."""
    erps = [entry for name, entries in evidence.journals.items() if name.startswith("erp:") for entry in entries]
    shop = evidence.journals.get("shop", [])
    return Traffic(
        erp_calls=_words(trouble.ERP_CALLS, _told(erps, "call", "service")),
        shop_calls=_words(trouble.SHOP_CALLS, _told(shop, "api", "call")),
        erp_messages=_words(trouble.MESSAGES, _told(erps, "webhook", "tipo")),
        shop_messages=_words(trouble.SHOP_MESSAGES, _told(shop, "webhook", "event")),
        points=evidence.points,
    )


def _told(entries: Iterable[dict[str, Any]], kind: str, key: str) -> Iterator[str]:
    return (entry[key] for entry in entries if entry["kind"] == kind)


def _words(known: dict[str, str], met: Iterable[str]) -> tuple[str, ...]:
    theirs = {_bare(name) for name in met}
    return tuple(ours for ours, name in known.items() if _bare(name) in theirs)


def _bare(name: str) -> str:
    """A name without `.php` is the same service."""
    return name.removesuffix(".php")
