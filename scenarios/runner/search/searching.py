"""The search: candidates one after the other, what fails by them made small and written as a story file."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from scenarios.runner.playing import Performance, Say
from scenarios.runner.record import Record, Verdict
from scenarios.runner.scene import Document
from scenarios.runner.search import around
from scenarios.runner.search.events import Event, draw, played_with
from scenarios.runner.search.shrinking import shrunk
from scenarios.runner.story import Refused, Story, read_stories
from scenarios.runner.writing import Line, text_of

Events = tuple[Event, ...]

_TELL_EVERY = 10.0
_MOST_DETAILS = 3
_LONGEST_TITLE = 120
# Steps by which a story looks: anything else that fails says only that the story could not go on.
_LOOKS = ("eventually: ", "expect: ")


@dataclass(kw_only=True)
class Tally:
    """What was played: runs in all, those that came to a judgement, and their time."""

    runs: int = 0
    judged: int = 0
    clock_s: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def add(self, record: Record) -> None:
        self.runs += 1
        self.judged += _is_judged(record)
        self.clock_s += record.clock_s

    def told(self) -> str:
        seconds = time.monotonic() - self.began
        return f"{self.runs} runs, {self.clock_s / 86_400:.1f} days of the stories in {seconds:.0f} s"


@dataclass(kw_only=True)
class Search:
    """One search around a story. `found` are the files it has written, by the name of what is broken."""

    story: Story
    seed: int
    out: Path
    say: Say
    tally: Tally = field(default_factory=Tally)
    found: dict[str, Path] = field(default_factory=dict)
    _told_at: float = 0.0
    _again: Counter[str] = field(default_factory=Counter)

    def run(self, *, most: int | None, seconds: float, stop: bool) -> Verdict:
        """Search until so many candidates were played or the time is over, with `stop` until one fails.

        PASS: nothing was found; FAIL: something was; UNKNOWN: no run came to a judgement.
        """
        self._around = around.around(self.story)
        with tempfile.TemporaryDirectory() as folder:
            self._folder = Path(folder)
            learned = self._play((), is_watched=True)
            self._judge(0, (), learned)
            if learned.evidence is not None:
                self._around = replace(self._around, traffic=around.traffic(learned.evidence))
            number = 0
            while not (number == most or self._is_over(seconds) or (stop and self.found)):
                number += 1
                events = draw(Random(f"{self.seed}:candidate {number}"), self._around)
                self._judge(number, events, self._play(events))
                self._tell()
        self.say(self._closing())
        return Verdict.FAIL if self.found else Verdict.PASS if self.tally.judged else Verdict.UNKNOWN

    def _is_over(self, seconds: float) -> bool:
        return time.monotonic() - self.tally.began >= seconds

    def _play(self, events: Events, *, is_watched: bool = False) -> Record:
        """Play the story with these; one that cannot be a story (a step without the one it needs) is no failure."""
        path = self._folder / "candidate.yaml"
        path.write_text(self._text(path, (), events), encoding="utf-8")
        # Hooks are looked for beside the story that was given.
        story = replace(read_stories(path)[0], path=self.story.path)
        performance = Performance(
            story=story, seed=self.story.seed, wall=None, say=lambda _: None, is_watched=is_watched
        )
        record = performance.play()
        self.tally.add(record)
        return record

    def _judge(self, number: int, events: Events, record: Record) -> None:
        if not (names := broken(record)):
            return
        name = names[0]
        self._again[name] += 1
        if name not in self.found:
            self.say(f"candidate {number} breaks {name!r}; looking for the fewest events …")
            self._keep(number, name, shrunk(events, lambda part: self._fails(part, name)))

    def _fails(self, events: Events, name: str) -> bool:
        with suppress(Refused):
            return name in broken(self._play(events))
        return False

    def _keep(self, number: int, name: str, events: Events) -> None:
        """Play it once more, for its own words, and write it."""
        record = self._play(events)
        details = next((shown.wrong for shown in record.shown if shown.wrong and shown.name == name), ())
        slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60]
        path = self.out / f"{self.story.path.stem}_{slug}_{self.seed}_{number}.yaml"
        remarks = (
            f"Found by `scenarios search {self.story.path} --seed {self.seed}`, candidate {number}.",
            f"It breaks {name!r}: {'; '.join(details[:_MOST_DETAILS]) or record.why}",
        )
        path.write_text(self._text(path, remarks, events), encoding="utf-8")
        self.found[name] = path
        self.say(f"found: {name!r} by {_told(events)}: {path}")
        self.say(f"  see it again: python -m scenarios run {path}")

    def _text(self, path: Path, remarks: tuple[str, ...], events: Events) -> str:
        title = f"{self._around.head['title']}, and {_told(events)}"[:_LONGEST_TITLE]
        lines = [
            Line(self._moved(step, path), ("added",) if added else ())
            for step, added in played_with(self._around, events)
        ]
        return text_of(path, remarks, {**self._around.head, "title": title}, lines)

    def _moved(self, step: Document, path: Path) -> Document:
        """A hook's file is named from the folder of the story; one that is only played stays there."""
        if "hook" not in step or path.parent == self._folder:
            return step
        file, _, name = str(step["function"]).rpartition(":")
        here = Path(os.path.relpath(self.story.path.parent / file, path.parent)).as_posix()
        return {**step, "function": f"{here}:{name}"}

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY:
            self._told_at = now
            self.say(f"{self.tally.told()}, {len(self.found)} found")

    def _closing(self) -> str:
        unjudged = self.tally.runs - self.tally.judged
        more = f", {unjudged} came to no judgement" if unjudged else ""
        found = ", ".join(f"{name!r} {self._again[name]} times" for name in self.found) or "nothing found"
        return f"{found} ({self.tally.told()}{more})"


def broken(record: Record) -> tuple[str, ...]:
    """The names of what was not as it should be: invariants, and looks of the story; empty unless it failed."""
    if record.verdict is not Verdict.FAIL:
        return ()
    names = (shown.name for shown in record.shown if shown.wrong and (not shown.line or shown.name.startswith(_LOOKS)))
    return tuple(dict.fromkeys(names)) or ((record.why,) if record.why else ())


def _is_judged(record: Record) -> bool:
    """Whether it was played to where the invariants are looked at, or a look of its own failed."""
    return bool(broken(record)) or any(not shown.line for shown in record.shown)


def _told(events: Events) -> str:
    return ", ".join(event.told() for event in events) or "nothing added"
