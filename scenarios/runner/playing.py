"""Plays one story: the steps one after the other, series beside them, then what must be true of every story.

On the virtual clock all programs share one loop whose time jumps; on the wall's each is a process of its own.
What it says is the same in every run of a story with the same seed on the virtual clock.
"""

from __future__ import annotations

import asyncio
import re
import shlex
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientError

from connector.demo.errors import DemoError
from scenarios.runner import durations, invariants, loops, ordered
from scenarios.runner.cast import Cast
from scenarios.runner.invariants import End, Invariant
from scenarios.runner.proofs import backlog
from scenarios.runner.proofs.accounting import tallies
from scenarios.runner.proofs.ledgers import Ledgers
from scenarios.runner.proofs.ledgers import read as read_ledgers
from scenarios.runner.proofs.still import still
from scenarios.runner.record import Record, Shown, Unchecked, Verdict
from scenarios.runner.scene import Scene
from scenarios.runner.stage import StageError
from scenarios.runner.story import NOBODY_ACTS, Step, Story
from scenarios.runner.target import TargetError
from scenarios.runner.theatre import Wall, opened
from scenarios.runner.vocabulary import DOERS, CannotPlay, Given, StepFailed
from scenarios.runner.watching import watched

Say = Callable[[str], None]

# Real time is for stories that somebody watches.
_LONGEST_REAL_WAIT = 60
# What an earlier step has learned.
_FACT = re.compile(r"\$\{([a-z][a-z0-9_-]*\.[a-z_]+)\}")
# ERP, shop or story do not let themselves be looked at.
_UNSEEN = (CannotPlay, DemoError, ClientError, TimeoutError)
# How late a step may begin that has an `at`.
_LATE = 1.0
_MOST_DETAILS = 10


class _Unknown(Exception):
    """Nothing can be said about the programs."""


class _Failed(Exception):
    """They did not do what they should; told already."""


