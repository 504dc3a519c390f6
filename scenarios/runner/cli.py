"""The command line: run, check, schema. What is wrong with a file is told by line and column, never by a traceback."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer

from scenarios.runner import formats
from scenarios.runner.planted import Bug, CannotPlant, chosen, plant, show, show_untouched, told
from scenarios.runner.record import Record, Verdict
from scenarios.runner.report.page import page
from scenarios.runner.story import Refused, Story, read_stories
from scenarios.runner.story_schema import file_schema
from scenarios.runner.theatre import Wall
from scenarios.runner.turns import Played, Turn, play_all

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
    real_time: Annotated[bool, typer.Option("--real-time", help="Separate programs on the wall's clock.")] = False,
    rate: Annotated[float, typer.Option(min=1, max=60, help="With --real-time: so many times as fast.")] = 1,
    database: Annotated[Literal["sqlite", "postgresql"], typer.Option(help="With --real-time: of the connector.")] = (
        "sqlite"
    ),
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the seed in the file.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only stories with this tag, or one of these.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="No story with this tag.")] = None,
    repeat: Annotated[int, typer.Option(min=1, max=100_000, help="So often each, with the next seed each time.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="So many at the same time.")] = 1,
    stop: Annotated[bool, typer.Option("--stop", help="Stop after the first that does not pass.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    tap: Annotated[Path | None, typer.Option(help="Write TAP to this file.")] = None,
    history: Annotated[Path | None, typer.Option(help="Write everything that was seen as JSON lines.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write one HTML page to look at, which needs no network.")] = None,
    calls: Annotated[Path | None, typer.Option(help="Write how often each ERP service was called, as JSON.")] = None,
) -> None:
    """Play stories; without a path those that come with the program.

    Exit status: 0 = all pass, 1 = one failed, 2 = nothing is known of one, or a file is no story.
    """
    wall = Wall(rate, database) if real_time else None
    if wall is None and (rate != 1 or database != "sqlite"):
        print("--rate and --database are for --real-time: give that too", file=sys.stderr)
        raise typer.Exit(int(Verdict.UNKNOWN.value))
    chosen = [story for story in _stories(paths) if _has_tags(story, tag, without)]
    turns = [
        Turn(story.path, story.place, (story.seed if seed is None else seed) + again, wall, html is not None)
        for story in chosen
        for again in range(repeat)
    ]
    played: list[Played] = []
    try:
        for one in play_all(turns, jobs, _say):
            played.append(one)
            if stop and one.record.verdict not in (Verdict.PASS, Verdict.SKIPPED):
                break
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    records = [one.record for one in played]
    _write(calls, json.dumps(sum((one.calls for one in played), Counter()), indent=2, sort_keys=True))
    if html is not None:
        _write(html, page(records))
    _write(junit, formats.junit(records))
    _write(tap, formats.tap(records))
    _write(history, "".join(f"{line}\n" for record in records for line in formats.history(record)))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in formats.github(records):
            _say(line)
    verdicts = Counter(record.verdict for record in records)
    _say(_summary(records, verdicts))
    raise typer.Exit(_status(verdicts))


def _has_tags(story: Story, wanted: list[str] | None, unwanted: list[str] | None) -> bool:
    return (not wanted or bool({*wanted} & {*story.tags})) and not {*(unwanted or ())} & {*story.tags}


def _write(path: Path | None, text: str) -> None:
    if path is None:
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"{path} cannot be written ({error.strerror}): give another path", file=sys.stderr)
        raise typer.Exit(int(Verdict.UNKNOWN.value)) from None


def _summary(records: list[Record], verdicts: Counter[Verdict]) -> str:
    if not records:
        return "no story found"
    told = ", ".join(f"{count} {verdict.name.lower()}" for verdict, count in verdicts.items())
    days, real = sum(record.clock_s for record in records) / 86_400, sum(record.real_s for record in records)
    return f"{told} ({days:.1f} days of the stories in {real:.0f} s, {days * 86_400 / max(real, 0.001):,.0f} to 1)"


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
def planted(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Bugs by name; all of them.")] = None,
    untouched: Annotated[bool, typer.Option("--untouched", help="Play their stories without them.")] = False,
    into: Annotated[Path | None, typer.Option(help="Only write the connector with this one bug into a folder.")] = None,
) -> None:
    """Plant known bugs in copies of the connector, and see that the invariant that each breaks says so.

    Exit status: 0 = each is caught by name (or all stories pass without them), 1 = one is not, 2 = wrong use.
    """
    try:
        bugs = chosen(names or [])
        if into is not None:
            _write_copy(bugs, into)
            return
        outcomes = []
        for bug in bugs:
            outcomes.append(show_untouched(bug) if untouched else show(bug))
            _say(told(outcomes[-1], untouched=untouched))
    except CannotPlant as error:
        print(error, file=sys.stderr)
        raise typer.Exit(int(Verdict.UNKNOWN.value)) from None
    good = sum(one.passes if untouched else one.is_caught for one in outcomes)
    _say(f"{good} of {len(outcomes)} {'stories pass without their bug' if untouched else 'bugs caught by name'}")
    raise typer.Exit(0 if good == len(outcomes) else 1)


def _write_copy(bugs: list[Bug], folder: Path) -> None:
    if len(bugs) != 1:
        raise CannotPlant("--into takes the name of one bug")
    plant(bugs[0], folder)
    _say(f"{folder / 'connector'} has {bugs[0].name}: what is started in {folder} imports it")


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
