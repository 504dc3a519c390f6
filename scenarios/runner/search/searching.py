"""The search: candidates one after the other, what fails by them made small and written as a story file."""

from __future__ import annotations

import itertools
import re
import signal
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

from scenarios.runner.playing import Say
from scenarios.runner.record import Record, Verdict
from scenarios.runner.search import around, trying
from scenarios.runner.search.events import draw
from scenarios.runner.search.shrinking import shrunk
from scenarios.runner.search.trying import Events
from scenarios.runner.story import Refused, Story

_TELL_EVERY = 10.0
_MOST_DETAILS = 3


@dataclass(frozen=True, kw_only=True)
class Budget:
    """When to stop: after so many candidates, after so many seconds of the wall's clock, or at the first find."""

    runs: int | None
    seconds: float
    stop: bool


@dataclass(frozen=True)
class _Candidate:
    number: int
    events: Events


@dataclass(kw_only=True)
class Search:
    """One search around a story. `found` are the files it has written, by the name of what is broken."""

    story: Story
    seed: int
    out: Path
    say: Say
    jobs: int = 1
    found: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._around = around.around(self.story)
        self._began = time.monotonic()
        self._told_at = self._began
        self._runs = self._judged = 0
        self._clock_s = 0.0
        self._times: Counter[str] = Counter()

    def run(self, budget: Budget) -> Verdict:
        """Search. PASS: nothing was found; FAIL: something was; UNKNOWN: no run came to a judgement."""
        # The story as it is shows what there is to be disturbed; nothing of it comes late.
        record = trying.play(replace(self._around, wait="1s"), (), is_watched=True)
        self._judge(_Candidate(0, ()), record)
        if record.evidence is not None:
            self._around = replace(self._around, traffic=around.traffic(record.evidence))
        for candidate, played in self._played(budget):
            self._judge(candidate, played)
            self._tell()
        self.say(self._closing())
        return Verdict.FAIL if self.found else Verdict.PASS if self._judged else Verdict.UNKNOWN

    def _candidates(self, budget: Budget) -> Iterator[_Candidate]:
        """Each is drawn by its own number, whatever became of those before it."""
        for number in itertools.count(1) if budget.runs is None else range(1, budget.runs + 1):
            if time.monotonic() - self._began >= budget.seconds or (budget.stop and self.found):
                return
            yield _Candidate(number, draw(self.seed, number, self._around))

    def _played(self, budget: Budget) -> Iterator[tuple[_Candidate, Record]]:
        if self.jobs == 1:
            for candidate in self._candidates(budget):
                yield candidate, trying.play(self._around, candidate.events)
            return
        with _pool(self.jobs) as pool:
            yield from self._played_by(pool, budget)

    def _played_by(self, pool: ProcessPoolExecutor, budget: Budget) -> Iterator[tuple[_Candidate, Record]]:
        """In their order, with a few begun ahead."""
        begun: deque[tuple[_Candidate, Future[Record]]] = deque()
        for candidate in self._candidates(budget):
            begun.append((candidate, pool.submit(trying.play, self._around, candidate.events)))
            if len(begun) > self.jobs:
                first, record = begun.popleft()
                yield first, record.result()
        for candidate, record in begun:
            yield candidate, record.result()

    def _judge(self, candidate: _Candidate, record: Record) -> None:
        self._count(record)
        if not (names := trying.broken(record)):
            return
        name = names[0]
        self._times[name] += 1
        if name not in self.found:
            self.say(f"candidate {candidate.number} breaks {name!r}; looking for the fewest events …")
            self._keep(candidate.number, name, shrunk(candidate.events, lambda part: self._fails(part, name)))

    def _count(self, record: Record) -> None:
        self._runs += 1
        self._judged += trying.is_judged(record)
        self._clock_s += record.clock_s

    def _fails(self, events: Events, name: str) -> bool:
        with suppress(Refused):
            return name in trying.broken(self._again(events))
        return False

    def _again(self, events: Events) -> Record:
        record = trying.play(self._around, events)
        self._count(record)
        return record

    def _keep(self, number: int, name: str, events: Events) -> None:
        """Play it once more, for its own words, and write it."""
        record = self._again(events)
        details = next((shown.wrong for shown in record.shown if shown.wrong and shown.name == name), ())
        slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60]
        path = self.out / f"{self._around.path.stem}_{slug}_{self.seed}_{number}.yaml"
        remarks = (
            f"Found by `scenarios search {self._around.path} --seed {self.seed}`, candidate {number}.",
            f"It breaks {name!r}: {'; '.join(details[:_MOST_DETAILS]) or record.why}",
        )
        path.write_text(trying.file_text(self._around, events, path, remarks), encoding="utf-8")
        self.found[name] = path
        self.say(f"found: {name!r} by {trying.told(events)}: {path}")
        self.say(f"  see it again: python -m scenarios run {path}")

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY:
            self._told_at = now
            self.say(f"{self._so_far()}, {len(self.found)} found")

    def _so_far(self) -> str:
        seconds = time.monotonic() - self._began
        return f"{self._runs} runs, {self._clock_s / 86_400:.1f} days of the stories in {seconds:.0f} s"

    def _closing(self) -> str:
        unjudged = self._runs - self._judged
        more = f", {unjudged} came to no judgement" if unjudged else ""
        found = ", ".join(f"{name!r} {count} times" for name, count in self._times.items()) or "nothing found"
        return f"{found} ({self._so_far()}{more})"


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Not forked: a child with a copy of somebody's threads and sockets is no clean place. Ctrl-C ends the parent."""
    ignore = (signal.SIGINT, signal.SIG_IGN)
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=signal.signal, initargs=ignore)
