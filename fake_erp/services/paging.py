"""Pages of a search: a hundred records each, counted from 1 (contract, transport §3.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from fake_erp import codes
from fake_erp.moods import INTEGER, Table

if TYPE_CHECKING:
    from fake_erp.moods import Speller
    from fake_erp.services.call import Call

PAGE_SIZE = 100

# More digits than any page has; int() refuses texts of thousands.
_LONGEST_NUMBER = 18
_NUMBERS = Table(pagina=INTEGER, numero_paginas=INTEGER)

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of what was found. `speller` spells what stands beside the records."""

    records: Sequence[T]
    speller: Speller
    numbers: dict[str, Any]


def page_of(call: Call, found: Sequence[T]) -> Page[T]:
    """The page that was asked for. Refuses with 20 (nothing found), 21 (too much found) and 23 (past the end)."""
    most = call.world.settings.most_records
    if not found:
        raise codes.Refusal(codes.NO_RECORDS)
    if most and len(found) > most:
        raise codes.Refusal(codes.TOO_MANY_RECORDS)
    number, pages = _number(call.text("pagina")), -(-len(found) // PAGE_SIZE)
    if number > pages:
        raise codes.Refusal(codes.NO_SUCH_PAGE)
    speller = call.moods.speller("pagina", number)
    numbers = speller.record(_NUMBERS, {"pagina": number, "numero_paginas": pages})
    return Page(found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], speller, numbers)


def _number(text: str) -> int:
    """What is no number from 1 asks for the first page (a guess: PHP casts)."""
    if text.isascii() and text.isdigit():
        return max(1, int(text[:_LONGEST_NUMBER]))
    return 1
