"""The command line: run, check, schema. What is wrong with a file is told by line and column, never by a traceback."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from scenarios.runner.playing import Performance, Verdict
from scenarios.runner.story import Refused, Story, read_stories
from scenarios.runner.story_schema import file_schema

STORIES = Path(__file__).parents[1] / "stories"
_ENDINGS = (".yaml", ".yml")

cli = typer.Typer(
    help="Plays stories of shop, ERP and connector, and judges them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_Paths = Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files, or folders of them.")]


@cli.command()
def run(
    paths: _Paths = None,
    real_time: Annotated[bool, typer.Option("--real-time", help="On the wall's clock, not the virtual one.")] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the seed in the file.")] = None,
    calls: Annotated[Path | None, typer.Option(help="Write how often each ERP service was called, as JSON.")] = None,
) -> None:
    """Play stories; without a path those that come with the program.

    Exit status: 0 = all pass, 1 = one failed, 2 = nothing is known of one, or a file is no story.
    """
    verdicts: Counter[Verdict] = Counter()
    counted: Counter[str] = Counter()
    for story in _stories(paths):
        chosen = story.seed if seed is None else seed
        try:
            verdicts[Performance(story=story, seed=chosen, real_time=real_time, say=_say, calls=counted).play()] += 1
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
    if calls:
        calls.write_text(json.dumps(counted, indent=2, sort_keys=True), encoding="utf-8")
    _say(", ".join(f"{count} {verdict.name.lower()}" for verdict, count in verdicts.items()) or "no story found")
    raise typer.Exit(_status(verdicts))


def _status(verdicts: Counter[Verdict]) -> int:
    """A failure is known whatever else is not; and where nothing was played nothing is known."""
    for verdict in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS):
        if verdicts[verdict]:
            return int(verdict.value)
    return int(Verdict.UNKNOWN.value)


@cli.command()
def check(paths: _Paths = None) -> None:
    """Tell every problem of these files at once, without playing them; exit status 2 if there is one."""
    for story in _stories(paths):
        _say(f"✓ {story.path}: {story.title}, {len(story.steps)} steps")


@cli.command()
def schema() -> None:
    """Print the JSON Schema of story files, as editors use it."""
    print(json.dumps(file_schema(), ensure_ascii=False, indent=2))


def _stories(paths: list[Path] | None) -> list[Story]:
    """All of them, or none: every problem is told, and the command ends."""
    stories: list[Story] = []
    problems: list[str] = []
    for path in _files(paths or [_near(STORIES)], problems):
        try:
            stories += read_stories(path)
        except Refused as refused:
            problems += refused.lines()
        except OSError as error:
            problems.append(f"{path}: cannot be read ({error.strerror}): give the path of a story file or folder")
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problem(s); nothing was played", file=sys.stderr)
        raise typer.Exit(int(Verdict.UNKNOWN.value))
    return stories


def _files(paths: list[Path], problems: list[str]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        inside = sorted(file for file in path.rglob("*") if file.suffix in _ENDINGS) if path.is_dir() else [path]
        if not inside:
            problems.append(f"{path}: there is no story in this folder: stories end in {' or '.join(_ENDINGS)}")
        files += inside
    return files


def _near(path: Path) -> Path:
    """The path as one would type it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _say(line: str) -> None:
    # At once, so that a story in real time can be watched.
    print(line, flush=True)


def main() -> None:
    """The entry point."""
    cli(prog_name="scenarios")
