"""Looks for planted bugs from a story that passes: each search is a program of its own that imports the copy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scenarios.runner.planted import Bug, CannotPlant, plant

# The mark that a found story carries at each step that was added to it, and what says which rule it breaks.
_ADDED = re.compile(r"^ *# added$", re.MULTILINE)
_BREAKS = re.compile(r"^# It breaks '([^']*)'", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search has come to: the rule that breaks, None if none does, and with how many added steps."""

    bug: Bug
    seconds: float
    breaks: str | None = None
    steps: int = 0

    def told(self) -> str:
        """A line of the table."""
        if self.breaks is None:
            return f"{self.bug.name:<26} | not found in {self.seconds:.0f} s"
        steps = f"{self.steps} step{'' if self.steps == 1 else 's'}"
        return f"{self.bug.name:<26} | {steps:<8} | in {self.seconds:>3.0f} s | {self.breaks}"


def search_all(bugs: Sequence[Bug], story: Path, *, budget: str, seed: int, jobs: int) -> Iterator[Found]:
    """Search for each around the story, several at the same time, told in their order. Raises CannotPlant."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(partial(_search, story=story.resolve(), budget=budget, seed=seed), bugs)


def _search(bug: Bug, *, story: Path, budget: str, seed: int) -> Found:
    with tempfile.TemporaryDirectory() as name:
        folder, began = Path(name), time.monotonic()
        plant(bug, folder)
        given = [
            "search",
            str(story),
            "--budget",
            budget,
            "--seed",
            str(seed),
            "--stop",
            "--out",
            str(folder / "found"),
        ]
        # What is started in the folder imports the copy.
        ended = subprocess.run(
            [sys.executable, "-m", "scenarios", *given],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": name},
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode not in (0, 1):
            last = (ended.stderr or ended.stdout).strip().splitlines()[-1:] or ["it said nothing"]
            raise CannotPlant(f"{bug.name}: the search ended with status {ended.returncode}: {last[0]}")
        seconds = time.monotonic() - began
        for file in sorted((folder / "found").glob("*.yaml")):
            text = file.read_text(encoding="utf-8")
            if breaks := _BREAKS.search(text):
                return Found(bug=bug, seconds=seconds, breaks=breaks[1], steps=len(_ADDED.findall(text)))
        return Found(bug=bug, seconds=seconds)