@dataclass(kw_only=True, eq=False)
class Performance:
    """How a story is to be played."""

    story: Story
    seed: int
    # None: the virtual clock.
    wall: Wall | None
    say: Say
    # Whether evidence is kept for a report.
    is_watched: bool = False
    # Whether many others are played in this process at the same time.
    is_crowded: bool = False
    # How often each service of the ERP was called.
    calls: Counter[str] = field(default_factory=Counter)

    def play(self) -> Record:
        """Play the story, say what happens, and tell what it has shown. Never raises for what the programs do."""
        story = self.story
        clock = "real time" if self.wall else "virtual clock"
        self.say(f"{story.title} ({story.path}, seed {self.seed}, {clock})")
        for left_out in self.record.unchecked:
            self.say(f"  {left_out.told}")
        self.record.verdict, self.record.why = self._verdict()
        self.record.real_s = time.monotonic() - self._began
        return self._end()

    def cancel(self) -> None:
        """End it from another thread, which has its programs stopped; `play` then raises CancelledError."""
        self._is_cancelled = True
        if self._task is not None:
            # A loop that is closed has ended it already.
            with suppress(RuntimeError):
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self._task: asyncio.Task[None] | None = None
        self._is_cancelled = False
        # What it has shown so far.
        self.record = Record(title=self.story.title, path=self.story.path, seed=self.seed, command=self._command())
        self._target = self.wall.target if self.wall else None
        if self._target and (line := self.story.worlds_line):
            why = f"the target's are used: {self._target.worlds_told}"
            self.record.unchecked.append(Unchecked(line=line, name="worlds", why=why, verb="made"))
        self._steps = [step for step in self.story.steps if not self._leaves_out(step)]
        self._judged_by = [one for one in invariants.ALWAYS if not self._leaves_unjudged(one)]

    def _leaves_out(self, step: Step) -> bool:
        why = self._target.why_not(step) if self._target else None
        if why:
            self.record.unchecked.append(Unchecked(line=step.line, name=_name(step), why=why, verb="played"))
        return bool(why)

    def _leaves_unjudged(self, invariant: Invariant) -> bool:
        why = self._target.why_not_judged(invariant.name) if self._target else None
        if why:
            self.record.unchecked.append(Unchecked(line="", name=invariant.name, why=why, verb="checked"))
        return bool(why)

    def _verdict(self) -> tuple[Verdict, str]:
        try:
            if self.wall and self.story.needs_virtual:
                return Verdict.SKIPPED, "it needs the virtual clock"
            self._require_sense()
            self._on_a_loop()
        except _Unknown as error:
            return Verdict.UNKNOWN, str(error)
        except _Failed:
            return Verdict.FAIL, ""
        except TargetError as error:
            return Verdict.UNKNOWN, str(error)
        except StageError as error:
            return Verdict.FAIL, str(error)
        except _UNSEEN as error:
            return Verdict.UNKNOWN, f"ERP or shop cannot be looked at: {str(error) or type(error).__name__}"
        except Exception as error:  # a mistake of ours in one story must not cost the reports of all
            return Verdict.UNKNOWN, f"the runner made a mistake: {_where(error)}"
        return Verdict.PASS, ""

    @property
    def _has_doors(self) -> bool:
        """Whether journals, faults and statistics can be read."""
        return self._target is None or self._target.has_doors

    def _require_sense(self) -> None:
        if self._target:
            self._target.require(self.story)
        if not any(step.word.actor in DOERS for step in self._steps):
            if self.story.does_something:
                raise _Unknown("nothing that is done in it can be done to this target")
            raise _Unknown(NOBODY_ACTS)
        if self.wall and self.story.told_wait > _LONGEST_REAL_WAIT * self.wall.rate:
            advice = "have the target's clock run faster" if self._target else "leave --real-time out, give a --rate"
            raise _Unknown(
                f"it waits {durations.words(self.story.told_wait)} by its own words, which takes the virtual clock: "
                f"{advice}, or write `needs: virtual` into the file to have it skipped"
            )

    def _end(self) -> Record:
        verdict, why = self.record.verdict, self.record.why
        if self.record.unchecked:
            self.say(f"  left out, and so not known: {', '.join(_left_out(one) for one in self.record.unchecked)}")
        self.say(f"{verdict.name.lower()}: {self.story.path}{f': {why}' if why else ''}")
        if verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            self.say(f"  seed {self.seed}; see it again: {self.record.command}")
        return self.record

    def _command(self) -> str:
        path = shlex.quote(str(self.story.path))
        return f"python -m scenarios run {path} --seed {self.seed}{_options(self.wall)}"

    def _on_a_loop(self) -> None:
        make = asyncio.new_event_loop if self.wall else loops.virtual(is_crowded=self.is_crowded)
        # At Ctrl-C the runner cancels the story, so that its programs are stopped.
        with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=make) as runner:
            runner.run(self._staged(Path(folder)))

    async def _staged(self, folder: Path) -> None:
        self._task = asyncio.current_task()
        if self._is_cancelled:
            raise asyncio.CancelledError
        async with opened(self.story, self.seed, folder, self.wall) as theatre:
            try:
                cast = await Cast.meet(theatre, self.story, self.seed)
                async with self._leaving_no_trouble(cast), self._watching(cast):
                    await self._told(cast)
            finally:
                for door in theatre.erps.values() if self._has_doors else ():
                    self.calls.update((await door.get("/statistics"))["calls_by_service"])

    @asynccontextmanager
    async def _leaving_no_trouble(self, cast: Cast) -> AsyncIterator[None]:
        """What a story orders of somebody else's programs ends with it, also at Ctrl-C."""
        if self._target is None or not self._has_doors:
            yield
            return
        for told in await ordered.found(cast):
            self.say(f"  there already, and not of this story: {told}")
        try:
            yield
        finally:
            for told in await ordered.take_back(cast):
                self.say(f"  could not be taken back: {told}")

    def _watching(self, cast: Cast) -> AbstractAsyncContextManager[None]:
        if not self.is_watched or not self._has_doors:
            return nullcontext()
        return watched(cast, self.record, from_now=self._target is not None)

    async def _told(self, cast: Cast) -> None:
        try:
            await self._stepped(cast)
        except _Failed:
            # What one step misses may be of no harm in the end, or break a rule that says more of it.
            with suppress(_Failed, _Unknown, *_UNSEEN):
                await self._judged(cast)
            raise
        await self._judged(cast)

    async def _stepped(self, cast: Cast) -> None:
        series: list[asyncio.Task[None]] = []
        try:
            for step in self._steps:
                scene = cast.of(step)
                await _unless_one_fails(self._wait_for(scene, step), series)
                if step.every is None:
                    await _unless_one_fails(self._perform(cast, step), series)
                else:
                    series.append(asyncio.create_task(self._repeat(cast, step)))
            await asyncio.gather(*series)
        finally:
            for task in series:
                task.cancel()
            await asyncio.gather(*series, return_exceptions=True)

    async def _wait_for(self, scene: Scene, step: Step) -> None:
        with self._telling(scene, step):
            await _until_due(scene, step)

    async def _repeat(self, cast: Cast, step: Step) -> None:
        """Beside the steps that follow; how long one act takes does not put off the next."""
        began = cast.of(step).passed()
        for turn in range(step.times):
            scene = cast.of(step)
            await scene.clock.sleep(began + turn * (step.every or 0) - scene.passed())
            await self._perform(cast, step, turn)

    async def _perform(self, cast: Cast, step: Step, turn: int = 0) -> None:
        scene = cast.of(step)
        with self._telling(scene, step):
            cast.memory.step = f"{step.number}.{turn}" if step.every else str(step.number)
            self._line(scene, step, await step.word.perform(scene, _filled(step.given, cast.memory.facts)))

    @contextmanager
    def _telling(self, scene: Scene, step: Step) -> Iterator[None]:
        """What goes wrong in a step is told with its line."""
        what = _name(step)
        try:
            yield
        except CannotPlay as error:
            self._line(scene, step, "? cannot be played", (str(error),))
            raise _Unknown(f"line {step.line}, {what}: {error}") from None
        except (StepFailed, DemoError, ClientError, TimeoutError) as error:
            told = str(error) or type(error).__name__
            self._line(scene, step, f"✗ {told}", (told, *getattr(error, "details", ())))
            self._details(getattr(error, "details", ()))
            self.say(f"  {self.story.path}:{step.line}: {what} failed; the steps after it were not played")
            raise _Failed from None

    async def _judged(self, cast: Cast) -> None:
        """Hold the end against what must be true of every story."""
        draining = self.story.settle if self.wall else backlog.BOUND
        await invariants.settled(cast, self._judged_by, self.story.settle, draining)
        scenes = still(cast) if self._has_doors else list(cast)
        ledgers = await read_ledgers(scenes) if self._has_doors else None
        broken, compared = False, 0
        for scene in scenes:
            named = f" ({scene.name})" if len(self.story.shops) > 1 else ""
            end = End(scene=scene, doors=ledgers, record=self.record)
            for invariant in self._judged_by:
                seen = await invariant.look(end)
                compared += seen.count
                told = seen.told if seen.count else "nothing to compare"
                self.say(f"  {_at(scene)}  {'✗' if seen.wrong else '✓'} {invariant.name}{named}: {told}")
                self._details(seen.wrong)
                self._note(scene, "", f"{invariant.name}{named}", told, seen.wrong)
                broken = broken or bool(seen.wrong)
        if ledgers is not None:
            self._count(ledgers)
        if broken:
            raise _Failed
        if not self._has_doors and not compared:
            raise _Unknown("the shop has taken no order since the story began, so that nothing was compared")
        if self._has_doors and (missed := await ordered.unmet(cast)):
            raise _Unknown(f"a fault was ordered and never met: {'; '.join(missed)}")
        if points := cast.points_not_reached():
            raise _Unknown(f"the connector was to die at {', '.join(points)} and never came there")

    def _count(self, ledgers: Ledgers) -> None:
        self.record.tallies = tallies(ledgers)
        for tally in self.record.tallies:
            self.say(f"  {tally.told()}")

    def _line(self, scene: Scene, step: Step, told: str, wrong: tuple[str, ...] = ()) -> None:
        name = _name(step)
        self._note(scene, step.line, name, told, wrong)
        self.say(f"  {_at(scene)}  line {step.line:<3} {name} – {told}")

    def _note(self, scene: Scene, line: str, name: str, told: str, wrong: tuple[str, ...]) -> None:
        self.record.clock_s = scene.passed()
        self.record.shown.append(Shown(at=scene.passed(), line=line, name=name, told=told, wrong=wrong))

    def _details(self, lines: tuple[str, ...]) -> None:
        for line in lines[:_MOST_DETAILS]:
            self.say(f"      {line}")
        if len(lines) > _MOST_DETAILS:
            self.say(f"      and {len(lines) - _MOST_DETAILS} more")


