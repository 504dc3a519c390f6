"""docs/SCENARIOS.md and docs/CI.md: their stories are legal, their commands are ones that the programs take."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML
from typer.core import TyperGroup

from scenarios.runner.cli import STORIES, cli
from scenarios.runner.story import read_stories

DOCS = Path(__file__).parents[2] / "docs"
TEACHING, CI = ((DOCS / name).read_text(encoding="utf-8") for name in ("SCENARIOS.md", "CI.md"))
BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, kind: str) -> list[str]:
    return [text for name, text in BLOCKS.findall(page) if name == kind]


def commands(text: str) -> list[str]:
    """The words behind `scenarios` of every command in a text."""
    return re.findall(r"^(?:.*[ /])?scenarios ((?:run|check|schema|words|identical)\b[^#`\n]*)", text, re.MULTILINE)


ALL_COMMANDS = sorted({one.strip() for page in (TEACHING, CI) for one in commands(page)})


@pytest.mark.parametrize("words", ALL_COMMANDS)
def test_the_command_line_takes_every_command(words):
    # What stands behind > is the shell's.
    name, *rest = shlex.split(words.partition(">")[0])
    group = typer.main.get_command(cli)
    assert isinstance(group, TyperGroup)
    group.commands[name].make_context(name, rest)


@pytest.mark.parametrize("text", blocks(TEACHING, "yaml"))
def test_every_story_of_the_teaching_page_is_legal(text, tmp_path):
    (tmp_path / "story.yaml").write_text(text)
    assert read_stories(tmp_path / "story.yaml")


def test_the_newcomers_story_has_under_twenty_lines_and_is_that_of_the_suite():
    first = blocks(TEACHING, "yaml")[0]
    assert len(first.splitlines()) < 20
    suite = (STORIES / "outages" / "erp_down_ten_minutes.yaml").read_text()
    read = YAML(typ="safe").load
    assert read(first)["steps"] == read(suite)["steps"]


def test_what_a_failure_prints_is_what_the_page_shows(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("too-strict.yaml").write_text(blocks(TEACHING, "yaml")[1])
    shown = blocks(TEACHING, "")
    ended = command("run", "too-strict.yaml")
    assert ended.status == 1
    assert next(text for text in shown if "✗" in text) in ended.out


@pytest.mark.parametrize("text", blocks(CI, "yaml"))
def test_a_job_of_the_page_is_yaml_and_does_something(text):
    document = YAML(typ="safe").load(text)
    jobs = document.get("jobs", document)
    for job in jobs.values():
        script = job.get("script") or [step["run"] for step in job["steps"] if "run" in step]
        assert any(line.startswith(("scenarios run", "pytest")) for line in script)
