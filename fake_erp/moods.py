"""The disorder of the wire: one value, many spellings (contract, transport §3.7, observed "Shapes").

All of the awkwardness lives here and is applied while an answer is built. What a field looks like
depends on the world's seed, the record and the field, never on what was asked before, so that calls
in flight together cannot change each other's answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from zlib import crc32

ABSENT: Any = object()

# A spelling gets the true value and a roll of 0 to 255, and returns what goes on the wire.
Spelling = Callable[[Any, int], Any]


class Kind(NamedTuple):
    """How a field may be written. `of_record`: alike in every service, as it is kept that way."""

    plain: Callable[[Any], Any]
    moody: Spelling
    of_record: bool = False


class Field(NamedTuple):
    """A field of a record: its name on the wire, its kind and the number that tells its rolls apart."""

    name: str
    kind: Kind
    salt: int


def field(name: str, kind: Kind) -> Field:
    return Field(name, kind, crc32(name.encode()))


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


WORD = Kind(_same, _unmoved)
INTEGER = Kind(_same, _integer)
REFERENCE = Kind(_same, _reference)
DECIMAL = Kind(_same, _decimal)
AMOUNT = Kind(number, _decimal)
RESERVED = Kind(number, _maybe_none)
TEXT = Kind(_same, _text, of_record=True)
ROW_TEXT = Kind(_same, _tail_text, of_record=True)
ROW_CODE = Kind(_same, _code)
LIST = Kind(_same, _listed)
PAIRS = Kind(_same, _order, of_record=True)


class Moods:
    """The disorder of one world."""

    def __init__(self, seed: str, on: bool) -> None:
        self._seed = crc32(seed.encode())
        self.on = on

    def roll(self, scope: str, record: object, name: str) -> int:
        """A number of 0 to 255 for a thing outside a record's table; 255 when there are no moods."""
        return _roll(crc32(f"{scope}:{record}".encode(), self._seed), crc32(name.encode())) if self.on else 255

    def dress(self, scope: str, record: int, fields: tuple[Field, ...], values: Any) -> dict[str, Any]:
        """A record's document: `values` holds what each field truly is, as attributes or by key."""
        given = values.__getitem__ if isinstance(values, dict) else values.__getattribute__
        if not self.on:
            return {name: kind.plain(given(name)) for name, kind, _ in fields}
        of_record = crc32(str(record).encode(), self._seed)
        of_answer = crc32(scope.encode(), of_record)
        document: dict[str, Any] = {}
        for name, kind, salt in fields:
            spelled = kind.moody(given(name), _roll(of_record if kind.of_record else of_answer, salt))
            if spelled is not ABSENT:
                document[name] = spelled
        return document


def _roll(base: int, salt: int) -> int:
    # Two rounds of a multiplicative hash: neighbours in id must not behave alike.
    mixed = (base ^ salt) * 0x9E3779B1 & 0xFFFFFFFF
    return ((mixed ^ mixed >> 15) * 0x85EBCA77 & 0xFFFFFFFF) >> 24
