"""The command line: run, search, record, check, schema.

What is wrong with a file is told by line and column, never by a traceback.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from scenarios.runner import durations, formats
from scenarios.runner.against import find
from scenarios.runner.drafting import reading, telling
from scenarios.runner.identical import again, at_once
from scenarios.runner.outputs import Outputs, write
from scenarios.runner.planted import Bug, CannotPlant, chosen, plant, show, show_untouched, told
from scenarios.runner.planted_search import search_for
from scenarios.runner.record import Record, Verdict
from scenarios.runner.saved import changes
from scenarios.runner.search.searching import Budget, Search
from scenarios.runner.story import NOBODY_ACTS, Refused, Story, read_stories
from scenarios.runner.story_schema import file_schema
from scenarios.runner.target import TargetError
from scenarios.runner.theatre import Wall
from scenarios.runner.turns import Played, Turn, play_all
from scenarios.runner.vocabulary import ACTORS
from scenarios.runner.words import words as vocabulary_in_words

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
    against: Annotated[
        str | None,
        typer.Option(help="Start nothing: control doors of ERP and shop, ADDRESS,ADDRESS, or a target's FILE.yaml."),
    ] = None,
    i_own_this_host: Annotated[
        bool, typer.Option("--i-own-this-host", help="With --against: another machine is meant.")
    ] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the seed in the file.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only stories with this tag, or one of these.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="No story with this tag.")] = None,
    repeat: Annotated[int, typer.Option(min=1, max=100_000, help="So often each, with the next seed each time.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="So many at the same time, each in a process.")] = 1,
    together: Annotated[int, typer.Option(min=1, max=500, help="So many at the same time in this process.")] = 1,
    watch: Annotated[bool, typer.Option("--watch", help="Play again what is saved, until Ctrl-C.")] = False,
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
    if not real_time and (rate != 1 or database != "sqlite"):
        raise _wrong_use("--rate and --database are for --real-time: give that too")
    if together > 1 and (real_time or against or jobs > 1):
        raise _wrong_use("--together is for the virtual clock in one process: give it alone")
    if against and (real_time or jobs > 1):
        raise _wrong_use("--against plays one story after the other where others have started all: give it alone")
    outputs = Outputs(junit=junit, tap=tap, history=history, html=html, calls=calls)
    if problems := outputs.unwritable():
        raise _wrong_use("\n".join(problems))
    wall = Wall(rate, database) if real_time else _given(against, i_own_this_host)

    def play_once(stories: list[Story]) -> int:
        """Play those that are wanted, write and tell what they have shown; returns the exit status."""
        chosen = [story for story in stories if _has_tags(story, tag, without)]
        if not chosen:
            print(_none_of(stories, tag), file=sys.stderr)
            return int(Verdict.UNKNOWN.value)
        turns = [
            Turn(story.path, story.place, (story.seed if seed is None else seed) + again, wall, html is not None)
            for story in chosen
            for again in range(repeat)
        ]
        played: list[Played] = []
        for one in play_all(turns, _say, jobs=jobs, together=together):
            played.append(one)
            if stop and one.record.verdict not in (Verdict.PASS, Verdict.SKIPPED):
                break
        unwritten = outputs.write(played)
        for problem in unwritten:
            print(problem, file=sys.stderr)
        # A failure outweighs that.
        return _told([one.record for one in played]) or (int(Verdict.UNKNOWN.value) if unwritten else 0)

    try:
        if watch:
            _watch(paths, play_once)
        raise typer.Exit(play_once(_stories(paths)))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _told(records: list[Record]) -> int:
    """Say how all went together; returns the exit status."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in formats.github(records):
            _say(line)
    verdicts = Counter(record.verdict for record in records)
    _say(_summary(records, verdicts))
    return _status(verdicts)


def _watch(paths: list[Path] | None, play_once: Callable[[list[Story]], int]) -> NoReturn:
    """Play what was saved, again and again, until Ctrl-C."""
    for saved in changes(lambda: _files(paths or [_near(STORIES)], [])):
        stories, problems = _read(saved)
        for problem in problems:
            print(problem, file=sys.stderr)
        if stories:
            play_once(stories)
        _say("waiting for something to be saved; Ctrl-C ends")
    raise AssertionError("it has no end")


def _given(against: str | None, is_owned: bool) -> Wall | None:
    """The clock of what somebody else has started, if that is asked for."""
    if against is None:
        return None
    try:
        target = find(against, is_owned=is_owned)
    except TargetError as error:
        raise _wrong_use(str(error)) from None
    return Wall(target.rate, target=target)


def _has_tags(story: Story, wanted: list[str] | None, unwanted: list[str] | None) -> bool:
    return (not wanted or bool({*wanted} & {*story.tags})) and not {*(unwanted or ())} & {*story.tags}


def _none_of(stories: list[Story], wanted: list[str] | None) -> str:
    known = sorted({tag for story in stories for tag in story.tags})
    if wanted and not {*wanted} & {*known}:
        return f"no story has the tag {' or '.join(map(repr, wanted))}; known: {', '.join(known) or 'none'}"
    return f"--tag and --without leave out all of {len(stories)} stories; known tags: {', '.join(known) or 'none'}"


def _wrong_use(told: str) -> typer.Exit:
    print(told, file=sys.stderr)
    return typer.Exit(int(Verdict.UNKNOWN.value))


