"""The fewest events by which a story still fails in the same way, each as plain as it can be."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from scenarios.runner.scene import Document
from scenarios.runner.search.events import Event
from scenarios.runner.story_schema import WORDS
from scenarios.runner.vocabulary import ACTORS, Word

Events = tuple[Event, ...]
Fails = Callable[[Events], bool]


def shrunk(events: Events, fails: Fails) -> Events:
    """The smallest part that fails, without what its steps need not say. `fails` plays one."""
    return _plainest(_fewest(events, fails), fails)


def _fewest(events: Events, fails: Fails) -> Events:
    parts = (part for size in range(len(events)) for part in itertools.combinations(events, size))
    return next((part for part in parts if fails(part)), events)


def _plainest(events: Events, fails: Fails) -> Events:
    """Each thing that is said is tried without, or by the smallest number, once."""
    for place in range(len(events)):
        for change in _changes(events[place]):
            plainer = change(events[place])
            if plainer is None:
                continue
            tried = (*events[:place], plainer, *events[place + 1 :])
            if fails(tried):
                events = tried
    return events


Change = Callable[[Event], Event | None]


def _changes(event: Event) -> Iterator[Change]:
    for number, step in enumerate(event.steps):
        word = _word(step)
        if "every" in step:
            yield _without(number, "every", "times")
        free = set(step) - {word.actor, *word.required, *word.one_of, "as", "every", "times", "shop", "account"}
        yield from (_without(number, key) for key in sorted(free))
        yield from (_smallest(number, key) for key in sorted(step) if _is_count(step[key]))


def _word(step: Document) -> Word:
    actor = next(key for key in step if key in ACTORS)
    return WORDS.get(actor, step[actor])


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 1


def _without(number: int, *keys: str) -> Change:
    def change(event: Event) -> Event | None:
        step = event.steps[number]
        if not step.keys() & keys:
            return None
        return _changed(event, number, {key: value for key, value in step.items() if key not in keys})

    return change


def _smallest(number: int, key: str) -> Change:
    def change(event: Event) -> Event | None:
        step = event.steps[number]
        return _changed(event, number, {**step, key: 1}) if _is_count(step.get(key)) else None

    return change


def _changed(event: Event, number: int, step: Document) -> Event:
    return Event(event.place, (*event.steps[:number], step, *event.steps[number + 1 :]))
