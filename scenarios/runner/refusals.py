"""What a story file's problems are in words: where it breaks the schema, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path as Folder
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as Kind

from scenarios.runner import durations
from scenarios.runner.source import Path, Problem, Source
from scenarios.runner.story_schema import WORDS, story_schema
from scenarios.runner.vocabulary import ACTORS, DURATION, GIVES_NAME, NAME, USES_NAME, Schema

KINDS = {
    "object": "a group of keys and values",
    "array": "a list",
    "null": "nothing",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_LENGTH = DURATION["description"]


@cache
def _schema() -> Schema:
    return story_schema()


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_schema())


def problems(source: Source, folder: Folder) -> list[Problem]:
    """Everything that is wrong with a file of a folder, in its order."""
    if source.problems:
        return sorted(set(source.problems))
    if source.value is None:
        return [Problem(source.place(()), "the file is empty: begin with `title:` and `steps:`")]
    errors = list(_validator().iter_errors(source.value))
    broken = {problem for error in errors for problem in _problems(source, error)}
    if isinstance(source.value, dict):
        steps = _well_formed(source.value.get("steps"), {tuple(error.instance_path)[:2] for error in errors})
        broken |= {*_loose_names(source, steps), *_missing_files(source, steps, folder)}
    return sorted(broken)


def _problems(source: Source, error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
    path, kind = tuple(error.instance_path), error.kind
    match kind:
        case Kind.AdditionalProperties():
            for key in kind.unexpected:
                yield Problem(source.key_place((*path, key)), _unknown_key(error, key))
        case Kind.AnyOf():
            yield from _step_problems(source, path, error.instance, kind.context)
        case _:
            yield Problem(source.place(path), _said(path, error))


def _said(path: Path, error: jsonschema_rs.ValidationError) -> str:
    name = f"{path[-1]!r}" if path and isinstance(path[-1], str) else "this"
    kind, shown = error.kind, _shown(error.instance)
    match kind:
        case Kind.Type():
            wanted = [KINDS[one] for one in kind.types if one != "null"]
            return f"{name} must be {_LENGTH if _is_duration(error) else ' or '.join(wanted)}, not {shown}"
        case Kind.Required():
            return f"{kind.property!r} is missing: add it here"
        case Kind.Enum():
            options = [str(option) for option in kind.options]
            return f"{name} cannot be {shown}{_nearest(error.instance, options)}; known: {', '.join(options)}"
        case Kind.OneOfNotValid() | Kind.OneOfMultipleValid():
            fields = [branch["required"][0] for branch in _at(error.schema_path)]
            return f"give exactly one of {' and '.join(map(repr, fields))}"
        case Kind.Pattern() if kind.pattern == NAME["pattern"]:
            return f"{name} must be {NAME['description']}, not {shown}"
        case Kind.Pattern() if kind.pattern == DURATION["pattern"]:
            if durations.has_too_many_digits(str(error.instance)):
                return f"{name} is too long: no number in it may have more than 4 digits, not {shown}"
            return f"{name} must be {_LENGTH}, not {shown}"
        case Kind.Pattern():
            return f"{name} must be {_at(error.schema_path[:-1])['description']}, not {shown}"
        case Kind.Minimum():
            return f"{name} must be {kind.limit} or more, not {shown}"
        case Kind.Maximum():
            return f"{name} must be {kind.limit} or less, not {shown}"
        case Kind.MinLength():
            return f"{name} must not be empty: write a text"
        case Kind.MaxLength():
            return f"{name} must have at most {kind.limit} characters"
        case Kind.MinProperties():
            return f"{name} is empty: name one, or leave it out"
        case Kind.MaxProperties():
            return f"{name} may hold only {kind.limit} for now: take the others away"
    return f"{name}: {error.message}"


def _step_problems(
    source: Source, path: Path, step: Any, branches: list[list[jsonschema_rs.ValidationError]]
) -> Iterator[Problem]:
    """Which of the words was meant is plain from its actor, so only that one's schema is held against the step."""
    if not isinstance(step, dict):
        text = f"a step is an actor and what is done, such as `merchant: connects`, not {_shown(step)}"
        yield Problem(source.place(path), text)
        return
    actors = [key for key in step if key in ACTORS]
    if len(actors) != 1:
        yield Problem(source.place(path), _who(step, actors))
        return
    actor = actors[0]
    known = WORDS.names(actor)
    if step[actor] not in known:
        text = f"{actor}: {_shown(step[actor])} is no step{_nearest(step[actor], known)}; known: {', '.join(known)}"
        yield Problem(source.place((*path, actor)), text)
        return
    meant = next(n for n, word in enumerate(WORDS) if (word.actor, word.name) == (actor, step[actor]))
    for error in branches[meant]:
        yield from _problems(source, error)


