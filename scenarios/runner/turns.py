"""Many playings: one after the other, or several at the same time in processes of their own or in this one."""

from __future__ import annotations

import functools
import gc
import itertools
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Self

from scenarios.runner import theatre
from scenarios.runner.playing import Performance
from scenarios.runner.record import Record
from scenarios.runner.story import Story, read_stories
from scenarios.runner.theatre import Wall


@dataclass(frozen=True)
class Turn:
    """A story by its file and its place among those that the file makes, and how it is to be played."""

    path: Path
    place: int
    seed: int
    wall: Wall | None = None
    watched: bool = False


@dataclass(frozen=True)
class Played:
    """What was shown, what was said, and how often each service of the ERP was called."""

    record: Record
    lines: tuple[str, ...]
    calls: Counter[str]


def play(turn: Turn, say: Callable[[str], None] | None = None) -> Played:
    """Play one; what is said is kept where nobody listens."""
    lines: list[str] = []
    performance = _performance(turn, say or lines.append)
    return Played(performance.play(), tuple(lines), performance.calls)


def _performance(turn: Turn, say: Callable[[str], None]) -> Performance:
    story = _stories(turn.path)[turn.place]
    return Performance(story=story, seed=turn.seed, wall=turn.wall, say=say, is_watched=turn.watched)


@functools.lru_cache(4)
def _stories(path: Path) -> list[Story]:
    """Of one file: it may make thirty, played one after the other."""
    return read_stories(path)


def play_all(
    turns: Sequence[Turn], say: Callable[[str], None], *, jobs: int = 1, together: int = 1
) -> Iterator[Played]:
    """Play them; what is said of each comes together and in the order of the turns, however many run at once.

    `jobs` are processes of their own, `together` are stories at the same time in this one.
    """
    # A file may have been saved since.
    _stories.cache_clear()
    if jobs == together == 1:
        collect_seldom()
        for turn in turns:
            yield play(turn, say)
        return
    with Crowd(together) if together > 1 else Processes(jobs) as crew:
        for played in crew.play(turns):
            for line in played.lines:
                say(line)
            yield played


def collect_seldom() -> None:
    """What the imports have made stays for good, and each story makes a world that is gone as a whole at its end."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Processes:
    """Several stories at the same time in processes of their own."""

    def __init__(self, count: int) -> None:
        # Not forked: a child with a copy of somebody's threads and sockets is no clean place.
        self._pool = ProcessPoolExecutor(count, get_context("spawn"), collect_seldom)

    def __enter__(self) -> Self:
        return self

    def play(self, turns: Sequence[Turn]) -> Iterator[Played]:
        # What is started here inherits that Ctrl-C is none of its business: this process ends the pool.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return self._pool.map(play, turns, itertools.repeat(None))
        finally:
            signal.signal(signal.SIGINT, before)

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


class Crowd:
    """Many stories at the same time in this process: each in a thread, with a loop and a virtual clock of its own.

    `most` is how many were under way at once.
    """

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="story")
        self._under_way: set[Performance] = set()
        self.most = 0

    def __enter__(self) -> Self:
        theatre.prepare()
        return self

    def play(self, turns: Sequence[Turn]) -> Iterator[Played]:
        return self._pool.map(self._play, turns)

    def _play(self, turn: Turn) -> Played:
        lines: list[str] = []
        performance = _performance(turn, lines.append)
        performance.is_crowded = True
        self._under_way.add(performance)
        self.most = max(self.most, len(self._under_way))
        try:
            return Played(performance.play(), tuple(lines), performance.calls)
        finally:
            self._under_way.discard(performance)

    def __exit__(self, *_: object) -> None:
        """A thread cannot be ended from outside, but what runs in it can."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for performance in self._under_way.copy():
            performance.cancel()
        self._pool.shutdown(wait=True)
