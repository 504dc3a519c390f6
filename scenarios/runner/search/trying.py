"""One candidate: a story with events among its steps, its text, how it is played, and what it has broken."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from scenarios.runner.playing import Performance
from scenarios.runner.record import Record, Verdict
from scenarios.runner.scene import Document
from scenarios.runner.search.around import Around
from scenarios.runner.search.events import Event, played_with
from scenarios.runner.story import read_stories
from scenarios.runner.writing import Line, text_of

Events = tuple[Event, ...]

_LONGEST_TITLE = 120
# Steps by which a story looks: anything else that fails says only that the story could not go on.
_LOOKS = ("eventually: ", "expect: ")


def play(around: Around, events: Events, *, is_watched: bool = False) -> Record:
    """Play the story with these. Raises Refused where that is no story, as a step without the one that it needs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidate.yaml"
        path.write_text(_text(around, events, path, ()), encoding="utf-8")
        # Hooks are looked for beside the story that was given.
        story = replace(read_stories(path, around.path.parent)[0], path=around.path)
    return Performance(story=story, seed=around.seed, wall=None, say=lambda _: None, is_watched=is_watched).play()


def broken(record: Record) -> tuple[str, ...]:
    """The names of what was not as it should be: invariants, and looks of the story; empty unless it failed."""
    if record.verdict is not Verdict.FAIL:
        return ()
    wrong = [shown for shown in record.shown if shown.wrong]
    # A rule says more than the look that missed something first.
    rules = [shown.name for shown in wrong if not shown.line]
    looks = [shown.name for shown in wrong if shown.line and shown.name.startswith(_LOOKS)]
    return tuple(dict.fromkeys((*rules, *looks))) or ((record.why,) if record.why else ())


def is_judged(record: Record) -> bool:
    """Whether it was played to where the invariants are looked at, or a look of its own failed."""
    return bool(broken(record)) or any(not shown.line for shown in record.shown)


def told(events: Events) -> str:
    """In a few words."""
    return ", ".join(event.told() for event in events) or "nothing added"


def file_text(around: Around, events: Events, path: Path, remarks: tuple[str, ...]) -> str:
    """The text of a file that is to stand at `path`, wherever the story itself stands."""
    return _text(
        replace(around, steps=tuple(_moved(step, around, path) for step in around.steps)), events, path, remarks
    )


def _moved(step: Document, around: Around, path: Path) -> Document:
    """A hook's file is named from the folder of the story."""
    if "hook" not in step:
        return step
    file, _, name = str(step["function"]).rpartition(":")
    here = Path(os.path.relpath(around.path.parent / file, path.parent)).as_posix()
    return {**step, "function": f"{here}:{name}"}


def _text(around: Around, events: Events, path: Path, remarks: tuple[str, ...]) -> str:
    title = f"{around.head['title']}, and {told(events)}"[:_LONGEST_TITLE]
    lines = [Line(step, ("added",) if added else ()) for step, added in played_with(around, events)]
    return text_of(path, remarks, {**around.head, "title": title}, lines)