def _summary(records: list[Record], verdicts: Counter[Verdict]) -> str:
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
    stories = _stories(paths)
    idle = [f"{story.path}:1:1: {NOBODY_ACTS}" for story in stories if not story.does_something]
    for story in stories:
        if story.does_something:
            _say(f"✓ {story.path}: {story.title}, {len(story.steps)} steps")
    if idle:
        raise _wrong_use("\n".join([*idle, f"{len(idle)} problem(s)"]))


@cli.command()
def identical(
    paths: _Paths = None,
    rounds: Annotated[int, typer.Option(min=2, max=10_000, help="So often each.")] = 10,
    stories: Annotated[int, typer.Option(min=1, max=1_000, help="So many, from all themes.")] = 10,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="So many at the same time, each in a process.")] = 1,
    together: Annotated[
        int | None, typer.Option(min=2, max=500, help="Instead: so many at once in this process, against one by one.")
    ] = None,
) -> None:
    """Play stories again with the same seed: each must show the same, byte for byte.

    Exit status: 0 = it does, 1 = one differs, and the first difference is told.
    """
    known = [story for story in _stories(paths) if _has_tags(story, None, ["slow"])]
    if not known:
        raise _wrong_use("there is no story without the tag slow: give the path of one")
    if together is None:
        spread = known[:: max(1, len(known) // stories)][:stories]
        different = again([Turn(story.path, story.place, story.seed) for story in spread], rounds, jobs, _say)
    else:
        # The same story with the next seed where there are fewer stories than that.
        chosen = zip(range(together), itertools.cycle(known), strict=False)
        turns = [Turn(one.path, one.place, one.seed + number // len(known)) for number, one in chosen]
        different = at_once(turns, _say)
    raise typer.Exit(int((Verdict.FAIL if different else Verdict.PASS).value))


@cli.command()
def words(actor: Annotated[str | None, typer.Argument(help="Only what this one can say.")] = None) -> None:
    """Print what a step can say: who acts, what is done, and with which fields."""
    if actor is not None and actor not in ACTORS:
        raise _wrong_use(f"nobody in a story is called {actor!r}: give one of {', '.join(ACTORS)}")
    for line in vocabulary_in_words(actor):
        _say(line)


@cli.command()
def planted(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Bugs by name; all of them.")] = None,
    untouched: Annotated[bool, typer.Option("--untouched", help="Play their stories without them.")] = False,
    into: Annotated[Path | None, typer.Option(help="Only write the connector with this one bug into a folder.")] = None,
    search: Annotated[
        str | None, typer.Option(metavar="BUDGET", help="Look for each from an ordinary day, so long, such as 2m.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="With --search: decides what is tried.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="With --search: so many at the same time.")] = 1,
) -> None:
    """Plant known bugs in copies of the connector, and see that the invariant that each breaks says so.

    Exit status: 0 = each is caught by name (or all stories pass without them; or --search finds two of three, each by
    at most three added steps), 1 = otherwise, 2 = wrong use.
    """
    if untouched + (into is not None) + (search is not None) > 1:
        raise _wrong_use("--untouched, --into and --search are three different things: give one of them")
    try:
        bugs = chosen(names or [])
        if into is not None:
            _write_copy(bugs, into)
            return
        if search is not None:
            _require_time("--search", search)
            raise typer.Exit(search_for(bugs, _say, budget=search, seed=seed, jobs=jobs))
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


def _require_time(option: str, budget: str) -> None:
    if not re.fullmatch(durations.PATTERN, budget):
        raise _wrong_use(f"{option} {budget!r} is no length of time: give one such as 90s, 5m or 1h30m")


def _write_copy(bugs: list[Bug], folder: Path) -> None:
    if len(bugs) != 1:
        raise CannotPlant("--into takes the name of one bug")
    plant(bugs[0], folder)
    _say(f"{folder / 'connector'} has {bugs[0].name}: what is started in {folder} imports it")


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
    _require_time("--budget", budget)
    around = _stories([story])
    if len(around) != 1:
        raise _wrong_use(f"{story} makes {len(around)} stories: search around one, in a file without `each`")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _wrong_use(f"--out {out} cannot be made ({error.strerror}): give another folder") from None
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
        raise _wrong_use(f"{records} cannot be read ({error.strerror}): give the path of a file of records") from None
    except reading.NotUnderstood as error:
        raise _wrong_use(f"{records}: {error}") from None
    if drafted.is_empty:
        raise _wrong_use(f"{records}: nothing in it is of people, messages or trouble, so there is no story to tell")
    text = drafted.text(out or Path("story.yaml"), records.name)
    if out is None:
        print(text, end="")
        return
    if problem := write(out, text):
        raise _wrong_use(problem)
    _say(f"drafted: {out}; play it: python -m scenarios run {out}")


def _stories(paths: list[Path] | None) -> list[Story]:
    """All of them, or none: every problem is told, and the command ends."""
    problems: list[str] = []
    files = _files(paths or [_near(STORIES)], problems)
    stories, more = _read(files)
    problems += more
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        raise _wrong_use(f"{len(problems)} problem(s); nothing was played")
    return stories


def _read(files: list[Path]) -> tuple[list[Story], list[str]]:
    """The stories of these files, and what is wrong with the others."""
    stories: list[Story] = []
    problems: list[str] = []
    for path in files:
        try:
            stories += read_stories(path)
        except Refused as refused:
            problems += refused.lines()
        except OSError as error:
            problems.append(f"{path}: cannot be read ({error.strerror}): give the path of a story file or folder")
    return stories, problems


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
