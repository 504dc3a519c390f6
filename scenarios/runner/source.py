"""The text of a story file as plain values, with the place of each: YAML 1.2, as far as stories use it.

Whatever is wrong becomes a Problem with line and column, all of them at once. Only the plain part of YAML is
taken: no aliases, tags or several documents, so that a file means what it looks like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]

# A number of more digits is no count of anything, and JSON Schema validators disagree about it.
_MOST_DIGITS = 18
_TAG = "tag:yaml.org,2002:"
# What is read as text: dates are no values of stories.
_TEXTS = {"str", "timestamp"}
_SCALARS = {*_TEXTS, "null", "bool", "int", "float"}


@dataclass(frozen=True, order=True)
class Place:
    """Line and column in a file, both from 1; `file` where it is not the story's own."""

    line: int = 1
    column: int = 1
    file: str = ""


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong at a place, and what to do about it."""

    place: Place
    text: str


@dataclass
class Source:
    """What a file says: `value` of plain dictionaries, lists, texts and numbers; None for an empty file.

    `values` and `keys` hold the place of each value and of each key, by its path.
    """

    value: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    file: str = ""

    def place(self, path: Path) -> Place:
        """Where a value stands, or the nearest thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place())

    def key_place(self, path: Path) -> Place:
        """Where the key of a value stands; without a key the value itself."""
        return self.keys.get(path) or self.place(path)


def read(raw: bytes, file: str = "") -> Source:
    """The source of a file's bytes; its problems are those of the YAML. `file` names one that is included."""
    source = Source(file=file)
    try:
        node = YAML().compose(raw.decode("utf-8-sig"))
        if node is not None:
            source.value = _value(source, node, (), set())
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        source.problems.append(Problem(Place(line, file=file), "this is no UTF-8 text: save the file as UTF-8"))
    except MarkedYAMLError as error:
        source.problems.append(_syntax_problem(error, file))
    except YAMLError as error:
        source.problems.append(Problem(Place(file=file), f"this is no YAML: {_first_line(error)}"))
    except RecursionError:
        source.problems.append(Problem(Place(file=file), "the file is nested too deeply to be a story"))
    return source


def _syntax_problem(error: MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = _place(mark, file) if mark is not None else Place(file=file)
    if error.problem == "but found another document":
        return Problem(place, "a second document begins here: one story is one file, so put it into a file of its own")
    told = " ".join(part for part in (error.context, error.problem) if part)
    return Problem(place, f"this is no YAML: {told}; check indentation, quotes and colons here")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _place(mark: Any, file: str) -> Place:
    return Place(mark.line + 1, mark.column + 1, file)


def _value(source: Source, node: Node, path: Path, seen: set[int]) -> Any:
    """The plain value of a node, its place noted."""
    place = _place(node.start_mark, source.file)
    source.values[path] = place
    kind = str(node.tag).removeprefix(_TAG)
    if id(node) in seen:
        source.problems.append(Problem(place, "an alias (*name) leads here: stories have none, write the value out"))
        return None
    seen.add(id(node))
    if isinstance(node, MappingNode) and kind == "map":
        return _mapping(source, node, path, seen)
    if isinstance(node, SequenceNode) and kind == "seq":
        return [_value(source, item, (*path, number), seen) for number, item in enumerate(node.value)]
    if isinstance(node, ScalarNode) and kind in _SCALARS:
        return _scalar(source, place, kind, str(node.value))
    source.problems.append(Problem(place, f"stories have no tags: take {_shown_tag(node)} away"))
    return None


def _mapping(source: Source, node: MappingNode, path: Path, seen: set[int]) -> dict[str, Any]:
    read_so_far: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = _place(key_node.start_mark, source.file)
        if not isinstance(key_node, ScalarNode) or str(key_node.tag) != f"{_TAG}str":
            source.problems.append(Problem(place, "a key must be a word: write its name, or put it in quotes"))
            continue
        key = str(key_node.value)
        if key in read_so_far:
            text = f"{key!r} stands here a second time: keep one of the two"
            source.problems.append(Problem(place, text))
            continue
        source.keys[(*path, key)] = place
        read_so_far[key] = _value(source, value_node, (*path, key), seen)
    return read_so_far


def _scalar(source: Source, place: Place, kind: str, text: str) -> Any:
    if kind in _TEXTS:
        return text
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int" and re.fullmatch(rf"[-+]?[0-9]{{1,{_MOST_DIGITS}}}", text):
        return int(text)
    if kind == "float" and re.fullmatch(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}", text):
        # A whole number is one however it is written, as JSON Schema has it.
        return int(float(text)) if float(text).is_integer() else float(text)
    advice = "write it in plain decimal digits, or in quotes if it is a text"
    source.problems.append(Problem(place, f"a number of this kind is not taken: {text[:40]}; {advice}"))
    return None


def _shown_tag(node: Node) -> str:
    tag = str(node.tag)
    return "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag
