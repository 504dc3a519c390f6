"""One file makes one story, or one for each combination of values: includes are put in, variables are filled in.

`vars` are values by name; `each` are lists of values, of which every combination is a story of its own; `${name}`
stands for a value wherever a text can stand, and is the value itself where nothing stands around it. A step
`include: file` stands for the steps of that file, with `with` for its variables. `${name.fact}` is what an earlier
step has learned.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scenarios.runner import source
from scenarios.runner.source import Path as Where
from scenarios.runner.source import Place, Problem, Source

_VARIABLE = re.compile(r"\$\{([a-z][a-z0-9_-]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# An include in an include in an include is read by nobody any more.
_DEEPEST = 3
_MOST = 500
_SCALARS = (str, int, float, bool)
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Woven:
    """A story's source with everything filled in, and the values of `each` by which it differs from the others."""

    source: Source
    chosen: dict[str, Any]

    @property
    def told(self) -> str:
        """The values in words, empty where there are none."""
        return ", ".join(f"{name}={value}" for name, value in self.chosen.items())


def weave(path: Path) -> list[Woven]:
    """All stories of a file; one with problems where something is wrong. Raises OSError if it cannot be read."""
    read = source.read(path.read_bytes())
    if read.problems or not isinstance(read.value, dict):
        return [Woven(read, {})]
    read = _with_includes(read, path.parent, 0)
    values, each = read.value.pop("vars", None) or {}, read.value.pop("each", None) or {}
    problems = [*_wrong_values(read, values), *_wrong_lists(read, each)]
    if problems or read.problems:
        return [Woven(replace(read, problems=[*read.problems, *problems]), {})]
    names = list(each)
    combinations = list(itertools.product(*(each[name] for name in names)))
    if len(combinations) > _MOST:
        text = f"these lists make {len(combinations)} stories, more than {_MOST}: make two files of it"
        return [Woven(replace(read, problems=[Problem(read.key_place(("each",)), text)]), {})]
    return [_filled(read, values, dict(zip(names, chosen, strict=True))) for chosen in combinations]


def _wrong_values(read: Source, values: Any) -> Iterator[Problem]:
    if not isinstance(values, dict):
        yield Problem(read.place(("vars",)), "`vars` must be a group of names and values")
        return
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            yield Problem(read.key_place(("vars", name)), f"{name!r} is no name: small letters, digits, _ and -")
        if not isinstance(value, _SCALARS):
            yield Problem(read.place(("vars", name)), f"{name!r} must be a text, a number, true or false")


def _wrong_lists(read: Source, each: Any) -> Iterator[Problem]:
    if not isinstance(each, dict):
        yield Problem(read.place(("each",)), "`each` must be a group of names and lists of values")
        return
    for name, values in each.items():
        if not _NAME.fullmatch(name):
            yield Problem(read.key_place(("each", name)), f"{name!r} is no name: small letters, digits, _ and -")
        if not isinstance(values, list) or not values or not all(isinstance(value, _SCALARS) for value in values):
            text = f"{name!r} must be a list of texts or numbers, such as [antigo, evoluir]"
            yield Problem(read.place(("each", name)), text)


def _filled(read: Source, values: Values, chosen: dict[str, Any]) -> Woven:
    problems: list[Problem] = []
    value = _fill(read, read.value, (), {**values, **chosen}, problems)
    return Woven(replace(read, value=value, problems=problems), chosen)


def _fill(read: Source, value: Any, path: Where, known: Values, problems: list[Problem]) -> Any:
    if isinstance(value, dict):
        return {key: _fill(read, one, (*path, key), known, problems) for key, one in value.items()}
    if isinstance(value, list):
        return [_fill(read, one, (*path, number), known, problems) for number, one in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in _VARIABLE.findall(value):
        if name not in known:
            near = get_close_matches(name, list(known), n=1, cutoff=0.5)
            meant = f" (did you mean {near[0]!r}?)" if near else ""
            text = f"there is no variable {name!r}{meant}: give it under `vars` or `each`"
            problems.append(Problem(read.place(path), text))
            return value
    whole = _VARIABLE.fullmatch(value)
    return known[whole[1]] if whole else _VARIABLE.sub(lambda found: _text(known[found[1]]), value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with_includes(read: Source, folder: Path, depth: int) -> Source:
    """The same with the steps of other files in the places of their includes; places lead to where a step stands."""
    steps = read.value.get("steps")
    if not isinstance(steps, list) or not any(isinstance(step, dict) and "include" in step for step in steps):
        return read
    made = Source(value={**read.value, "steps": []}, problems=list(read.problems))
    for where, places in ((read.values, made.values), (read.keys, made.keys)):
        places.update({path: place for path, place in where.items() if path[:1] != ("steps",) or len(path) == 1})
    for number, step in enumerate(steps):
        is_include = isinstance(step, dict) and "include" in step
        inner = _included(read, number, step, folder, depth, made.problems) if is_include else None
        if inner is None:
            if not is_include:
                _append(made, read, number)
            continue
        for other in range(len(inner.value["steps"])):
            _append(made, inner, other)
    return made


def _append(made: Source, read: Source, number: int) -> None:
    """One more step, with its places."""
    place = len(made.value["steps"])
    made.value["steps"].append(read.value["steps"][number])
    for where, places in ((read.values, made.values), (read.keys, made.keys)):
        for path, at in where.items():
            if path[:2] == ("steps", number):
                places[("steps", place, *path[2:])] = at


def _included(
    read: Source, number: int, step: dict[str, Any], folder: Path, depth: int, problems: list[Problem]
) -> Source | None:
    """The source of a file that is included, filled in; None where something is wrong with it."""
    at, name = read.place(("steps", number, "include")), step["include"]
    if unknown := sorted(set(step) - {"include", "with"}):
        problems.append(Problem(at, f"unknown key {unknown[0]!r} beside `include`; known: with"))
        return None
    if not isinstance(name, str) or depth >= _DEEPEST:
        text = "files include each other too deeply" if isinstance(name, str) else "`include` must name a file"
        problems.append(Problem(at, f"{text}: write the steps here"))
        return None
    file = folder / name
    try:
        inner = source.read(file.read_bytes(), file=str(file))
    except OSError as error:
        problems.append(Problem(at, f"{name} cannot be read ({error.strerror}): the path is from this file's folder"))
        return None
    problems += inner.problems
    if inner.problems:
        return None
    if not isinstance(inner.value, dict) or not isinstance(inner.value.get("steps"), list) or set(inner.value) - _PART:
        problems.append(Problem(at, f"{name} is no part of a story: it may hold {', '.join(sorted(_PART))} alone"))
        return None
    inner = _with_includes(inner, file.parent, depth + 1)
    known = {**(inner.value.get("vars") or {}), **(step.get("with") or {})}
    # What it does not know itself is the including story's to say.
    given = {name: known.get(name, f"${{{name}}}") for name in _names_in(inner.value["steps"])}
    woven = _filled(inner, given, {}).source
    problems += inner.problems
    return woven


_PART = {"vars", "steps"}


def _names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {name for one in value.values() for name in _names_in(one)}
    if isinstance(value, list):
        return {name for one in value for name in _names_in(one)}
    return set(_VARIABLE.findall(value)) if isinstance(value, str) else set()


def line_of(place: Place) -> str:
    """Where a step stands: its line, behind the file's name where it is another one."""
    return f"{Path(place.file).name}:{place.line}" if place.file else str(place.line)
