"""Plays one story: the steps one after the other, then what must be true of every story, then the verdict.

On the virtual clock all programs share one loop whose time jumps; in real time the same, on the wall's.
What it says is the same in every run of a story with the same seed on the virtual clock.
"""

from __future__ import annotations

import asyncio
import shlex
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import looptime
from aiohttp import ClientError

from connector.demo.errors import DemoError
from scenarios.runner import durations, invariants
from scenarios.runner.scene import Scene
from scenarios.runner.stage import Stage, StageError
from scenarios.runner.story import Step, Story
from scenarios.runner.vocabulary import CannotPlay, StepFailed

Say = Callable[[str], None]

# Real time is for stories that somebody watches.
_LONGEST_REAL_WAIT = 60
# Between two looks, in seconds of the clock; a virtual second costs almost nothing, a look does.
_PATIENCE_VIRTUAL, _PATIENCE_REAL = 1.0, 0.25
# How late a step may begin that has an `at`.
_LATE = 1.0
_MOST_DETAILS = 10


class Verdict(Enum):
    """What a story has shown; the value is the command's exit status."""

    PASS = 0
    FAIL = 1
    UNKNOWN = 2
    # Not played here, and no verdict.
    SKIPPED = -1


class _Unknown(Exception):
    """Nothing can be said about the programs."""


class _Failed(Exception):
    """They did not do what they should; told already."""


@dataclass(frozen=True, kw_only=True)
class Performance:
    """How a story is to be played."""

    story: Story
    seed: int
    real_time: bool
    say: Say
    # How often each service of the ERP was called.
    calls: Counter[str] = field(default_factory=Counter)

    def play(self) -> Verdict:
        """Play the story and say what happens. Never raises for what the programs do."""
        story = self.story
        clock = "real time" if self.real_time else "virtual clock"
        self.say(f"{story.title} ({story.path}, seed {self.seed}, {clock})")
        try:
            if self.real_time and story.needs_virtual:
                return self._end(Verdict.SKIPPED, "it needs the virtual clock")
            self._require_sense()
            self._on_a_loop()
        except _Unknown as error:
            return self._end(Verdict.UNKNOWN, str(error))
        except _Failed:
            return self._end(Verdict.FAIL)
        except StageError as error:
            return self._end(Verdict.FAIL, str(error))
        return self._end(Verdict.PASS)

    def _require_sense(self) -> None:
        if not self.story.does_something:
            raise _Unknown("nobody does anything in it: add steps of merchant, shopper or operator")
        if self.real_time and self.story.told_wait > _LONGEST_REAL_WAIT:
            raise _Unknown(
                f"it waits {durations.words(self.story.told_wait)} by its own words, which takes the virtual clock: "
                "leave --real-time out, or write `needs: virtual` into the file to have it skipped"
            )

    def _end(self, verdict: Verdict, why: str = "") -> Verdict:
        self.say(f"{verdict.name.lower()}: {self.story.path}{f': {why}' if why else ''}")
        if verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            self.say(f"  seed {self.seed}; see it again: {self._command()}")
        return verdict

    def _command(self) -> str:
        path = shlex.quote(str(self.story.path))
        return f"python -m scenarios run {path} --seed {self.seed}{' --real-time' if self.real_time else ''}"

    def _on_a_loop(self) -> None:
        loop = asyncio.new_event_loop() if self.real_time else looptime.new_event_loop()
        try:
            with tempfile.TemporaryDirectory() as folder:
                loop.run_until_complete(self._staged(Path(folder)))
        finally:
            loop.close()

    async def _staged(self, folder: Path) -> None:
        with (folder / "connector.log").open("w", encoding="utf-8") as log:
            stage = Stage(folder, virtual=not self.real_time, seed=self.seed, log_stream=log)
            try:
                await stage.open(erp=self.story.erp, shop=self.story.shop)
                await self._told(await _enter(stage))
            finally:
                self.calls.update((await stage.erp_door.get("/statistics"))["calls_by_service"])
                await stage.close()

    async def _told(self, scene: Scene) -> None:
        for step in self.story.steps:
            with self._telling(scene, step):
                await _until_due(scene, step)
                scene.step = step.number
                self._line(scene, step, await step.word.perform(scene, step.given))
        await self._judged(scene)

    @contextmanager
    def _telling(self, scene: Scene, step: Step) -> Iterator[None]:
        """What goes wrong in a step is told with its line."""
        what = f"{step.word.actor}: {step.word.name}"
        try:
            yield
        except CannotPlay as error:
            self._line(scene, step, "? cannot be played")
            raise _Unknown(f"line {step.line}, {what}: {error}") from None
        except (StepFailed, DemoError, ClientError, TimeoutError) as error:
            self._line(scene, step, f"✗ {str(error) or type(error).__name__}")
            self._details(getattr(error, "details", ()))
            self.say(f"  {self.story.path}:{step.line}: {what} failed; the steps after it were not played")
            raise _Failed from None

    async def _judged(self, scene: Scene) -> None:
        """Hold the end against what must be true of every story."""
        await invariants.settled(scene, self.story.settle)
        broken = False
        for invariant in invariants.ALWAYS:
            seen = await invariant.look(scene)
            told = seen.told if seen.count else "nothing to compare"
            self.say(f"  {_at(scene)}  {'✗' if seen.wrong else '✓'} {invariant.name}: {told}")
            self._details(seen.wrong)
            broken = broken or bool(seen.wrong)
        if broken:
            raise _Failed

    def _line(self, scene: Scene, step: Step, told: str) -> None:
        self.say(f"  {_at(scene)}  line {step.line:<3} {step.word.actor}: {step.word.name} – {told}")

    def _details(self, lines: tuple[str, ...]) -> None:
        for line in lines[:_MOST_DETAILS]:
            self.say(f"      {line}")
        if len(lines) > _MOST_DETAILS:
            self.say(f"      and {len(lines) - _MOST_DETAILS} more")


def _at(scene: Scene) -> str:
    return durations.on_the_clock(scene.passed())


async def _enter(stage: Stage) -> Scene:
    return await Scene.enter(
        erp=stage.erp_door,
        shop=stage.shop_door,
        http=stage.http,
        erp_door_url=stage.erp_door_url,
        clock=stage.clock,
        seed=stage.seed,
        patience=_PATIENCE_VIRTUAL if stage.virtual else _PATIENCE_REAL,
    )


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
