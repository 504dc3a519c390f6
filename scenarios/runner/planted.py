"""Planted bugs: each is put into a copy of the connector, and the invariant that it is to break must say so.

The copy is imported by a process of its own instead of the connector; everything else is as always. What takes long
to import, and is the same for all of them, is imported once, by the process that the others are forked from.
"""

from __future__ import annotations

import logging
import multiprocessing
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

import connector
from scenarios.runner.record import Record, Verdict
from scenarios.runner.turns import Turn, play

_FOLDER = Path(__file__).parents[1] / "planted"

# Nothing of these may import the connector, or every process would have the untouched one.
_PRELOADED = [
    *("aiohttp.web", "aiohttp_jinja2", "alembic.command", "alembic.migration", "babel.dates", "babel.numbers"),
    *("cryptography.fernet", "looptime", "orjson", "prometheus_client", "pydantic_settings", "ruamel.yaml"),
    *("rich.table", "sqlalchemy.dialects.sqlite", "structlog", "typer", "fake_erp.app", "fake_webstore.app"),
]


class CannotPlant(Exception):
    """The connector is not as the bug was written for; the text says where."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """`text` stands in a file of the connector exactly once; `becomes` takes its place."""

    file: str
    text: str
    becomes: str


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A bug, the story that shows it and the name of the invariant that must catch it."""

    name: str
    tells: str
    caught_by: str
    edits: tuple[Edit, ...]

    @property
    def story(self) -> Path:
        return _FOLDER / "stories" / f"{self.name}.yaml"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a story has shown with a bug planted, or with none."""

    bug: Bug
    record: Record

    @property
    def broken(self) -> list[str]:
        """The invariants that say that something is wrong."""
        return [shown.name.partition(" (")[0] for shown in self.record.shown if not shown.line and shown.wrong]

    @property
    def is_caught(self) -> bool:
        """Whether the one that is named says so."""
        return self.bug.caught_by in self.broken

    @property
    def passes(self) -> bool:
        return self.record.verdict is Verdict.PASS


def read_bugs(path: Path = _FOLDER / "bugs.yaml") -> list[Bug]:
    """All planted bugs, in the order of their file."""
    rows = YAML(typ="safe").load(path)
    return [Bug(**{**row, "edits": tuple(Edit(**edit) for edit in row["edits"])}) for row in rows]


def chosen(names: Sequence[str]) -> list[Bug]:
    """The bugs of these names, or all. Raises CannotPlant for a name that is none."""
    bugs = {bug.name: bug for bug in read_bugs()}
    if unknown := [name for name in names if name not in bugs]:
        raise CannotPlant(f"there is no bug {unknown[0]!r}; known: {', '.join(bugs)}")
    return [bugs[name] for name in names or bugs]


def told(outcome: Outcome, *, untouched: bool = False) -> str:
    """A line of the table: the bug, the invariant that is to catch it, those that did, and the verdict."""
    verdict = (
        ("passes" if outcome.passes else "FAILS") if untouched else "caught" if outcome.is_caught else "NOT CAUGHT"
    )
    found = ", ".join(outcome.broken) or outcome.record.why or outcome.record.verdict.name.lower()
    return f"{outcome.bug.name:<26} | {outcome.bug.caught_by:<40} | {verdict:<10} | {found}"


def plant(bug: Bug, folder: Path) -> None:
    """Copy the connector into a folder and put the bug into the copy. Raises CannotPlant."""
    copy = folder / "connector"
    try:
        shutil.copytree(Path(connector.__file__).parent, copy)
    except OSError as error:
        why = error.strerror or "it is there already"
        raise CannotPlant(f"{copy} cannot be written ({why}): give another folder") from None
    for edit in bug.edits:
        file = copy / edit.file
        source = file.read_text(encoding="utf-8")
        if (count := source.count(edit.text)) != 1:
            wrong = "is not there any more" if count == 0 else f"is there {count} times"
            first = edit.text.strip().splitlines()[0]
            raise CannotPlant(
                f"{bug.name}: `{first}` {wrong} in connector/{edit.file}: write the bug anew in {_FOLDER / 'bugs.yaml'}"
            )
        file.write_text(source.replace(edit.text, edit.becomes), encoding="utf-8")


def show(bug: Bug) -> Outcome:
    """Play the bug's story with the bug. Raises CannotPlant."""
    with tempfile.TemporaryDirectory() as folder:
        plant(bug, Path(folder))
        return Outcome(bug=bug, record=_play_with(bug.story, folder))


def show_untouched(bug: Bug) -> Outcome:
    """Play the bug's story with the connector as it is."""
    return Outcome(bug=bug, record=_play_with(bug.story, str(Path(connector.__file__).parents[1])))


def _play_with(story: Path, folder: str) -> Record:
    """Play a story in a process of its own that imports the connector from this folder."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    with _first_on_path(folder), ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_play, story, folder).result()


@contextmanager
def _first_on_path(folder: str) -> Iterator[None]:
    """A process that is started takes over where this one looks for modules."""
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _play(story: Path, folder: str) -> Record:
    # A connector with a bug ends less cleanly than one without.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    assert connector.__file__.startswith(folder), "the planted copy must be what is imported"
    turn = Turn(story, 0, 1)
    return play(turn).record
