"""What steps can say: each word is one function with the schema of its fields, registered under its name.

The rule in one place: the published JSON Schema, the check of a file, the suggestions for a mistyped word and
the playing all come from here. A new step is one function in `deeds.py` or one check in `checks.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from scenarios.runner import durations
from scenarios.runner.scene import Look, Scene

Schema = dict[str, Any]
Given = dict[str, Any]
Perform = Callable[[Scene, Given], Awaitable[str]]
Looking = Callable[[Scene, Given], Awaitable[Look]]
Looks = TypeVar("Looks", bound=Looking)

# Who acts in a story, what goes wrong by itself, and the two that look.
ACTORS: dict[str, str] = {
    "merchant": "the owner of the shop, before the panel",
    "shopper": "somebody who buys in the shop",
    "operator": "somebody who works in the ERP",
    "erp": "trouble of the ERP",
    "webstore": "trouble of the shop's platform",
    "connector": "the connector's process dies, stops or starts",
    "hook": "a function of your own, in Python",
    "clock": "time passes",
    "eventually": "something comes true within a time",
    "expect": "something is true at this moment",
}
# Those who do something: a story in which none of them acts proves nothing.
DOERS = frozenset({"merchant", "shopper", "operator", "hook"})

DURATION: Schema = {
    "type": "string",
    "pattern": durations.PATTERN,
    "description": "a length of time such as 30s, 10m, 11h or 1h30m",
}
TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 200}
NAME: Schema = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_-]{0,39}$",
    "description": "a name of your own: small letters, digits, _ and -",
}
# The two fields that tie steps together: a name is given by `as` and used by `order`.
GIVES_NAME, USES_NAME = "as", "order"

# Of every step.
_WHEN: dict[str, Schema] = {
    "at": {**DURATION, "description": "not before this time of the story, such as 2h"},
    "after": {**DURATION, "description": "this long after the step before has ended, such as 10m"},
}
# Of those that do something.
_SERIES: dict[str, Schema] = {
    "every": {**DURATION, "description": "again and again, this long apart, beside the steps that follow"},
    "times": {"type": "integer", "minimum": 1, "maximum": 10_000, "description": "how often, with `every`"},
}
# Where, in a story of several shops or accounts; the first one if it is not said.
_SHOP = {"shop": {**NAME, "description": "the shop, by its name in `worlds`"}}
_ACCOUNT = {"account": {**NAME, "description": "the ERP account, by its name in `worlds`"}}
_WHERE: dict[str, dict[str, Schema]] = {
    "merchant": _SHOP,
    "shopper": _SHOP,
    "operator": _ACCOUNT | _SHOP,
    "erp": _ACCOUNT,
    "hook": _ACCOUNT | _SHOP,
    "eventually": _SHOP,
    "expect": _SHOP,
}
_REPEATED = frozenset({"merchant", "shopper", "operator", "erp", "webstore", "connector", "hook"})


class StepFailed(Exception):
    """The programs did not do what the story says; `details` are lines that show it."""

    def __init__(self, text: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.details = details


class CannotPlay(Exception):
    """The story asks for what its world does not have: nothing is known about the programs."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """Something that a step can say: `operator: ships` with its fields."""

    actor: str
    name: str
    tells: str
    fields: dict[str, Schema]
    required: tuple[str, ...] = ()
    # Exactly one of these is given.
    one_of: tuple[str, ...] = ()
    perform: Perform

    def schema(self) -> Schema:
        """The schema of a whole step that says this."""
        fragment: Schema = {
            "title": f"{self.actor}: {self.name}",
            "description": self.tells,
            "type": "object",
            "properties": {
                self.actor: {"const": self.name, "description": self.tells},
                **self.fields,
                **self._common(),
            },
            "required": [self.actor, *self.required],
            "additionalProperties": False,
        }
        if self.actor in _REPEATED:
            fragment["dependentRequired"] = {"every": ["times"], "times": ["every"]}
        if self.one_of:
            fragment["oneOf"] = [{"required": [field]} for field in self.one_of]
        return fragment

    def _common(self) -> dict[str, Schema]:
        """What steps of this actor can say beside its own fields."""
        series = _SERIES if self.actor in _REPEATED else {}
        return {**_WHERE.get(self.actor, {}), **_WHEN, **series}


class Vocabulary:
    """Words in the order in which they were registered, or of other vocabularies one after the other."""

    def __init__(self, *others: Vocabulary) -> None:
        self._words: dict[tuple[str, str], Word] = {}
        for word in (word for other in others for word in other):
            self.add(word)

    def __iter__(self) -> Iterator[Word]:
        return iter(self._words.values())

    def get(self, actor: str, name: str) -> Word:
        """The word; KeyError if there is none."""
        return self._words[(actor, name)]

    def names(self, actor: str) -> list[str]:
        """What an actor can do."""
        return [word.name for word in self if word.actor == actor]

    def add(self, word: Word) -> None:
        """Register a word. ValueError for an actor that there is not, and for a name that is taken."""
        if word.actor not in ACTORS or (word.actor, word.name) in self._words:
            raise ValueError(f"{word.actor}: {word.name} is of an unknown actor, or registered already")
        self._words[(word.actor, word.name)] = word

    def deed(
        self,
        actor: str,
        name: str,
        /,
        *,
        required: tuple[str, ...] = (),
        one_of: tuple[str, ...] = (),
        **fields: Schema,
    ) -> Callable[[Perform], Perform]:
        """Register a function that does something and returns what it did, in words that hold no secret.

        A field that is a word of Python ends in `_` here, as in `as_`.
        """

        def register(perform: Perform) -> Perform:
            given = {field.rstrip("_"): schema for field, schema in fields.items()}
            self.add(
                Word(
                    actor=actor,
                    name=name,
                    tells=_first_line(perform),
                    fields=given,
                    required=required,
                    one_of=one_of,
                    perform=perform,
                )
            )
            return perform

        return register

    def check(self, name: str, /, *, required: tuple[str, ...] = (), **fields: Schema) -> Callable[[Looks], Looks]:
        """Register a function that looks, as `eventually` within a time and as `expect` at once."""

        def register(look: Looks) -> Looks:
            tells = _first_line(look)
            within = {"within": {**DURATION, "description": "how long it may take, such as 10m"}}
            self.add(
                Word(
                    actor="eventually",
                    name=name,
                    tells=tells,
                    fields={**fields, **within},
                    required=(*required, "within"),
                    perform=_eventually(look),
                )
            )
            self.add(
                Word(
                    actor="expect",
                    name=name,
                    tells=tells,
                    fields=fields,
                    required=required,
                    perform=_at_once(look),
                )
            )
            return look

        return register


def _eventually(look: Looking) -> Perform:
    async def perform(scene: Scene, given: Given) -> str:
        async def see() -> Look:
            return await look(scene, given)

        seen = await scene.until(see, durations.seconds(given["within"]))
        return _told(seen, f"did not come true within {given['within']}")

    return perform


def _at_once(look: Looking) -> Perform:
    async def perform(scene: Scene, given: Given) -> str:
        return _told(await look(scene, given), "is not true")

    return perform


def _told(seen: Look, otherwise: str) -> str:
    if not seen.holds:
        raise StepFailed(otherwise, seen.wrong or (f"there was nothing to compare: {seen.told}",))
    return seen.told


def _first_line(function: Callable[..., Any]) -> str:
    return (function.__doc__ or "").strip().partition("\n")[0].rstrip(".")
