"""What stories can say, as text: made from the vocabulary, as the schema is."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.runner.refusals import KINDS
from scenarios.runner.story_schema import WORDS
from scenarios.runner.vocabulary import ACTORS, Schema, Word


def words(actor: str | None = None) -> Iterator[str]:
    """A line for each actor, step and field; those of one actor where it is given."""
    for name, tells in ACTORS.items():
        if actor in (None, name):
            known = [word for word in WORDS if word.actor == name]
            yield f"{name} – {tells}; each step also takes {', '.join(_common(known[0]))}"
            for word in known:
                yield from _lines(word)


def _common(word: Word) -> list[str]:
    """The fields that every step of its actor takes."""
    return [field for field in word.schema()["properties"] if field not in (word.actor, *word.fields)]


def _lines(word: Word) -> Iterator[str]:
    yield f"  {word.actor}: {word.name} – {word.tells}"
    for field, about in word.fields.items():
        needed = " (needed)" if field in word.required else " (one of them)" if field in word.one_of else ""
        yield f"      {field}{needed}: {_meaning(about)}"


def _meaning(about: Schema) -> str:
    kind = f"one of {', '.join(about['enum'])}" if "enum" in about else KINDS[about["type"]]
    return f"{about['description']} ({kind})" if "description" in about else kind
