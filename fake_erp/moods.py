"""The disorder of the wire: one value, many spellings (contract, transport §3.7, observed "Shapes").

All of the awkwardness lives here and is applied while an answer is built. What a field looks like
depends on the world's seed, the record and the field, never on what was asked before, so that calls
in flight together cannot change each other's answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from hashlib import blake2b
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple
from zlib import crc32

ABSENT: Any = object()

# A spelling gets the true value and a roll of 0 to 255, and returns what goes on the wire.
Spelling = Callable[[Any, int], Any]


# The moods by name, for a world that wants only some of them. Those of fields:
NUMBERS, DECIMALS, CODES, TEXTS = "numbers", "decimals", "codes", "texts"
NOTHING, LISTS, KEYS = "nothing", "lists", "keys"
# Those of choices that are no field's; what is not named here is one of the variants that an answer is met in.
VARIANTS = "variants"
_OF_CHOICES = {
    "bom": "bom",
    "registros": "records",
    "erros": "errors",
    "texto": "errors",
    "status": "status",
    "status_2": "status",
}
NAMES = (NUMBERS, DECIMALS, CODES, TEXTS, NOTHING, LISTS, KEYS, *dict.fromkeys(_OF_CHOICES.values()), VARIANTS)


class Kind(NamedTuple):
    """How a field may be written. `of_record`: alike in every service, as it is kept that way."""

    mood: str
    plain: Callable[[Any], Any]
    moody: Spelling
    of_record: bool = False


class Table:
    """The fields of a kind of record, in their order, each with its kind."""

    def __init__(self, **kinds: Kind) -> None:
        self.names = tuple(kinds)
        self.attributes = attrgetter(*kinds) if len(kinds) > 1 else _one(attrgetter(*kinds))
        self.items = itemgetter(*kinds) if len(kinds) > 1 else _one(itemgetter(*kinds))
        self.kinds = tuple(kinds.items())
        self.plain = tuple((name, kind.plain) for name, kind in kinds.items())
        self.moody = tuple((name, kind.moody, _place(name, kind)) for name, kind in kinds.items())


def _one(get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The getters give a bare value where there is one field, and a tuple otherwise."""
    return lambda values: (get(values),)


# Rolls of the answer, then of the record: how many there are of each.
_ROLLS = 64


@cache
def _place(name: str, kind: Kind) -> int:
    """Where among its record's rolls a field's stands. Fields that share one are spelled alike, which does no harm."""
    return _number(name) + (_ROLLS if kind.of_record else 0)


@cache
def _number(name: str) -> int:
    return crc32(name.encode()) % _ROLLS


def _same(value: Any) -> Any:
    return value


def _unmoved(value: Any, _: int) -> Any:
    return value


def _integer(value: int, roll: int) -> Any:
    return value if roll & 1 else str(value)


def _reference(value: int, roll: int) -> Any:
    """An id that may be missing: 0, "0" or "" when there is none (transport §3.7)."""
    return _integer(value, roll) if value else (0, "0", "")[roll % 3]


def number(text: str) -> Any:
    """A decimal as a JSON number, whole where it is whole, as PHP writes it."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _decimal(text: str, roll: int) -> Any:
    """54.9, "54.90", "36.3200000000" and the like, even within one answer (observed, Reads)."""
    form = roll & 3
    if form == 0:
        return number(text)
    if form == 1:
        whole, _, places = text.partition(".")
        return f"{whole}.{places:0<10}"
    return text


def _text(text: str, roll: int) -> Any:
    """Blanks around it now and then; nothing is "" or null."""
    if text:
        return text if roll > 9 else (f" {text}", f"{text} ", f" {text}  ")[roll % 3]
    return None if roll < 24 else ""


def _tail_text(text: str, roll: int) -> Any:
    """A text of a list's row: when there is none, its key may be missing."""
    return ABSENT if not text and 24 <= roll < 56 else _text(text, roll)


def _code(text: str, roll: int) -> Any:
    """A code in a list: one that is all digits comes as a number at times (transport §3.7).

    Only where the number says the same as the text: a leading zero would be lost.
    """
    if roll & 1 and text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 15:
        return int(text)
    return text


def _listed(items: list[Any], roll: int) -> Any:
    """One element comes as an object at times; none as [], "" or no key at all."""
    if not items:
        return ([], "", ABSENT)[roll % 3]
    return items[0] if len(items) == 1 and roll & 1 else items


