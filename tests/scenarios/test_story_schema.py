"""The published schema of story files, read by other code than the runner's."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

import schemas
from scenarios.runner.cli import STORIES
from scenarios.runner.story_schema import WORDS, file_schema

FILES = sorted(STORIES.rglob("*.yaml"))
HEADER = "# yaml-language-server: $schema="


def test_the_published_copy_is_the_runners_schema():
    # Old? `.venv/bin/python -m scenarios schema > schemas/story.json`
    assert schemas.load("story") == file_schema()


def test_the_command_prints_the_published_copy(command):
    assert command("schema").out == (schemas.ROOT / "story.json").read_text(encoding="utf-8")


def test_the_published_copy_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schemas.load("story"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_story_fits_the_published_schema_and_names_it_for_editors(path):
    text = path.read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(schemas.load("story")).validate(YAML(typ="safe").load(text))
    header = text.partition("\n")[0]
    assert header.startswith(HEADER)
    assert (path.parent / header.removeprefix(HEADER)).resolve() == Path(schemas.ROOT / "story.json").resolve()


def test_there_are_stories():
    assert FILES


def test_every_word_says_what_it_does():
    assert [f"{word.actor}: {word.name}" for word in WORDS if not word.tells] == []


def is_closed(part):
    """Whether it takes no key, or says what every key's value is."""
    more = part.get("additionalProperties", True)
    return more is False or (isinstance(more, dict) and "type" in more)


def test_the_schema_is_closed_everywhere():
    def open_objects(part, path):
        if isinstance(part, list):
            return [found for number, item in enumerate(part) for found in open_objects(item, f"{path}/{number}")]
        if not isinstance(part, dict):
            return []
        here = [path] if part.get("type") == "object" and not is_closed(part) else []
        return here + [found for key, value in part.items() for found in open_objects(value, f"{path}/{key}")]

    assert open_objects(json.loads(json.dumps(file_schema())), "") == []
