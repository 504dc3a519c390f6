"""Many playings: one after the other, or several at the same time in processes of their own."""

from __future__ import annotations

import itertools
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from scenarios.runner.playing import Performance
from scenarios.runner.record import Record
from scenarios.runner.story import read_stories
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
    story = read_stories(turn.path)[turn.place]
    performance = Performance(
        story=story, seed=turn.seed, wall=turn.wall, say=say or lines.append, is_watched=turn.watched
    )
    return Played(performance.play(), tuple(lines), performance.calls)


def play_all(turns: Sequence[Turn], jobs: int, say: Callable[[str], None]) -> Iterator[Played]:
    """Play them; what is said of each comes together and in the order of the turns, however many run at once."""
    if jobs == 1:
        for turn in turns:
            yield play(turn, say)
        return
    # Not forked: a child with a copy of somebody's threads and sockets is no clean place.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        for played in _begun(pool, turns):
            for line in played.lines:
                say(line)
            yield played
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begun(pool: ProcessPoolExecutor, turns: Sequence[Turn]) -> Iterator[Played]:
    # What is started here inherits that Ctrl-C is none of its business: this process ends the pool.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return pool.map(play, turns, itertools.repeat(None))
    finally:
        signal.signal(signal.SIGINT, before)
