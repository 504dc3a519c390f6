"""The command line: run, search, record, check, schema.

What is wrong with a file is told by line and column, never by a traceback.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from scenarios.runner import durations, formats
from scenarios.runner.drafting import reading, telling
from scenarios.runner.record import Record, Verdict
from scenarios.runner.report.page import page
from scenarios.runner.search.searching import Budget, Search
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
def schema() -> None:
    """Print the JSON Schema of story files, as editors use it."""
    print(json.dumps(file_schema(), ensure_ascii=False, indent=2))


@cli.command()
def search(
    story: Annotated[Path, typer.Argument(help="A story that passes.")],
    budget: Annotated[str, typer.Option(help="How long to search, such as 5m or 1h.")] = "5m",
    runs: Annotated[int | None, typer.Option(min=0, help="So many candidates at most.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides what is added to the story.")] = 1,
    out: Annotated[Path, typer.Option(help="The folder for the stories that are found.")] = Path("found"),
    stop: Annotated[bool, typer.Option("--stop", help="Stop after the first that is found.")] = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="So many at the same time.")] = 1,
) -> None:
    """Add trouble, deaths and more work to a story, again and again; write what breaks it as a story of its own.

    Exit status: 0 = nothing was found, 1 = something was, 2 = nothing could be judged, or the file is no story.
    """
    if not re.fullmatch(durations.PATTERN, budget):
        _refuse(f"--budget {budget!r} is no length of time: give one such as 90s, 5m or 1h30m")
    around = _stories([story])
    if len(around) != 1:
        _refuse(f"{story} makes {len(around)} stories: search around one, in a file without `each`")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _refuse(f"--out {out} cannot be made ({error.strerror}): give another folder")
    searched = Search(story=around[0], seed=seed, out=out, say=_say, jobs=jobs)
    try:
        verdict = searched.run(Budget(runs=runs, seconds=durations.seconds(budget), stop=stop))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    raise typer.Exit(int(verdict.value))


@cli.command()
def record(
    records: Annotated[Path, typer.Argument(help="A journal as JSON, or the body of one message.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The story's file; printed if not given.")] = None,
) -> None:
    """Draft a story from what was recorded: a journal of the fakes, or a message of the ERP or the shop.

    What no step can say is left as a remark. Nothing of a person, an account or a token is taken over.
    """
    try:
        drafted = telling.draft(reading.entries(records.read_bytes()))
    except OSError as error:
        _refuse(f"{records} cannot be read ({error.strerror}): give the path of a file of records")
    except reading.NotUnderstood as error:
        _refuse(f"{records}: {error}")
    if drafted.is_empty:
        _refuse(f"{records}: nothing in it is of people, of messages or of trouble, so there is no story to tell")
    text = drafted.text(out or Path("story.yaml"), records.name)
    if out is None:
        print(text, end="")
        return
    _write(out, text)
    _say(f"drafted: {out}; play it: python -m scenarios run {out}")


def _refuse(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(int(Verdict.UNKNOWN.value))


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
