"""A pytest plugin: story files are collected, and each story is a test of its own.

A file is taken for one where its first lines name the schema, as for an editor, or where its path fits one of the
patterns of the option `story_files` in the configuration; all other YAML is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from scenarios.runner.record import Record
    from scenarios.runner.story import Story

_ENDINGS = (".yaml", ".yml")
_HEADER = "$schema="
_SCHEMA = "story.json"
_HEADER_LINES = 5
# A mark of this name would change whether and how a story is played: such a tag is found by -k alone.
_MARKS_OF_PYTEST = frozenset({"skip", "skipif", "xfail"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("story_files", "patterns of paths of story files, beside those that name the schema", type="args")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in _ENDINGS:
        return None
    patterns = parent.config.getini("story_files")
    if any(file_path.match(pattern) for pattern in patterns) or _names_schema(file_path):
        return StoryFile.from_parent(parent, path=file_path)
    return None


def _names_schema(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            first = [line.rstrip() for line in islice(file, _HEADER_LINES)]
    except OSError:
        return False
    return any(line.startswith("#") and _HEADER in line and line.endswith(_SCHEMA) for line in first)


class StoryFile(pytest.File):
    """A file that makes one story, or several. What is no story is an error of collection, with file, line, column."""

    def collect(self) -> Iterator[pytest.Item]:
        # Imported here: a run without stories shall not pay for it.
        from scenarios.runner.story import Refused, read_stories

        root = self.config.invocation_params.dir
        path = self.path.relative_to(root) if self.path.is_relative_to(root) else self.path
        try:
            stories = read_stories(path)
        except Refused as refused:
            raise self.CollectError("\n".join(refused.lines())) from None
        except OSError as error:
            raise self.CollectError(f"{path}: cannot be read ({error.strerror})") from None
        for story in stories:
            item = StoryItem.from_parent(self, name=story.title, story=story)
            for tag in story.tags:
                _tag(item, tag)
            yield item


def _tag(item: pytest.Item, tag: str) -> None:
    if tag in _MARKS_OF_PYTEST:
        item.extra_keyword_matches.add(tag)
        return
    # A tag is made known where it is met, as --strict-markers asks for.
    item.config.addinivalue_line("markers", f"{tag}: stories with this tag")
    item.add_marker(tag)


class StoryItem(pytest.Item):
    """One story, played on the virtual clock with its own seed."""

    def __init__(self, *, story: Story, **more: Any) -> None:
        super().__init__(**more)
        self._story = story

    def runtest(self) -> None:
        from scenarios.runner.playing import Performance
        from scenarios.runner.record import Verdict

        lines: list[str] = []
        record = Performance(story=self._story, seed=self._story.seed, wall=None, say=lines.append).play()
        verdict = record.verdict.name.lower()
        self.user_properties += [("verdict", verdict), ("seed", record.seed), ("see it again", record.command)]
        if record.verdict is not Verdict.PASS:
            raise NotPassed(f"{verdict}: {_reason(record)}", lines)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, NotPassed):
            return Told(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.path.name}: {self.name}"


def _reason(record: Record) -> str:
    """What is wrong, in one line."""
    broken = [": ".join((shown.name, *shown.wrong[:1])) for shown in record.shown if not shown.is_well]
    return record.why or "; ".join(broken)


class NotPassed(Exception):
    """A story failed, or nothing is known of it; `lines` are what was said while it was played."""

    def __init__(self, summary: str, lines: list[str]) -> None:
        super().__init__(summary)
        self.lines = lines


class _Crash(NamedTuple):
    message: str


class Told:
    """How pytest shows a story that did not pass: as the command `scenarios run` does."""

    def __init__(self, error: NotPassed) -> None:
        self._text = "\n".join(error.lines)
        # The name by which pytest finds the line of its short summary.
        self.reprcrash = _Crash(str(error))

    def __str__(self) -> str:
        return self._text

    def toterminal(self, writer: Any) -> None:
        writer.line(self._text)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Of what is unknown one sees so at once; it counts as failed."""
    if report.when == "call" and report.failed and ("verdict", "unknown") in map(tuple, report.user_properties):
        return "failed", "U", "UNKNOWN"
    return None
