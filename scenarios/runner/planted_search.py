"""Looks for planted bugs from a story that passes: each search is a program of its own that imports the copy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scenarios.runner.planted import Bug, CannotPlant, plant

# A story of which nearly everything is part, and which passes.
_DAY = Path(__file__).parents[1] / "stories" / "everyday.yaml"
# Steps that a person reads at a glance.
_FEW = 3

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


def search_for(bugs: Sequence[Bug], say: Callable[[str], None], *, budget: str, seed: int, jobs: int) -> int:
    """Search for each, several at the same time, told in their order; returns 0 if two of three are found, else 1.

    Raises CannotPlant.
    """
    found = []
    with ThreadPoolExecutor(jobs) as pool:
        for one in pool.map(partial(_search, budget=budget, seed=seed), bugs):
            found.append(one)
            say(one.told())
    small = sum(one.breaks is not None and one.steps <= _FEW for one in found)
    say(f"{small} of {len(found)} bugs found by at most {_FEW} steps added to {_DAY.name}")
    return 0 if 3 * small >= 2 * len(found) else 1


def _search(bug: Bug, *, budget: str, seed: int) -> Found:
    with tempfile.TemporaryDirectory() as name:
        folder, began = Path(name), time.monotonic()
        plant(bug, folder)
        where, how = ["--out", str(folder / "found")], ["--budget", budget, "--seed", str(seed), "--stop"]
        # What is started in the folder imports the copy.
        ended = subprocess.run(
            [sys.executable, "-m", "scenarios", "search", str(_DAY), *how, *where],
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
