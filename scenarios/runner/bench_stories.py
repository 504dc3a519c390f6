"""`make bench-stories`: how many stories are played in a minute, as `scenarios run --without slow --jobs 2` does.

Reading the files and starting the processes is in it. The last line is one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from scenarios.runner.cli import STORIES
from scenarios.runner.record import Verdict
from scenarios.runner.story import read_stories
from scenarios.runner.turns import Turn, play_all


def _measure(jobs: int, tag: str | None) -> dict[str, Any]:
    begun = time.perf_counter()
    stories = [story for path in sorted(STORIES.rglob("*.yaml")) for story in read_stories(path)]
    wanted = [one for one in stories if "slow" not in one.tags and (tag is None or tag in one.tags)]
    turns = [Turn(one.path, one.place, one.seed) for one in wanted]
    records = [played.record for played in play_all(turns, lambda line: None, jobs=jobs)]
    wall = time.perf_counter() - begun
    days = sum(record.clock_s for record in records) / 86_400
    return {
        "stories": len(records),
        "passed": sum(record.verdict is Verdict.PASS for record in records),
        "jobs": jobs,
        "wall_s": round(wall, 2),
        "virtual_days": round(days, 2),
        "stories_a_minute": round(len(records) / wall * 60, 1),
        "seconds_in_one": round(days * 86_400 / wall, 1),
    }


def main() -> None:
    """Print what was reached; the last line is JSON. Exit status 1 where a story did not pass."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="so many at the same time, each in a process (default 2)")
    parser.add_argument("--tag", help="only stories with this tag")
    given = parser.parse_args()
    if given.jobs < 1:
        parser.error("--jobs must be 1 or more")
    figures = _measure(given.jobs, given.tag)
    if not figures["stories"]:
        parser.error(f"--tag {given.tag}: no story has it")
    print(
        f"{figures['passed']} of {figures['stories']} stories passed, {figures['virtual_days']:.1f} days of theirs in "
        f"{figures['wall_s']:.0f} s"
    )
    print(json.dumps(figures))
    raise SystemExit(0 if figures["passed"] == figures["stories"] else 1)


if __name__ == "__main__":
    main()
