"""What a snapshot writes it reads back alike, and nothing else is read."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from scenarios.harness.snapshot import Codec, SnapshotError


@dataclass(frozen=True, slots=True)
class Piece:
    name: str
    weight: Decimal = Decimal(1)
    marks: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list)


class Shelf:
    NOT_SAVED = frozenset({"changed"})

    def __init__(self) -> None:
        self.pieces: dict[int, Piece] = {}
        self.changed = print


CODEC = Codec([Piece, Shelf])

VALUES = [
    None,
    True,
    1.5,
    "texto",
    [1, [2]],
    {"a": {"b": None}},
    {"$": "mine", "x": 1},
    {1: "um", "dois": 2, (1, "a"): 3},
    Decimal("10.50"),
    datetime(2026, 8, 3, 8, tzinfo=UTC),
    date(2026, 8, 3),
    b"\x00\xff",
    (1, (2, 3)),
    {3, 1, 2},
    frozenset({"x"}),
    deque([1, 2]),
    Counter({6: 2, "a": 1}),
    Piece("vaso", Decimal("0.30"), (1,), ["n"]),
    {700: Piece("vaso")},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    written = orjson.loads(orjson.dumps(CODEC.write(value)))
    again = CODEC.read(written)
    assert again == value and type(again) is type(value)


def test_a_plain_object_is_restored_in_place_without_what_is_not_saved() -> None:
    shelf, other = Shelf(), Shelf()
    shelf.pieces[7] = Piece("vaso")
    written = CODEC.attributes(shelf)
    assert "changed" not in written
    CODEC.restore(other, written)
    assert other.pieces == shelf.pieces and other.changed is print


def test_a_field_that_is_new_is_filled_with_its_default() -> None:
    assert CODEC.read({"$": "test_snapshot_codec.Piece", "is": {"name": "vaso"}}) == Piece("vaso")


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"$": "Popen", "is": {}}, "not known here"),
        ({"$": "test_snapshot_codec.Piece", "is": {"name": "x", "colour": 1}}, "no 'colour'"),
        ({"$": "test_snapshot_codec.Piece", "is": {}}, "lacks 'name'"),
        ({"$": "decimal", "is": "x"}, "unreadable 'decimal'"),
        ({"$": "date"}, "unreadable 'date'"),
        ({"$": "dict", "pairs": [[{}, 1]]}, "unreadable 'dict'"),
        ({"$": ["x"]}, "unreadable"),
    ],
)
def test_what_was_never_written_is_not_read(document: Any, told: str) -> None:
    with pytest.raises(SnapshotError, match=told):
        CODEC.read(document)


def test_a_snapshot_without_end_is_refused() -> None:
    document: Any = []
    for _ in range(100):
        document = [document]
    with pytest.raises(SnapshotError, match="too deep"):
        CODEC.read(document)


def test_what_is_of_no_known_kind_cannot_be_saved() -> None:
    with pytest.raises(SnapshotError, match="a function cannot be saved"):
        CODEC.write(lambda: None)


def test_an_attribute_that_the_target_does_not_have_is_refused() -> None:
    with pytest.raises(SnapshotError, match="no 'door'"):
        CODEC.restore(Shelf(), {"door": 1})