def _who(step: dict[str, Any], actors: list[str]) -> str:
    if actors:
        return f"one step is done by one, not by {' and '.join(actors)}: make two steps of it"
    near = next((hint for key in step if (hint := _nearest(key, list(ACTORS)))), "")
    return f"nobody acts in this step{near}; begin it with one of {', '.join(ACTORS)}"


def _unknown_key(error: jsonschema_rs.ValidationError, key: str) -> str:
    schema = _at(error.schema_path[:-1])
    if "patternProperties" in schema:
        return f"{key!r} is no name: take {NAME['description'].partition(': ')[2]}"
    known = list(schema["properties"])
    return f"unknown key {key!r}{_nearest(key, known)}; known: {', '.join(known)}"


def _is_duration(error: jsonschema_rs.ValidationError) -> bool:
    return bool(_at(error.schema_path[:-1]).get("pattern") == DURATION["pattern"])


def _at(schema_path: list[str | int]) -> Any:
    """The part of the schema to which a path leads."""
    found: Any = _schema()
    for part in schema_path:
        found = found[part]
    return found


def _nearest(given: object, known: list[str]) -> str:
    """` (did you mean 'x'?)`, if one is near enough."""
    near = get_close_matches(given, known, n=1, cutoff=0.5) if isinstance(given, str) else []
    return f" (did you mean {near[0]!r}?)" if near else ""


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a group" if isinstance(value, dict) else "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)[:60]


Steps = dict[int, dict[str, Any]]


def _well_formed(steps: Any, broken: set[Path]) -> Steps:
    """The steps that can be read, by their places; of one that is broken only the name that it gives."""
    found: Steps = {}
    for number, step in enumerate(steps if isinstance(steps, list) else []):
        if ("steps", number) not in broken:
            found[number] = step
        elif isinstance(step, dict) and isinstance(step.get(GIVES_NAME), str):
            found[number] = {GIVES_NAME: step[GIVES_NAME]}
    return found


def _named_worlds(source: Source, what: str) -> dict[str, dict[str, Any]]:
    """The accounts or shops that the head names, with what of their settings can be read."""
    worlds = source.value.get("worlds")
    named = worlds.get(what) if isinstance(worlds, dict) else None
    return {
        name: settings if isinstance(settings, dict) else {}
        for name, settings in (named.items() if isinstance(named, dict) else ())
    }


def _loose_names(source: Source, steps: Steps) -> Iterator[Problem]:
    """Names that are used and that nothing before has given."""
    accounts, shops = _named_worlds(source, "accounts"), _named_worlds(source, "shops")
    opened = {settings.get("account", next(iter(accounts), None)) for settings in shops.values()}
    for name in list(accounts)[0 if shops else 1 :]:
        # One that is misspelt where a shop names it is told below.
        if name not in opened and opened <= {None, *accounts}:
            text = f"no shop's token opens the account {name!r}: give one `account: {name}`"
            yield Problem(source.key_place(("worlds", "accounts", name)), text)
    for shop, settings in shops.items():
        wanted = settings.get("account", next(iter(accounts), None))
        if isinstance(wanted, str) and accounts and wanted not in accounts:
            path: Path = ("worlds", "shops", shop, "account")
            text = f"there is no account {wanted!r}{_nearest(wanted, list(accounts))}; known: {', '.join(accounts)}"
            yield Problem(source.place(path), text)
    yield from _loose_in_steps(source, steps, {"shop": list(shops), "account": list(accounts)})


def _loose_in_steps(source: Source, steps: Steps, worlds: dict[str, list[str]]) -> Iterator[Problem]:
    named: list[str] = []
    for number, step in steps.items():
        for key, known in worlds.items():
            if key in step and step[key] not in known:
                text = f"there is no {key} {step[key]!r}{_nearest(step[key], known)} in `worlds`"
                yield Problem(source.place(("steps", number, key)), f"{text}; known: {', '.join(known) or 'none'}")
        if (name := step.get(USES_NAME)) is not None and name not in named:
            text = f"no step before this one names its orders {name!r}{_nearest(name, named)}"
            advice = f"write `as: {name}` where they are placed"
            yield Problem(source.place(("steps", number, USES_NAME)), f"{text}; {advice}")
        if GIVES_NAME in step:
            named.append(step[GIVES_NAME])


def _missing_files(source: Source, steps: Steps, folder: Folder) -> Iterator[Problem]:
    """Files of hooks that are not there."""
    for number, step in steps.items():
        file = str(step["function"]).rpartition(":")[0] if "hook" in step else ""
        if file and not (folder / file).is_file():
            text = f"there is no file {file} beside the story: put it there, or name another one"
            yield Problem(source.place(("steps", number, "function")), text)