def _order(pairs: dict[str, str], roll: int) -> Any:
    """The order of a `grade`'s keys is not guaranteed (products §2.1)."""
    return dict(reversed(pairs.items())) if roll & 1 else pairs


def _maybe_none(text: str, roll: int) -> Any:
    """An amount that is null at times when there is nothing (`saldoReservado`)."""
    return None if text == "0" and roll & 4 else _decimal(text, roll)


def _hollow(text: str, roll: int) -> Any:
    """A word that is "" or null when there is none."""
    return text or (None if roll & 1 else "")


def _shy(text: str, roll: int) -> Any:
    """A word whose key is missing now and then (observed, "at times missing")."""
    return ABSENT if roll < 24 else text


def _identifier(text: str, roll: int) -> Any:
    """A mapping's identifier, null now and then (observed, Notifications)."""
    return None if roll < 12 else _hollow(text, roll)


WORD = Kind("", _same, _unmoved)
INTEGER = Kind(NUMBERS, _same, _integer)
# A number that is usually written as text.
NUMERAL = Kind(NUMBERS, str, _integer)
REFERENCE = Kind(NUMBERS, _same, _reference)
DECIMAL = Kind(DECIMALS, _same, _decimal)
AMOUNT = Kind(DECIMALS, number, _decimal)
RESERVED = Kind(DECIMALS, number, _maybe_none)
HOLLOW = Kind(NOTHING, _same, _hollow)
SHY = Kind(NOTHING, _same, _shy)
IDENTIFIER = Kind(NOTHING, _same, _identifier)
TEXT = Kind(TEXTS, _same, _text, of_record=True)
ROW_TEXT = Kind(TEXTS, _same, _tail_text, of_record=True)
ROW_CODE = Kind(CODES, _same, _code)
LIST = Kind(LISTS, _same, _listed)
PAIRS = Kind(KEYS, _same, _order, of_record=True)


class Speller:
    """Spells the fields of one record in one kind of answer."""

    __slots__ = ("_only", "_rolls")

    def __init__(self, rolls: bytes | None, only: frozenset[str] | None = None) -> None:
        self._rolls = rolls
        # The moods that there are, where it is not all of them.
        self._only = only

    def record(self, table: Table, values: object) -> dict[str, Any]:
        """A record's document: `values` holds what each field truly is, as attributes or by key."""
        given = table.items(values) if isinstance(values, dict) else table.attributes(values)
        if self._rolls is None:
            return {name: plain(value) for (name, plain), value in zip(table.plain, given, strict=True)}
        if self._only is not None:
            return self._chosen(table, given)
        rolls = self._rolls
        document: dict[str, Any] = {}
        for (name, moody, place), value in zip(table.moody, given, strict=True):
            spelled = moody(value, rolls[place])
            if spelled is not ABSENT:
                document[name] = spelled
        return document

    def _chosen(self, table: Table, given: tuple[Any, ...]) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for (name, kind), value in zip(table.kinds, given, strict=True):
            self.put(document, name, kind, value)
        return document

    def put(self, document: dict[str, Any], name: str, kind: Kind, value: Any) -> None:
        """Add one more field to a document, if it is not to be absent."""
        if self._rolls is None or (self._only is not None and kind.mood not in self._only):
            document[name] = kind.plain(value)
            return
        spelled = kind.moody(value, self._rolls[_place(name, kind)])
        if spelled is not ABSENT:
            document[name] = spelled

    def roll(self, name: str) -> int:
        """A number of 0 to 255 for a choice that is no field's; 255 when there are no moods."""
        if self._rolls is None or (self._only is not None and _OF_CHOICES.get(name, VARIANTS) not in self._only):
            return 255
        return self._rolls[_number(name)]


class Moods:
    """The disorder of one world: all of it, none, or the moods that are named."""

    def __init__(self, seed: str, on: bool | Collection[str]) -> None:
        self._seed = blake2b(seed.encode(), digest_size=16).digest()
        self._on = bool(on)
        self._only = None if isinstance(on, bool) else frozenset(on)

    def speller(self, answer: str, record: object) -> Speller:
        """For one record in one kind of answer; what is of the record itself is alike in every answer."""
        if not self._on:
            return Speller(None)
        of_answer = blake2b(f"{answer}:{record}".encode(), digest_size=_ROLLS, key=self._seed)
        of_record = blake2b(str(record).encode(), digest_size=_ROLLS, key=self._seed)
        return Speller(of_answer.digest() + of_record.digest(), self._only)