def _name(step: Step) -> str:
    return f"{step.word.actor}: {step.word.name}"


def _where(error: Exception) -> str:
    """What a report of the mistake needs."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}: {type(error).__name__}: {error}"


def _left_out(one: Unchecked) -> str:
    return f"line {one.line} ({one.name})" if one.line else one.name


def _options(wall: Wall | None) -> str:
    if wall is None:
        return ""
    if wall.target is not None:
        return f" --against {shlex.quote(wall.target.given)}{' --i-own-this-host' if wall.target.is_owned else ''}"
    rate = f" --rate {wall.rate:g}" if wall.rate != 1 else ""
    return f" --real-time{rate}{f' --database {wall.database}' if wall.database != 'sqlite' else ''}"


def _at(scene: Scene) -> str:
    return durations.on_the_clock(scene.passed())


async def _unless_one_fails(doing: Coroutine[Any, Any, None], series: list[asyncio.Task[None]]) -> None:
    """Do it to its end; a series that fails meanwhile stops it, and is raised."""
    if not series:
        await doing
        return
    under_way = asyncio.create_task(doing)
    try:
        going_on = {under_way, *series}
        while not under_way.done():
            done, going_on = await asyncio.wait(going_on, return_when=asyncio.FIRST_COMPLETED)
            _raise_what_failed(done)
    finally:
        under_way.cancel()
        await asyncio.gather(under_way, return_exceptions=True)


def _raise_what_failed(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            task.result()


def _filled(given: Given, facts: dict[str, str]) -> Given:
    """With what earlier steps have learned in the place of `${name.fact}`."""
    return {key: _fill(value, facts) if isinstance(value, str) else value for key, value in given.items()}


def _fill(text: str, facts: dict[str, str]) -> str:
    return _FACT.sub(lambda found: facts.get(found[1], found[0]), text)


async def _until_due(scene: Scene, step: Step) -> None:
    if step.at is not None:
        late = scene.passed() - step.at
        if late > _LATE:
            raise CannotPlay(
                f"due at {durations.words(step.at)}, reached at {durations.words(scene.passed())}: "
                "the steps before it took longer, so give it a later `at`, or `after`"
            )
        await scene.clock.sleep(-late)
    await scene.clock.sleep(step.after or 0)
